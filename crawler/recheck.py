"""Rechecks: which listings a run looks at again, and what remains to be said of those that no page showed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import fields

from crawler.spider import MarketplaceSpider
from index.home import Home
from index.model import Listing, Observation
from index.open import open_index
from index.protocol import Index, Stored
from index.reading import read
from index.settings import Settings
from index.times import utc

RECHECK = "recheck:"
"""Before the marketplace in the record of such a run."""
FALLBACK = "lookalike_site"
"""Spider for listings whose marketplace is none that can be crawled (lists that somebody made)."""
_FIELDS = frozenset(one.name for one in fields(Listing))


def known_listings(home: Home, settings: Settings, ids: Iterable[str]) -> list[tuple[str, Listing]]:
    """The listings as the index has them, by id; those it has no more are left out. Raises IndexUnavailable."""
    wanted = list(ids)
    if not wanted:
        return []
    with closing(open_index(home, settings.index, write=False)) as index:
        hits = [hit for name in wanted if (hit := index.get(name)) is not None and hit.kind == "listings"]
    return [(hit.id, as_listing(hit)) for hit in hits]


def as_listing(hit: Stored) -> Listing:
    """The listing of a hit. Raises ReadError."""
    return read(Listing, {name: value for name, value in hit.value.items() if name in _FIELDS}, hit.id)


def unlooked(index: Index, run_id: str, spider: MarketplaceSpider, *, healthy: bool) -> Iterator[Observation]:
    """What a finished recheck says of listings that no page spoke of: gone, where it healthily read an index that shows
    all there are; else nothing that could be relied on.
    """
    by_index = type(spider).look_again is not MarketplaceSpider.look_again
    for name in spider.known:
        if not any(look.run_id == run_id for look in index.observations(name)):
            gone = by_index and healthy and spider.shows_all
            detail = "not in the index of its marketplace" if gone else "no page spoke of it"
            yield Observation(
                listing_id=name, at=utc(), state="gone" if gone else "error", run_id=run_id, detail=detail
            )
