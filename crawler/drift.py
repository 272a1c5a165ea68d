"""Has a marketplace changed under us? A run is compared with what is usual; what drifted makes it unhealthy.

A soft-denied answer looks like success: status 200 and an empty list after hundreds of listings yesterday.
"""

from __future__ import annotations

from collections.abc import Iterator

from crawler.past import SURE, Usual, blocked_share
from crawler.remarks import remark
from index.model import Run

FEW = 5
"""Usual yields below this say nothing about a drift."""
HALF, FIFTH = 0.5, 0.2
"""Shares of the usual yield below which a run has not seen the marketplace: with enough runs before, with few."""
SIGMAS = 4.0
"""And so many spreads below it, where the yield goes up and down anyway."""
FALLEN = 0.3
"""A fill rate that fell by more than this points at a changed format."""
ENOUGH = 20
"""Listings from which a fill rate means something."""
REFUSED_MORE = 0.02
"""A share of refused pages above the usual one that is worth a remark."""


def least_yield(usual: Usual) -> float:
    """Listings below which a run of that order is not healthy; 0 where nothing can be said."""
    if usual.listings < FEW:
        return 0.0
    if usual.runs < SURE:
        return FIFTH * usual.listings
    return max(0.0, usual.listings - max((1 - HALF) * usual.listings, SIGMAS * usual.spread))


def drift(run: Run, usual: Usual | None) -> Iterator[str]:
    """Remarks about what changed for the worse; each makes the run unhealthy."""
    if usual is None:
        return
    listings = run.counts.get("listings", 0)
    if listings < least_yield(usual):
        yield remark("crawl.drift_yield", listings=listings, usual=round(usual.listings), runs=usual.runs)
    if listings < ENOUGH or usual.runs < SURE:
        return
    for name, before in usual.fills.items():
        now = run.fills.get(name, 0) / listings
        if before - now > FALLEN:
            yield remark("crawl.drift_fill", field=name, share=f"{now:.0%}", usual=f"{before:.0%}")


def by_the_way(run: Run, usual: Usual | None) -> Iterator[str]:
    """Remarks about what is worth knowing and makes no run unhealthy."""
    now = blocked_share(run)
    if usual is not None and usual.runs >= SURE and now - usual.blocked >= REFUSED_MORE:
        yield remark("crawl.refused_more", share=f"{now:.1%}", usual=f"{usual.blocked:.1%}")
