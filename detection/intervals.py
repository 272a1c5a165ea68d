"""Intervals of shares."""

from __future__ import annotations

import math

Z = 1.959964
"""Of the normal distribution, for 95 %."""


def wilson(right: int, of: int) -> tuple[float, float]:
    """Lower and upper end of Wilson's interval at 95 % for `right` of `of`; 0 and 1 for nothing seen."""
    if not of:
        return 0.0, 1.0
    share, square = right / of, Z * Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z / (1 + square / of) * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)
