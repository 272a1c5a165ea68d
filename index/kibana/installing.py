"""Bringing saved objects into a Kibana: its documented import, `POST /api/saved_objects/_import`.

Never by writing to Kibana's own index. An import of the same objects again takes the place of the first (`overwrite`).
"""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from index.hosts import is_loopback
from index.messages import t
from index.protocol import IndexUnavailable
from index.settings import KibanaSettings

LARGEST = 10 << 20
"""Bytes of an answer that are read."""
SHOWN = 300
"""Characters of what a server says."""


class KibanaUnavailable(IndexUnavailable):
    """Kibana cannot be reached, or does not take objects; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of an import."""

    imported: int
    failed: tuple[str, ...] = ()
    """Objects that were not taken, each with the reason."""
    warnings: tuple[str, ...] = ()


class Kibana:
    """One space of one Kibana."""

    def __init__(self, url: str, settings: KibanaSettings, *, space: str = "") -> None:
        """Opens nothing yet. Raises KibanaUnavailable for an address, space or file that will not do."""
        self.space = space or settings.space
        self.url = _address(url or settings.url, settings)
        if self.space and not re.fullmatch(r"[a-z0-9_-]{1,100}", self.space):
            raise KibanaUnavailable(t("kibana.bad_space", space=repr(self.space[:100])))
        self._headers = {"kbn-xsrf": "true", **_login(settings)}
        self._settings = settings

    def install(self, objects: bytes) -> Imported:
        """Imports an NDJSON; what is there already under these ids is replaced. Raises KibanaUnavailable."""
        path = f"{f'/s/{self.space}' if self.space else ''}/api/saved_objects/_import?overwrite=true"
        fields = {"file": ("copycatch.ndjson", objects, "application/ndjson")}
        with self._speaking(), self._pool() as pool:
            answer = pool.request("POST", f"{self.url}{path}", fields=fields, headers=self._headers, redirect=False,
                                  preload_content=False)  # fmt: skip
            body = answer.read(LARGEST, decode_content=True)
        return self._read(answer.status, dict(answer.headers), body)

    def _pool(self) -> Any:
        from urllib3 import PoolManager, Retry, Timeout  # noqa: PLC0415 - slow to load, and not always needed

        trusted: dict[str, Any] = {"ca_certs": str(_file(file))} if (file := self._settings.ca_file) else {}
        # An import that was answered late may be repeated, but not by itself: whoever asked sees what came of it.
        return PoolManager(retries=Retry(0), timeout=Timeout(self._settings.timeout), **trusted)

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        from urllib3.exceptions import HTTPError  # noqa: PLC0415 - slow to load, and not always needed

        try:
            yield
        except (HTTPError, OSError) as error:
            raise KibanaUnavailable(t("kibana.unreachable", url=self.url, detail=error)) from error

    def _read(self, status: int, headers: dict[str, str], body: bytes) -> Imported:
        words: dict[str, Any] = {"url": self.url, "space": self.space or "default"}
        if 300 <= status < 400:
            target = next((value for name, value in headers.items() if name.lower() == "location"), "")
            raise KibanaUnavailable(t("kibana.redirected", url=self.url, target=target[:SHOWN]))
        if known := {401: "login", 403: "forbidden", 404: "not_found", 503: "not_ready"}.get(status):
            raise KibanaUnavailable(t(f"kibana.{known}", **words))
        said = _json(body)
        if status != 200:
            detail = said.get("message") or body[:SHOWN].decode("utf-8", "replace")
            raise KibanaUnavailable(t("kibana.refused", url=self.url, status=status, detail=str(detail)[:SHOWN]))
        if not isinstance(said.get("success"), bool) or not isinstance(said.get("successCount"), int):
            raise KibanaUnavailable(t("kibana.no_answer", url=self.url))
        failed = tuple(_failure(one) for one in _list(said.get("errors")))
        if not said["success"] and not failed:
            raise KibanaUnavailable(t("kibana.no_answer", url=self.url))
        warnings = tuple(str(one.get("message", ""))[:SHOWN] for one in _list(said.get("warnings")))
        return Imported(imported=said["successCount"], failed=failed, warnings=warnings)


def _address(url: str, settings: KibanaSettings) -> str:
    """The address without what ends it. Plain http only to this machine, unless the settings allow it."""
    if not url:
        raise KibanaUnavailable(t("kibana.no_url"))
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        raise KibanaUnavailable(t("kibana.bad_url", url=repr(url[:SHOWN]))) from None
    if parts.username or parts.password:
        raise KibanaUnavailable(t("kibana.credentials"))
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise KibanaUnavailable(t("kibana.bad_url", url=repr(url[:SHOWN])))
    if parts.scheme == "http" and not is_loopback(parts.hostname) and not settings.allow_http:
        raise KibanaUnavailable(t("kibana.plain_http", host=parts.hostname))
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}{parts.path.rstrip('/')}"


def _login(settings: KibanaSettings) -> dict[str, str]:
    if key := os.environ.get("COPYCATCH_KIBANA_API_KEY") or _secret(settings.api_key_file):
        return {"Authorization": f"ApiKey {key}"}
    if settings.user:
        password = os.environ.get("COPYCATCH_KIBANA_PASSWORD") or _secret(settings.password_file)
        return {"Authorization": f"Basic {b64encode(f'{settings.user}:{password}'.encode()).decode()}"}
    return {}


def _file(path: str) -> Path:
    found = Path(path).expanduser()
    if not found.is_file():
        raise KibanaUnavailable(t("kibana.no_file", path=path))
    return found


def _secret(path: str) -> str:
    try:
        return _file(path).read_text("utf-8").strip() if path else ""
    except (OSError, UnicodeDecodeError) as error:
        raise KibanaUnavailable(t("kibana.no_file", path=path)) from error


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _list(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _failure(one: dict[str, Any]) -> str:
    """'dashboard copycatch-...: missing_references (index-pattern x)'."""
    error = one.get("error") if isinstance(one.get("error"), dict) else {}
    assert isinstance(error, dict)  # noqa: S101 - for the type checker
    missing = ", ".join(f"{each.get('type')} {each.get('id')}" for each in _list(error.get("references")))
    reason = error.get("message") or error.get("type") or "?"
    return f"{one.get('type')} {one.get('id')}: {reason}{f' ({missing})' if missing else ''}"[:SHOWN]
