"""Which archived pages are needed, however old they are: those of every listing that is not benign or was decided."""

from __future__ import annotations

from console.archived_page import captures_of
from console.terminal import home
from index.open import open_decisions, open_index
from index.protocol import Index
from index.records import RecordKind
from index.settings import load_settings

PROPOSED = "verdict:violation OR verdict:lead"
KEPT: tuple[RecordKind, ...] = ("decision", "notice")


def needed_captures() -> set[tuple[str, int]]:
    """File and offset of each. Raises IndexUnavailable: without an index nobody knows what is needed."""
    place = home()
    index = open_index(place, load_settings().index, write=False)
    try:
        listings = {str(hit.value["listing_id"]) for hit in index.scan(PROPOSED)}
        if place.decisions.exists():
            listings |= _decided(index)
        return {(capture.warc, capture.offset) for name in listings for capture in captures_of(index, name)}
    finally:
        index.close()


def _decided(index: Index) -> set[str]:
    """Listings about whose findings anything was decided or written."""
    decisions = open_decisions(home(), write=False)
    try:
        named = {name for kind in KEPT for record in decisions.every(kind) for name in record.about}
        found = [index.get(decisions.current_id(name)) for name in named]
    finally:
        decisions.close()
    return {str(hit.value["listing_id"]) for hit in found if hit is not None and hit.kind == "findings"}
