"""What a listing must be to be carried: typed, named, addressed, and of bounded size."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from index.model import Listing
from index.reading import ReadError, decode, encode

MAX_TEXT = 200_000
"""Code points of one text field; more is cut, not refused, because refusing would be a way to hide."""
MAX_TITLE = 2_000
MAX_PARTS = 500
"""Entries of one list field (reviews, options, addresses)."""
MAX_PART = 20_000
MAX_NAME = 4_096
"""Code points of what names a listing (native id, address); longer ones are refused: a cut name is another name."""
MAX_BYTES = MAX_TITLE
"""A listing whose JSON is shorter than every bound needs no closer look."""


def admitted(listing: Listing, *, addressed: bool = True) -> tuple[Listing, bool]:
    """The listing as it may be carried, and whether something was cut. `addressed`: whether it must have an address.

    Raises ReadError for a wrong type, an empty name, or an address that is not http(s).
    """
    place = f"{listing.marketplace}, {str(listing.url)[:200]}"
    try:
        written = encode(listing)
    except (TypeError, ValueError, RecursionError) as error:
        raise ReadError(f"{place}: {error}") from error
    listing = decode(Listing, written)
    for name in ("marketplace", "native_id", "title"):
        if not getattr(listing, name).strip():
            raise ReadError(f"{place}: {name} is empty")
    if max(len(listing.marketplace), len(listing.native_id)) > MAX_NAME:
        raise ReadError(f"{place}: marketplace or native_id is longer than {MAX_NAME}")
    if listing.url or addressed:
        _check_address(listing.url, place)
    if len(written) <= MAX_BYTES:
        return listing, False
    cuts = _cuts(listing)
    return (replace(listing, **cuts), True) if cuts else (listing, False)


def _check_address(url: str, place: str) -> None:
    try:
        parts = urlsplit(url)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and len(url) <= MAX_NAME
    except ValueError:
        valid = False
    if not valid:
        raise ReadError(f"{place}: url is no http address of at most {MAX_NAME} characters")


def _cuts(listing: Listing) -> dict[str, Any]:
    cuts: dict[str, Any] = {}
    for name in Listing.__dataclass_fields__:
        value = getattr(listing, name)
        bound = MAX_TITLE if name in {"title", "seller"} else MAX_TEXT
        if isinstance(value, str) and len(value) > bound:
            cuts[name] = value[:bound]
        elif isinstance(value, tuple) and (len(value) > MAX_PARTS or any(len(part) > MAX_PART for part in value)):
            cuts[name] = tuple(part[:MAX_PART] for part in value[:MAX_PARTS])
    return cuts
