"""When a listing is worth another look: by risk and age. A crawl in between takes it as still there, unseen by us."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from index.protocol import Glance

HOUR, DAY = 3600.0, 86400.0
"""Seconds."""
STEPS = ((3 * DAY, 12 * HOUR), (30 * DAY, 3 * DAY))
"""A benign listing known for less than the first is looked at again after the second."""
SETTLED = 7 * DAY
"""All older ones."""
BELIEVED = 12 * DAY
"""After so long a page is asked for without conditions: a server that always says 'not modified' hides nothing."""
SPREAD = 0.25
"""Share by which pages differ, so that those of one crawl do not all fall due on one day."""


def rest(glance: Glance, now: float) -> float:
    """Seconds until the listing wants another look; 0 for what is under suspicion: every run looks.

    `now`: POSIX seconds. A date that cannot be read, or lies ahead, counts as new.
    """
    if glance.verdict != "benign":
        return 0.0
    try:
        age = now - datetime.fromisoformat(glance.first_seen).timestamp()
    except ValueError:
        age = 0.0
    return next((wait for older, wait in STEPS if age < older), SETTLED)


def due_at(glances: Iterable[Glance], now: float, share: float) -> float:
    """When a page with these listings wants another look, in POSIX seconds; `share` (0..1) is the page's own."""
    return now + min((rest(one, now) for one in glances), default=0.0) * (1 - SPREAD * share)


def resting(due: float, looked_at: float, now: float) -> bool:
    """Whether the page needs no look now. A look that lies ahead, after the clock went back, is not believed."""
    return looked_at <= now + HOUR and now < due


def believed(read_at: float, now: float, share: float) -> bool:
    """Whether 'not modified' is taken for an answer about a page that was last read in full at `read_at`."""
    return read_at <= now + HOUR and now - read_at < BELIEVED * (1 - SPREAD * share)
