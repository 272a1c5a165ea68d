"""What runs of the same order were like before: the yardstick for the next one, robust against single bad days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from index.model import Run

RECENT = 10
"""So many healthy runs make up what is usual."""
SURE = 3
"""From so many on, how far they differ is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What healthy runs of one order yield."""

    runs: int
    """How many were looked at."""
    listings: float
    """Median."""
    spread: float
    """Median distance from the median, scaled like a standard deviation; 0 where there are too few runs."""
    fills: dict[str, float] = field(default_factory=dict)
    """Listing field -> median share of listings in which it was filled."""
    blocked: float = 0.0
    """Median share of refused pages."""


def order_of(run: Run) -> tuple[str, ...]:
    """What two runs must share to be comparable: marketplace, order (a part of the id), addresses."""
    parts = run.id.split("-")
    return (run.marketplace, parts[2] if len(parts) == 4 else "", *run.start)


def healthy_before(runs: Iterable[Run], run: Run) -> list[Run]:
    """Earlier healthy runs of the same order, in the order given."""
    return [
        earlier
        for earlier in runs
        if earlier.id != run.id and earlier.outcome == "healthy" and order_of(earlier) == order_of(run)
    ]


def usual(healthy: Sequence[Run]) -> Usual | None:
    """What is usual, from healthy runs, newest first; None without any."""
    recent = healthy[:RECENT]
    if not recent:
        return None
    yields = [run.counts.get("listings", 0) for run in recent]
    middle = median(yields)
    names = {name for run in recent for name in run.fills}
    return Usual(
        runs=len(recent),
        listings=middle,
        spread=1.4826 * median(abs(count - middle) for count in yields) if len(recent) >= SURE else 0.0,
        fills={name: median(shares) for name in sorted(names) if (shares := _shares(recent, name))},
        blocked=median(blocked_share(run) for run in recent),
    )


def _shares(runs: Sequence[Run], name: str) -> list[float]:
    return [run.fills[name] / count for run in runs if name in run.fills and (count := run.counts.get("listings", 0))]


def blocked_share(run: Run) -> float:
    """Share of the pages asked for that refused us."""
    asked = sum(run.counts.get(name, 0) for name in ("pages", "failed", "blocked"))
    return run.counts.get("blocked", 0) / asked if asked else 0.0
