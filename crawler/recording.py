"""Recording a case: an answer without personal data, the facts to read it by, and what the spider makes of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawler.cases import BODY_HASH, read_case
from crawler.families.readable import encoding_of
from crawler.one_request import Answered
from crawler.personal import names_in, unescaped, without_people
from crawler.spider import MarketplaceSpider
from crawler.supplied.private import without_tokens

KEPT = frozenset(
    {
        *("content-type", "content-language", "date", "link", "location", "retry-after", "x-wp-total"),
        *("x-wp-totalpages", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"),
    }
)
"""Header fields that callbacks read; all others may name the visitor, and are left out."""
KINDS = {"json": "json", "xml": "xml", "rss": "xml", "atom": "xml", "html": "html"}
_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A case that was written."""

    folder: Path
    status: int
    replaced: dict[str, int]
    """Kind of personal data -> how often it was replaced."""
    left: tuple[str, ...]
    """Names that could not be replaced everywhere: the reviewer has to look."""
    expected: list[dict[str, Any]]
    """What the spider makes of the page."""


class CaseExistsError(FileExistsError):
    """There is a case of that name; the message says where."""


def write_case(
    spider: type[MarketplaceSpider], answered: Answered, folder: Path, *, day: str, name: str | None = None
) -> Recorded:
    """Writes response, meta.json and expected.json into `<folder>/<spider>/<case>`. Raises CaseExistsError, OSError."""
    response = answered.response
    content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
    body, replaced, left = cleaned(response.body, content_type)
    headers = {
        key.decode("latin-1"): values[0].decode("latin-1")
        for key, values in response.headers.items()
        if key.decode("latin-1").lower() in KEPT and values
    }
    meta: dict[str, Any] = {
        "url": without_tokens(response.url),
        "status": response.status,
        "headers": headers,
        "callback": answered.callback,
        "recorded": True,
        "date": day,
        "replaced": replaced,
    }
    if answered.kwargs:
        digest = sha256(response.body).hexdigest()
        meta["kwargs"] = {key: BODY_HASH if value == digest else value for key, value in answered.kwargs.items()}
    if (suffix := _suffix(content_type, body)) == "bin":
        meta["html"] = False
    case = folder / spider.name / (name or _name(response.url, day))
    if case.exists():
        raise CaseExistsError(f"{case}: there is a case of that name")
    expected = read_case(spider(), meta, body, brief=False)
    case.mkdir(parents=True)
    (case / f"response.{suffix}").write_bytes(body)
    (case / "meta.json").write_text(_json(meta), "utf-8")
    (case / "expected.json").write_text(_json(expected), "utf-8")
    return Recorded(folder=case, status=response.status, replaced=replaced, left=left, expected=expected)


def cleaned(body: bytes, content_type: str) -> tuple[bytes, dict[str, int], tuple[str, ...]]:
    """The page without personal data, in its own encoding; what was replaced; and names that are still in it."""
    if b"\0" in body[:4096] or body[:2] == b"PK":  # no text: archives of repositories, pictures
        return body, {}, ()
    encoding = encoding_of(body, content_type.encode("latin-1", "replace") or None)
    text = body.decode(encoding, "surrogateescape")
    made, replaced = without_people(unescaped(text) if encoding == "utf-8" else text)
    return made.encode(encoding, "surrogateescape"), replaced, tuple(names_in(made))


def checkout(start: Path) -> Path | None:
    """The folder of recorded cases in the source tree at or above `start`; None elsewhere."""
    for folder in (start, *start.parents):
        if (folder / "scrapy.cfg").is_file() and (folder / "tests/spiders/fixtures").is_dir():
            return folder / "tests/spiders/fixtures"
    return None


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _suffix(content_type: str, body: bytes) -> str:
    said = next((suffix for word, suffix in KINDS.items() if word in content_type.lower()), None)
    if said is None or (said == "html" and body.lstrip()[:1] in {b"{", b"["}):
        said = "json" if body.lstrip()[:1] in {b"{", b"["} else "html" if body.lstrip()[:1] == b"<" else "bin"
    return said


def _name(url: str, day: str) -> str:
    """'recorded_20261125_app_7': says what it is, and sorts behind the cases made by hand."""
    parts = urlsplit(url)
    slug = _SLUG.sub("_", f"{parts.path} {parts.query}".lower()).strip("_")[:40].strip("_") or "start"
    return f"recorded_{day.replace('-', '')}_{slug}"
