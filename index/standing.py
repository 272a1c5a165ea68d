"""What looks at one listing add up to. One look that does not find it proves little; two at different hours do.

The one rule for crawls, re-checks and takedown: nothing follows from a look that was refused or went wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from index.model import Observation, ObservationState

APART = timedelta(hours=1)
"""Two looks that agree count as two from this distance on: sites have maintenance, and deploy at night."""
SILENT: frozenset[ObservationState] = frozenset({"blocked", "error"})
ABSENT: frozenset[ObservationState] = frozenset({"gone", "moved"})
"""States in which what was listed does not stand at its address any more."""

PAGE = "page"
"""Detail of a 'seen' that a crawl left: the page was there; whether what it offers can be had, nobody looked."""

Stands = Literal["seen", "gone", "off_shelf", "moved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a listing stands."""

    state: Stands | None
    """What the last telling look saw; None when no look told anything."""
    sure: bool
    """Whether that may be relied on: a listing that was seen is there; its absence needs a second look of another
    run, at least `APART` later."""
    since: str
    """When it was first seen so, without anything else in between; empty when nothing is known."""


def standing(observations: Iterable[Observation], last_seen: str = "") -> Standing:
    """The standing after these looks, given oldest first; `last_seen` is the index's: crawls that found the listing
    move it, and leave an observation only where its page had changed.
    """
    agreeing: list[Observation] = []
    for look in observations:
        if look.state in SILENT or (look.state in ABSENT and look.at <= last_seen):
            continue
        if agreeing and not _agree(agreeing[-1].state, look.state):
            if agreeing[-1].state == "off_shelf" and look.detail == PAGE:
                continue
            agreeing.clear()
        agreeing.append(look)
    if not agreeing:
        return Standing(state="seen" if last_seen else None, sure=bool(last_seen), since="")
    first, last = agreeing[0], agreeing[-1]
    sure = last.state == "seen" or (first.run_id != last.run_id and _apart(first.at, last.at))
    return Standing(state=last.state, sure=sure, since=first.at)  # type: ignore[arg-type] # no silent one is left


def _agree(one: ObservationState, other: ObservationState) -> bool:
    return one == other or {one, other} <= ABSENT


def _apart(first: str, last: str) -> bool:
    return datetime.fromisoformat(last) - datetime.fromisoformat(first) >= APART
