"""One page saved as HTML: by a browser's "save as", by SingleFile, by hand. What it says of where it was."""

from __future__ import annotations

import re

from crawler.families.addresses import clean_url
from crawler.families.moments import moment
from crawler.supplied.brought import UnreadableError
from crawler.supplied.raw_page import LARGEST_BODY, RawPage

HEAD = 64 << 10
"""Bytes within which tools write where a page was."""
_SAVED_FROM = re.compile(rb"<!--\s{0,20}saved from url=\(\d{1,6}\)(\S{1,4000}?)\s{0,20}-->", re.IGNORECASE)
_SINGLE_FILE = re.compile(rb"Page saved with SingleFile\s{1,20}url:\s{0,20}(\S{1,4000})", re.IGNORECASE)
_SINGLE_DATE = re.compile(rb"saved date:\s{0,20}([^\r\n<>]{5,80})", re.IGNORECASE)
_CLAIMS = re.compile(
    rb"""<(?:link|meta)\b[^<>]{0,300}?\b(?:rel|property)\s{0,5}=\s{0,5}["']?(?:canonical|og:url)\b[^<>]{0,1000}?"""
    rb"""\b(?:href|content)\s{0,5}=\s{0,5}["']?(https?://[^"'\s<>]{1,2000})""",
    re.IGNORECASE,
)


def read_html(body: bytes, *, url: str | None = None) -> RawPage:
    """The page; `url` is where a person says it was. Raises UnreadableError."""
    if len(body) > LARGEST_BODY:
        raise UnreadableError("page_large", most=LARGEST_BODY >> 20)
    if not body.strip():
        raise UnreadableError("empty_page")
    head = body[:HEAD]
    by_tool = _SINGLE_FILE.search(head) or _SAVED_FROM.search(head)
    claimed = None if url or by_tool else _CLAIMS.search(head)
    said = url or next((found[1].decode("utf-8", "replace") for found in (by_tool, claimed) if found), "")
    if not said.startswith(("http://", "https://")) or clean_url(said) is None:
        raise UnreadableError("no_page_address")
    date = _SINGLE_DATE.search(head) if by_tool else None
    return RawPage(
        url=said,
        headers=(("Content-Type", "text/html"),),
        body=body,
        taken_at=moment(_without_zone_name(date[1])) if date else None,
        main=True,
        own_word=claimed is not None,
    )


def _without_zone_name(date: bytes) -> str:
    """'Thu Nov 26 2026 10:00:00 GMT+0800 (China Standard Time)' without its bracket."""
    return date.decode("utf-8", "replace").partition("(")[0].strip()
