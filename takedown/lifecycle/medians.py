"""Medians and shares with their 95% intervals. What too few cases say is None, never 0.

- `span` of complete times: the median, and the interval between two order statistics (exact, without assumptions).
- `survival` of times of which some have not ended: Kaplan-Meier, with the interval of Brookmeyer and Crowley on the
  log-log scale. Leaving out what is still up would make slow recipients look fast.
- `share`: Wilson's interval.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

Z = 1.959963984540054
"""Of the normal distribution at 97.5%."""
EXACT = 1000
"""Up to so many cases the interval of a median is exact; above, the normal approximation is as good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A median time in hours."""

    n: int
    """Cases; `ended` of them are complete."""
    ended: int
    median: float | None
    """None where fewer than half have ended."""
    low: float | None
    high: float | None
    """95% interval; None where there is no such end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of cases, 0..1."""

    k: int
    n: int
    share: float
    low: float
    high: float


def span(hours: Sequence[float]) -> Span | None:
    """The median of complete times; None without any. An interval wants at least 6."""
    if not hours:
        return None
    ordered, n = sorted(hours), len(hours)
    rank = _rank(n)
    low, high = (ordered[rank - 1], ordered[n - rank]) if rank else (None, None)
    return Span(n=n, ended=n, median=median(ordered), low=low, high=high)


def _rank(n: int) -> int:
    """Place from either end whose values enclose the median in 95% of all samples; 0 where none do."""
    if n > EXACT:
        return max(0, math.floor(n / 2 - Z * math.sqrt(n) / 2))
    rank, beyond = 0, 1 / 2**n
    while beyond <= 0.025:
        rank += 1
        beyond += math.comb(n, rank) / 2**n
    return rank


def survival(cases: Sequence[tuple[float, bool]]) -> Span | None:
    """The median of (hours, whether it ended then; else it was still going on). None without any."""
    if not cases:
        return None
    ends = Counter(hours for hours, ended in cases if ended)
    leaving = Counter(hours for hours, _ in cases)
    left, alive, spread = len(cases), 1.0, 0.0
    middle: float | None = None
    low: float | None = None
    high: float | None = None
    for hours in sorted(leaving):
        if died := ends[hours]:
            alive *= 1 - died / left
            # Greenwood's sum has no end where nobody is left: from there on the upper curve is not known.
            spread = spread + died / (left * (left - died)) if died < left else math.inf
            under, over = _bounds(alive, spread)
            middle = hours if middle is None and alive <= 0.5 + 1e-12 else middle
            low = hours if low is None and under <= 0.5 else low
            high = hours if high is None and over <= 0.5 else high
        left -= leaving[hours]
    return Span(n=len(cases), ended=ends.total(), median=middle, low=low, high=high)


def _bounds(alive: float, spread: float) -> tuple[float, float]:
    """Of the share that is still up."""
    if math.isinf(spread) or alive <= 0:
        return 0.0, 1.0
    width = Z * math.sqrt(spread) / -math.log(alive)
    return alive ** math.exp(width), alive ** math.exp(-width)


def share(k: int, n: int) -> Share | None:
    """K of n; None of none."""
    if not n:
        return None
    middle, square = k / n, Z * Z
    centre = (middle + square / (2 * n)) / (1 + square / n)
    half = Z / (1 + square / n) * math.sqrt(middle * (1 - middle) / n + square / (4 * n * n))
    return Share(k=k, n=n, share=middle, low=max(0.0, centre - half), high=min(1.0, centre + half))
