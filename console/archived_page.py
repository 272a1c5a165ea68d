"""`copycatch show ID --page`: the page of a listing as it was on a day, made harmless, in the exports."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from console.exits import CommandError, Exit
from console.harmless import harmless
from index.archive.captures import CaptureMissingError, read
from index.home import Home
from index.messages import LANGUAGES, language, t, text
from index.model import Capture
from index.protocol import Index
from index.reading import read as read_object


def captures_of(index: Index, listing: str) -> list[Capture]:
    """Every page of a listing that was kept, oldest first: seen by us, supplied by others, or named by its findings."""
    found = [look.capture for look in index.observations(listing) if look.capture is not None]
    found += [one.capture for one in index.supplied([listing]).get(listing, ()) if one.capture is not None]
    hits = index.search(f'listing_id:"{listing}"', limit=1000)
    raw = ((hit.id, hit.value.get("capture")) for hit in hits)
    found += [read_object(Capture, capture, f"the capture of {name}") for name, capture in raw if capture is not None]
    return sorted({(one.warc, one.offset): one for one in found}.values(), key=lambda one: (one.taken_at, one.offset))


def chosen(captures: Sequence[Capture], at: str | None) -> Capture:
    """The page as it was at that moment ('2026-11-25': at the end of that day, UTC): the last one taken until then."""
    if not captures:
        raise CommandError(t("page.none"), Exit.FAILURES)
    until = f"{at}T23:59:59Z" if at and len(at) == 10 else at or "9999"
    before = [capture for capture in captures if capture.taken_at <= until]
    if not before:
        days = ", ".join(dict.fromkeys(capture.taken_at for capture in captures[:20]))
        raise CommandError(t("page.not_yet", at=at, days=days), Exit.FAILURES)
    return before[-1]


def write_page(place: Home, name: str, capture: Capture) -> Path:
    """Writes the page into the exports and returns where. The bytes as they were stay in the archive.

    Raises CommandError when they are not there any more, or were changed.
    """
    try:
        headers, body = read(place.archive, capture)
    except CaptureMissingError as error:
        raise CommandError(t("page.missing", what=error), Exit.FAILURES) from error
    said, markup = _text(body, next((value for field, value in headers if field.lower() == "content-type"), ""))
    page = harmless(said, banner=list(_banner(capture)), title=capture.url, markup=markup, lang=language())
    moment = capture.taken_at.replace(":", "").replace("-", "")
    folder = place.exports / "pages"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{name}-{moment}-{capture.sha256[:8]}.html"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as out:
        out.write(page)
    return path


def _banner(capture: Capture) -> Iterator[str]:
    """What was seen when, by whom, and what is not shown; in both languages, since pages are passed on."""
    visitor = capture.visitor
    whom = " / ".join(part for part in (visitor.vantage, visitor.lang, visitor.agent) if part) if visitor else ""
    for lang in LANGUAGES:
        yield text(
            "page.banner", lang, at=capture.taken_at, status=capture.status, url=capture.url, sha256=capture.sha256
        )
        yield text("page.place", lang, file=capture.warc, offset=capture.offset, whom=whom or "-")
        yield text("page.cut", lang)


def _text(body: bytes, content_type: str) -> tuple[str, bool]:
    """What the bytes say, and whether that is markup."""
    from crawler.families.readable import encoding_of  # noqa: PLC0415 - loads Scrapy

    said = body.decode(encoding_of(body, content_type.encode("latin-1", "replace") or None), "replace")
    start = said.lstrip("\ufeff \t\r\n")[:1]
    if start in {"{", "["}:
        try:
            return json.dumps(json.loads(said), indent=2, ensure_ascii=False), False
        except (ValueError, RecursionError):
            return said, False
    return said, start == "<" and "xml" not in content_type.replace("xhtml", "").lower()
