"""Half-life of confirmed listings: after how long half of them are gone from their marketplace.

A listing that still stands, or of which nobody knows any more, counts as long as it was known to stand
(`lifecycle.medians.survival`). Nothing follows from a look that was blocked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from index.model import Observation
from index.protocol import Index, Stored
from index.records import Decisions
from index.standing import standing
from takedown.answers import all_answers
from takedown.lifecycle.medians import survival

FEWEST = 5
"""Listings that have to be gone before a half-life is told."""
_DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """How long one listing was there."""

    days: float
    """From when it was first seen to when it was first missed, or to when it was last known to stand."""
    ended: bool
    """Whether it is surely gone."""
    unsure_days: float = 0.0
    """Between the last look that saw it and the first that missed it: it went some time in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfLife:
    """How long it takes until half are gone."""

    listings: int
    gone: int
    days: float | None
    """None: not measured (未测得), because fewer than `FEWEST` are gone, or because more than half still stand."""
    low: float | None
    high: float | None
    """95 % interval in days; None at an end that lies beyond what was watched."""
    enough: bool
    """Whether at least `FEWEST` are gone."""
    unsure_days: float | None
    """Half of those that are gone went within so many days before they were missed: how exactly it can be told."""


def half_life(lives: Iterable[Life]) -> HalfLife:
    """The half-life of these listings."""
    held = list(lives)
    ended = [life for life in held if life.ended]
    enough = len(ended) >= FEWEST
    middle = survival([(life.days, life.ended) for life in held]) if enough else None
    return HalfLife(
        listings=len(held),
        gone=len(ended),
        days=_rounded(middle.median if middle else None),
        low=_rounded(middle.low if middle else None),
        high=_rounded(middle.high if middle else None),
        enough=enough,
        unsure_days=_rounded(median(life.unsure_days for life in ended)) if ended else None,
    )


def _rounded(days: float | None) -> float | None:
    return None if days is None else round(days, 2)


def half_lives(index: Index, records: Decisions) -> dict[str, HalfLife]:
    """Marketplace -> half-life of its confirmed listings, for every marketplace that has any.

    Raises IndexUnavailable, ReadError.
    """
    lives: dict[str, list[Life]] = {}
    for hit in confirmed_listings(index, records):
        life = life_of(hit, index.observations(hit.id), brought=bool(index.supplied([hit.id])))
        if life is not None:
            lives.setdefault(str(hit.value["marketplace"]), []).append(life)
    return {marketplace: half_life(held) for marketplace, held in sorted(lives.items())}


def confirmed_listings(index: Index, records: Decisions) -> Iterable[Stored]:
    """Each listing of which a person confirmed a finding, once, in order of id."""
    answers = all_answers(records)
    wanted = {
        name for name in answers.findings() if (said := answers.verdict(name)) and said.decision.kind == "confirm"
    }
    findings = (index.get(name) for name in sorted(wanted))
    names = sorted({str(hit.value["listing_id"]) for hit in findings if hit is not None and hit.kind == "findings"})
    for name in names:
        hit = index.get(name)
        if hit is not None:
            yield hit


def life_of(listing: Stored, looks: Sequence[Observation], *, brought: bool = False) -> Life | None:
    """How long a listing was there; None where no look of ours ever saw it.

    `brought`: others handed it over; then only looks of ours count as having seen it.
    """
    seen = [look.at for look in looks if look.state == "seen"]
    if not brought:
        seen += [listing.first_seen, listing.last_seen]
    if not seen:
        return None
    first, last = min(seen), max(seen)
    stands = standing(looks, "" if brought else listing.last_seen)
    if stands.sure and stands.state in {"gone", "off_shelf"} and stands.since >= first:
        before = max((at for at in seen if at <= stands.since), default=first)
        return Life(days=_days(first, stands.since), ended=True, unsure_days=_days(before, stands.since))
    # What moved may stand elsewhere; what one look missed may be there: both count until they were last seen.
    return Life(days=_days(first, last), ended=False)


def _days(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() / _DAY
