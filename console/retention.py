"""Which archived pages are needed, however old they are: those of every listing that is not benign or was decided."""

from __future__ import annotations

from console.archived_page import captures_of
from console.terminal import home
from index.open import open_decisions, open_index
from index.protocol import Index
from index.settings import load_settings

PROPOSED = "verdict:violation OR verdict:lead"


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
        records = [*decisions.every("decision"), *decisions.every("notice")]
        named = {str(name) for record in records for name in _findings(record.value)}
        found = [index.get(decisions.current_id(name)) for name in named]
    finally:
        decisions.close()
    return {str(hit.value["listing_id"]) for hit in found if hit is not None and hit.kind == "findings"}


def _findings(value: dict[str, object]) -> list[object]:
    names = value.get("finding_ids")
    return names if isinstance(names, list) else []
