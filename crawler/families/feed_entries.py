"""Entries of RSS and Atom feeds, read through feedparser."""

from __future__ import annotations

import calendar
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import feedparser
from scrapy.http import Response

from apk_analysis.fingerprint import Problem
from crawler.families.addresses import clean_url, host_of, path_of
from crawler.families.moments import stamp
from crawler.families.page_text import text_of

MOST_ENTRIES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry, as the feed gives it."""

    id: str
    """The feed's own id of the entry, else its link without what changes from visit to visit."""
    link: str
    title: str
    html: str
    """The longest of content and summary, as markup; line breaks of plain text are kept as such."""
    author: str | None
    published_at: str | None
    files: tuple[str, ...]
    """Addresses of enclosures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed and its entries."""

    entries: tuple[Entry, ...]
    lang: str | None
    link: str
    """The page that the feed is of."""
    generator: str
    problem: Problem | None
    """Why the feed is not, or not wholly, readable."""


def is_feed(response: Response) -> bool:
    """Whether the page is a feed rather than HTML."""
    head = response.body[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<?xml", b"<rss", b"<feed", b"<rdf", b"<!--")) and any(
        mark in head for mark in (b"<rss", b"<feed", b"<rdf:rdf")
    )


def read_feed(response: Response) -> Feed:
    """Never raises for what a site can send. No network: the parser gets bytes in memory."""
    headers = {}  # no address of the feed: ids are not to be joined with it, or they differ from feed to feed
    if content_type := response.headers.get("Content-Type"):
        headers["content-type"] = content_type.decode("latin-1")
    # A stream, because feedparser takes a bare string or bytes for an address or a file name first.
    parsed = feedparser.parse(io.BytesIO(response.body), response_headers=headers)
    entries = tuple(_entries(parsed.entries[:MOST_ENTRIES]))
    return Feed(
        entries=entries,
        lang=parsed.feed.get("language") or None,
        link=parsed.feed.get("link") or "",
        generator=str(parsed.feed.get("generator", "")),
        problem=None if entries or parsed.get("version") else _unreadable(parsed, response.url),
    )


def _unreadable(parsed: Any, url: str) -> Problem:
    return Problem(part="page", kind="malformed_feed", detail=f"{url}: {parsed.get('bozo_exception', 'no feed')}"[:500])


def _entries(raw: list[Any]) -> Iterator[Entry]:
    for entry in raw:
        texts = [content.get("value") or "" for content in entry.get("content", ())] + [entry.get("summary") or ""]
        link = entry.get("link") or ""
        moment = next((entry[key] for key in ("published_parsed", "updated_parsed") if key in entry), None)
        yield Entry(
            id=entry.get("id") or _address(link),
            link=link,
            title=" ".join(text_of(entry.get("title")).split()),
            html=longest if "<" in (longest := max(texts, key=len)) else longest.replace("\n", "<br>"),
            author=entry.get("author") or None,
            published_at=stamp(calendar.timegm(moment)) if moment else None,
            files=tuple(file["href"] for file in entry.get("enclosures", ()) if file.get("href")),
        )


def _address(link: str) -> str:
    url = clean_url(link)
    return link if url is None else f"{urlsplit(url).scheme}://{host_of(url)}{path_of(url)}"
