"""Which archived pages and pictures show a target: as it was judged, as it was last seen, as it was handed over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from index.model import Capture, Supplied
from index.protocol import Index
from index.reading import read
from takedown.notice import Target

SHOWN = frozenset({"seen", "off_shelf"})
"""Looks whose page shows the target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What there is of one target."""

    target: Target
    captures: tuple[Capture, ...]
    """Oldest first, none twice."""
    picture: Capture | None
    """The newest one of all that has a picture of the page; the renderer puts grey boxes in place of all media."""
    supplied: tuple[Supplied, ...] = ()


def shown(target: Target, index: Index) -> Shown:
    """What the index knows of it. Raises ReadError for a capture that cannot be read."""
    supplied = index.supplied([target.listing_id]).get(target.listing_id, [])
    judged = list(_judged(target, index))
    looks = [look for look in index.observations(target.listing_id) if look.capture is not None]
    seen = [look.capture for look in looks if look.state in SHOWN and look.capture is not None]
    brought = [one.capture for one in supplied if one.capture is not None]
    newest = sorted(seen, key=_when)[-1:]
    rendered = sorted((one for one in [*judged, *seen] if one.screenshot and not one.supplied), key=_when)
    picture = rendered[-1] if rendered else None
    kept = {(one.warc, one.offset): one for one in [*judged, *newest, *brought, *(rendered[-1:])]}
    return Shown(
        target=target,
        captures=tuple(sorted(kept.values(), key=_when)),
        picture=picture,
        supplied=tuple(supplied),
    )


def _judged(target: Target, index: Index) -> Iterator[Capture]:
    hit = index.get(target.finding_id)
    raw = hit.value.get("capture") if hit is not None and hit.kind == "findings" else None
    if raw is not None:
        yield read(Capture, raw, f"the capture of {target.finding_id}")


def _when(capture: Capture) -> tuple[str, str, int]:
    return capture.taken_at, capture.warc, capture.offset


def by_place(all_shown: Sequence[Shown]) -> dict[tuple[str, int], tuple[Capture, list[str]]]:
    """File and offset -> capture, and the findings it shows; in the order of files, so that each is read once."""
    found: dict[tuple[str, int], tuple[Capture, list[str]]] = {}
    for one in all_shown:
        for capture in one.captures:
            found.setdefault((capture.warc, capture.offset), (capture, []))[1].append(one.target.finding_id)
    return dict(sorted(found.items()))


def seen_as(capture: Capture) -> dict[str, Any]:
    """As whom the page was asked for; nothing where that is not known."""
    visitor = capture.visitor
    if visitor is None:
        return {}
    return {
        "user_agent": visitor.agent,
        "vantage": visitor.vantage,
        "accept_language": visitor.lang,
        "own_session": visitor.session,
    }
