"""What a healthy full run did not see any more: missing at first, gone when a second one agrees at another hour.

Each such run leaves an observation; `index.standing` adds them up.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from index.model import Observation, Run
from index.protocol import Index
from index.standing import APART, standing

NOTED_AT_ONCE = 200
DETAIL = "not seen by a healthy full run"


@dataclass(slots=True)
class Unseen:
    """How many listings of earlier runs were not there."""

    missing: int = 0
    """Not seen for the first time, or a second time within the hour."""
    gone: int = 0
    """Not seen by two healthy runs at different hours."""


def note_unseen(index: Index, run: Run, healthy: Sequence[Run], seen: Container[str]) -> Unseen:
    """Notes which listings of the healthy runs before this one (newest first, of the same order) it did not see.

    What is known to be gone already is not noted again. Raises IndexUnavailable.
    """
    noted = Unseen()
    if not healthy:
        return noted
    now = run.finished_at or run.started_at
    batch: list[Observation] = []
    for name, last_seen in _last_seen_between(index, run.marketplace, _since(healthy, now), run.started_at):
        if name in seen:  # times have whole seconds
            continue
        looks = index.observations(name)
        before = standing(looks, last_seen)
        if before.state == "gone" and before.sure:
            continue
        absent = Observation(listing_id=name, at=now, state="gone", run_id=run.id, detail=DETAIL)
        after = standing([*looks, absent], last_seen)
        sure = after.state == "gone" and after.sure
        noted.gone += sure
        noted.missing += not sure
        batch.append(absent)
        if len(batch) == NOTED_AT_ONCE:
            index.observe(batch)
            batch = []
    if batch:
        index.observe(batch)
    return noted


def _since(healthy: Sequence[Run], now: str) -> str:
    """From when on listings were last seen whose absence may not be sure yet: before two steps of an hour or more."""
    end, chosen = now, healthy[-1]
    for _ in range(2):
        chosen = next((run for run in healthy if _apart(run.finished_at or run.started_at, end)), healthy[-1])
        end = chosen.started_at
    return chosen.started_at


def _apart(first: str, last: str) -> bool:
    return datetime.fromisoformat(last) - datetime.fromisoformat(first) >= APART


def _last_seen_between(index: Index, marketplace: str, start: str, end: str) -> Iterator[tuple[str, str]]:
    quoted = marketplace.replace("\\", "\\\\").replace('"', '\\"')
    query = f'marketplace:"{quoted}" AND last_seen:["{start}" TO "{end}"]'
    return ((found.id, found.last_seen) for found in index.scan(query, kind="listings"))
