"""Whether something is due, since when, and why. Pure: the clock and what is known come in, a judgement goes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from crawler.schedule.slots import Slot
from crawler.schedule.when import When, spread, turn_after, turns_missed

Why = Literal["never", "turn", "missed", "resume", "broken_off", "failed", "clock", "running"]

JUMP = 300.0
"""Seconds by which a last start may lie ahead of the clock; one further ahead is not believed: the clock went back."""
FIRST_RETRY = 120.0
"""Seconds until a start that came to no result is tried again; doubled each time, and never later than its turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something that is scheduled: a marketplace that is walked, or asked for the watch list."""

    name: str
    """Its marketplace."""
    watch: bool
    """True: asked for the words of the watch list; False: walked."""
    when: When
    said: str
    """`when` as it was written."""
    source: Literal["settings", "spider"]

    @property
    def slot(self) -> str:
        """Name of its slot."""
        return f"{self.name} --watch" if self.watch else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When a thing is due."""

    thing: Thing
    at: datetime
    why: Why
    missed: int = 0
    """Turns that passed as well; they are caught up with by one run."""
    last: Slot | None = None


def due(thing: Thing, slot: Slot | None, now: datetime, *, jitter: timedelta, alive: bool) -> Due:
    """When the thing is due next. `alive`: its marketplace is being crawled right now by some process."""
    if alive:
        return Due(thing=thing, at=now, why="running", last=slot)
    if slot is None:
        return Due(thing=thing, at=now, why="never")
    if max(slot.began, slot.ended or 0.0) > now.timestamp() + JUMP:
        return Due(thing=thing, at=now, why="clock", last=slot)
    began = datetime.fromtimestamp(slot.began, UTC)
    turn = turn_after(thing.when, began)
    at = spread(thing.when, turn, jitter, thing.slot)
    if slot.outcome == "interrupted":
        return Due(thing=thing, at=began, why="resume", last=slot)
    if slot.outcome in {"running", "failed"}:
        tries = slot.failures + (slot.outcome == "running")
        ended = slot.ended if slot.ended is not None else slot.began
        again = datetime.fromtimestamp(ended + FIRST_RETRY * 2.0 ** min(max(tries - 1, 0), 12), UTC)
        if again < at:
            return Due(thing=thing, at=again, why="broken_off" if slot.outcome == "running" else "failed", last=slot)
    missed = turns_missed(thing.when, turn, now) if at <= now else 0
    return Due(thing=thing, at=at, why="missed" if missed else "turn", missed=missed, last=slot)
