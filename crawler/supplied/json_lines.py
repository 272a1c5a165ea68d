"""JSON Lines, as programs write them: one object with the fields of `index.model.Listing` per line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from crawler.supplied.brought import Brought, Unreadable, UnreadableError
from crawler.supplied.lines import LONGEST_LINE, lines
from crawler.supplied.rows import named_listing
from index.reading import ReadError


def read_json_lines(source: BinaryIO, name: str) -> Iterator[Brought]:
    """Every line in order."""
    number = 0
    try:
        for number, line in lines(source, name):
            yield _brought(line, str(number))
    except ReadError:  # an endless line: nothing behind it can be found
        yield Brought(place=str(number + 1), why=Unreadable("long_line", {"most": LONGEST_LINE >> 20}))


def _brought(line: bytes, place: str) -> Brought:
    try:
        raw: Any = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Brought(place=place, why=Unreadable("not_json", {"error": str(error)[:200]}))
    if not isinstance(raw, dict):
        return Brought(place=place, why=Unreadable("not_json", {"error": "expected an object"}))
    given = {str(name): value for name, value in raw.items() if value is not None}
    try:
        listing = named_listing({"source_kind": "site", **given}, str(given.get("url") or ""))
    except UnreadableError as error:
        return Brought(place=place, why=error.why)
    only = not given.get("title") and not given.get("description")
    return Brought(place=place, listing=listing, only_address=only)
