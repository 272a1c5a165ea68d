"""The connection to Elasticsearch: one client on one event loop in a thread of its own, used as plain calls.

Crawls run an event loop themselves, commands run none: both wait here for an answer. Nothing depends on `info()`.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from elastic_transport import ConnectionTimeout, TlsError, TransportError
from elasticsearch import ApiError, AsyncElasticsearch, AuthenticationException, AuthorizationException
from elasticsearch.serializer import OrjsonSerializer

from index.hosts import is_loopback
from index.messages import t
from index.protocol import IndexUnavailable
from index.settings import ElasticSettings

T = TypeVar("T")
PATIENCE = 120.0
"""Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the server is, and under which prefix our indices stand."""

    url: str
    """Without credentials and path."""
    prefix: str


def address(url: str, settings: ElasticSettings) -> Address:
    """What an index URL ('https://host:9200' or '.../prefix') means.

    Plain http is refused unless the host is this machine or the settings allow it; credentials in the URL are refused,
    since URLs are printed. Raises IndexUnavailable.
    """
    parts = urlsplit(url)
    if not parts.hostname or parts.query or parts.fragment or "/" in (prefix := parts.path.strip("/")):
        raise IndexUnavailable(t("elastic.bad_url", url=repr(_without_password(url))))
    if parts.username or parts.password:
        raise IndexUnavailable(t("elastic.credentials", url=repr(_without_password(url))))
    if parts.scheme == "http" and not is_loopback(parts.hostname) and not settings.allow_http:
        raise IndexUnavailable(t("elastic.plain_http", host=parts.hostname))
    prefix = prefix or settings.prefix
    if not prefix.replace("-", "").replace("_", "").isalnum() or prefix != prefix.lower() or prefix[0] in "-_":
        raise IndexUnavailable(t("elastic.bad_prefix", prefix=repr(prefix)))
    return Address(url=f"{parts.scheme}://{parts.netloc}", prefix=prefix)


def _without_password(url: str) -> str:
    head, at, tail = url.rpartition("@")
    return f"{head.partition('://')[0]}://…@{tail}" if at else url


def patient(settings: ElasticSettings) -> ElasticSettings:
    """For work of hours, which one slow answer must not end, and for which nothing else waits."""
    return replace(settings, timeout=max(settings.timeout, PATIENCE))


class Connection:
    """Calls to one server. Thread-safe."""

    def __init__(self, place: Address, settings: ElasticSettings) -> None:
        """Opens nothing yet. Raises IndexUnavailable for a key or certificate that cannot be read."""
        self.place = place
        self.client = AsyncElasticsearch(
            place.url,
            serializers={"application/json": OrjsonSerializer()},
            http_compress=not is_loopback(urlsplit(place.url).hostname or ""),  # costs more than it saves here
            request_timeout=settings.timeout,
            retry_on_timeout=False,  # who hangs is not asked again: a crawl waits for each answer
            max_retries=2,
            **_login(settings),
            **_trust(place.url, settings),
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="elasticsearch", daemon=True)
        self._thread.start()

    def wait(self, call: Coroutine[Any, Any, T]) -> T:
        """The answer. Raises IndexUnavailable, in words, for whatever the server or the network refuses."""
        with self.speaking():
            return asyncio.run_coroutine_threadsafe(call, self._loop).result()

    def walk(self, pages: AsyncIterator[T]) -> Iterator[T]:
        """What an async generator yields. Who stops early closes it. Raises IndexUnavailable."""
        try:
            while True:
                try:
                    page: T = self.wait(anext(pages))  # type: ignore[arg-type] # a coroutine here
                except StopAsyncIteration:
                    return
                yield page
        finally:
            self.wait(pages.aclose())  # type: ignore[attr-defined] # an async generator

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """Turns the client's errors into ours."""
        try:
            yield
        except (ApiError, TransportError) as error:
            raise IndexUnavailable(explained(error, self.place.url)) from error

    def close(self) -> None:
        """Ends the client and its thread."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self.client.close(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


def explained(error: Exception, url: str) -> str:
    """One sentence on what the server or the network said."""
    if isinstance(error, AuthenticationException):
        return t("elastic.login", url=url)
    if isinstance(error, AuthorizationException):
        return t("elastic.forbidden", url=url, detail=_reason(error))
    if isinstance(error, TlsError):
        return t("elastic.certificate", url=url, detail=error)
    if isinstance(error, ConnectionTimeout):
        return t("elastic.timeout", url=url)
    if isinstance(error, TransportError):
        return t("elastic.unreachable", url=url, detail=error.message)
    return t("elastic.refused", url=url, detail=_reason(error))


def _reason(error: Exception) -> str:
    body = getattr(error, "body", None)
    found = body.get("error") if isinstance(body, dict) else None
    cause = (found.get("root_cause") or [found])[0] if isinstance(found, dict) else None
    return str(cause.get("reason") or cause.get("type")) if isinstance(cause, dict) else str(error)


def _login(settings: ElasticSettings) -> dict[str, Any]:
    if key := os.environ.get("COPYCATCH_ELASTIC_API_KEY") or _secret(settings.api_key_file):
        return {"api_key": key}
    if settings.user:
        password = os.environ.get("COPYCATCH_ELASTIC_PASSWORD") or _secret(settings.password_file)
        return {"basic_auth": (settings.user, password)}
    return {}


def _trust(url: str, settings: ElasticSettings) -> dict[str, Any]:
    if not url.startswith("https:"):
        return {}
    if settings.ca_file and not Path(settings.ca_file).expanduser().is_file():
        raise IndexUnavailable(t("elastic.no_file", path=settings.ca_file))
    return {"ca_certs": str(Path(settings.ca_file).expanduser())} if settings.ca_file else {}


def _secret(path: str) -> str:
    if not path:
        return ""
    try:
        return Path(path).expanduser().read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise IndexUnavailable(t("elastic.no_file", path=path)) from error
