"""A page as it stands in a file that somebody handed over, still with everything that belongs to that person."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.supplied.brought import Unreadable

LARGEST_BODY = 32 << 20
"""Bytes of one page."""
MOST_PAGES = 2_000
"""Pages and data responses of one file."""
READ = ("text/html", "application/xhtml", "json", "text/xml", "application/xml", "rss+xml", "atom+xml")
"""Parts of the media types that somebody may be able to read; pictures, styles and scripts are left where they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPage:
    """One response, or what is left of it."""

    url: str
    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    sent: tuple[tuple[str, str], ...] = ()
    """Header fields of the request. Never kept; they tell what has to be cut out."""
    taken_at: str | None = None
    main: bool = False
    """Whether it is what the person looked at, rather than a frame or data that a script asked for."""
    own_word: bool = False
    """Whether only the page itself says that this is its address."""
    why: Unreadable | None = None
    """Why the body could not be had."""


def is_read(media_type: str) -> bool:
    """Whether responses of that type are looked at."""
    return any(part in media_type.lower() for part in READ)


def is_page(media_type: str) -> bool:
    """Whether that is a page rather than data."""
    return "html" in media_type.lower()
