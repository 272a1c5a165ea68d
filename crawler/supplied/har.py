"""HAR as browsers' developer tools and Playwright write it: every response of a session, as JSON."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import msgspec

from crawler.families.moments import moment
from crawler.supplied.brought import Unreadable, UnreadableError
from crawler.supplied.raw_page import LARGEST_BODY, MOST_PAGES, RawPage, is_page, is_read

LARGEST = 160 << 20
"""Bytes of one file; it has to fit into memory."""


def read_har(data: bytes) -> Iterator[RawPage]:
    """Pages and data responses, in order. Raises UnreadableError."""
    if len(data) > LARGEST:
        raise UnreadableError("large", most=LARGEST >> 20)
    try:
        log = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))["log"]
        entries = log["entries"]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError, TypeError) as error:
        raise UnreadableError("broken_file", format="HAR", error=str(error)[:200]) from error
    if not isinstance(entries, list):
        raise UnreadableError("broken_file", format="HAR", error="log.entries is no list")
    shown: set[str] = set()
    count = 0
    for entry in entries:
        page = _page(entry, shown)
        if page is not None:
            count += 1
            if count > MOST_PAGES:
                raise UnreadableError("many_pages", most=MOST_PAGES)
            yield page


def _page(entry: Any, shown: set[str]) -> RawPage | None:
    """One entry; None for what nobody reads. `shown`: pages of the session whose main document came already."""
    request, response = _dict(entry, "request"), _dict(entry, "response")
    content = _dict(response, "content")
    url, media = str(request.get("url") or ""), str(content.get("mimeType") or "")
    status = response.get("status")
    if not url.startswith(("http://", "https://")) or not is_read(media) or not isinstance(status, int):
        return None
    sent = _headers(request)
    main = is_page(media) and status < 300 and _is_main(entry, dict(sent), shown)
    body, why = _body(content)
    if not body and why is None and not main:
        return None  # an answer without content to a script
    return RawPage(
        url=url,
        status=status,
        headers=(*(pair for pair in _headers(response) if pair[0].lower() != "content-type"), ("Content-Type", media)),
        sent=(*sent, *(("cookie", f"{c.get('name')}={c.get('value')}") for c in _dicts(request, "cookies"))),
        body=body,
        taken_at=moment(str(entry.get("startedDateTime") or "")),
        main=main,
        why=why,
    )


def _is_main(entry: Any, sent: dict[str, str], shown: set[str]) -> bool:
    """Browsers say what a request is for; where they do not, the first page of each step of the session is meant."""
    said = next((value for name, value in sent.items() if name.lower() == "sec-fetch-dest"), "")
    if said:
        return said == "document"
    step = str(entry.get("pageref") or "")
    first = not step or step not in shown
    shown.add(step)
    return first


def _body(content: dict[str, Any]) -> tuple[bytes, Unreadable | None]:
    text = content.get("text")
    if not isinstance(text, str):
        return b"", Unreadable("no_body")
    try:
        body = (
            b64decode(text, validate=False) if content.get("encoding") == "base64" else text.encode("utf-8", "replace")
        )
    except (binascii.Error, ValueError):
        return b"", Unreadable("no_body")
    if len(body) > LARGEST_BODY:
        return b"", Unreadable("page_large", {"most": LARGEST_BODY >> 20})
    return body, None


def _headers(part: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(h.get("name") or ""), str(h.get("value") or "")) for h in _dicts(part, "headers"))


def _dict(part: Any, name: str) -> dict[str, Any]:
    found = part.get(name) if isinstance(part, dict) else None
    return found if isinstance(found, dict) else {}


def _dicts(part: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = part.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
