"""Listings as people and other programs write them down for `copycatch detect`: one JSON object per line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import BinaryIO

import msgspec

from crawler.supplied.lines import lines
from index.model import Listing, SourceKind
from index.reading import ReadError, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the page of one offer shows. All but `id` and `title` may be left out or null."""

    id: str
    title: str
    description: str | None = None
    seller: str | None = None
    price: str | None = None
    package_name: str | None = None
    version: str | None = None
    source_kind: SourceKind | None = None
    platform_style: str | None = None
    """Free word for the kind of platform ('闲鱼类')."""
    lang: str | None = None
    url: str | None = None
    bio: str | None = None
    options: tuple[str, ...] | None = None
    reviews: tuple[str, ...] | None = None
    questions: tuple[str, ...] | None = None
    notes: str | None = None
    """Update and delivery notes."""
    image_text: tuple[str, ...] | None = None
    qr_text: tuple[str, ...] | None = None

    def listing(self) -> Listing:
        """The same as a listing of a marketplace that nobody crawled."""
        given = {name: value for name in KNOWN - {"id"} if (value := getattr(self, name)) is not None}
        return Listing(**{"marketplace": "detect", "native_id": self.id, "url": "", "source_kind": "site", **given})


KNOWN = frozenset(field.name for field in fields(Offer))


def read_offers(source: BinaryIO, name: str, *, ignore_unknown: bool = False) -> Iterator[Offer]:
    """One offer per line; blank lines are passed over. Raises ReadError naming file and line."""
    for number, line in lines(source, name):
        place = f"{name}:{number}"
        try:
            raw = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ReadError(f"{place}: not JSON: {error}") from error
        if ignore_unknown and isinstance(raw, dict):
            raw = {key: value for key, value in raw.items() if key in KNOWN}
        yield read(Offer, raw, place)
