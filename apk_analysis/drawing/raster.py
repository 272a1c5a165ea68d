"""Polygons as masks: how much of each pixel they cover. Exact across, four lines per pixel down."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from apk_analysis.defects import Defect
from apk_analysis.drawing.outline import Points

LINES = 4
"""Sample lines of one row of pixels."""
MOST_AT_ONCE, MOST_CROSSINGS = 400_000, 20_000_000
"""Crossings of edges with sample lines: kept in memory at a time, and of all drawings of one app."""
Integers = NDArray[np.int64]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Mask:
    """How much of each pixel of a part of the picture is covered; nothing of the rest is."""

    covered: NDArray[np.float32]
    """Rows of pixels, 0 to 1; may be empty."""
    left: int = 0
    top: int = 0

    def within(self, other: Mask | None) -> Mask:
        """Where both cover; None covers everything."""
        if other is None:
            return self
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = (min(one, two) for one, two in zip(self.end, other.end, strict=True))
        if right <= left or bottom <= top:
            return Mask(np.zeros((0, 0), np.float32))
        one, two = (
            mask.covered[top - mask.top : bottom - mask.top, left - mask.left : right - mask.left]
            for mask in (self, other)
        )
        return Mask(one * two, left, top)

    @property
    def end(self) -> tuple[int, int]:
        """Behind its last column and row."""
        return self.left + self.covered.shape[1], self.top + self.covered.shape[0]


@dataclass(slots=True)
class Budget:
    """How much may still be drawn for one app; a few seconds' worth."""

    crossings: int = MOST_CROSSINGS

    def spend(self, crossings: int) -> None:
        """Raises Defect when that is too much."""
        self.crossings -= crossings
        if self.crossings < 0:
            raise Defect("icon_too_large", "more to draw than any icon holds")


def fill(polygons: Iterable[Points], width: int, height: int, budget: Budget, *, evenodd: bool = False) -> Mask:
    """What the polygons cover; they close by themselves, and arrays of two dimensions hold one in each row.

    Raises Defect when that is too much to draw.
    """
    found = [points for points in polygons if points.size]
    if not found:
        return Mask(np.zeros((0, 0), np.float32))
    start = np.concatenate([points.ravel() for points in found])
    stop = np.concatenate([np.roll(points, -1, axis=-1).ravel() for points in found])
    left, right = _span(start.real, width)
    top, bottom = _span(start.imag, height)
    shift = complex(left, top)
    lines = np.zeros(((bottom - top) * LINES, right - left + 2))
    for row, x, turn in _crossings(start - shift, stop - shift, len(lines), budget):
        _add_spans(lines, row, np.clip(x, 0, right - left), turn, evenodd=evenodd)
    covered = np.cumsum(lines, axis=1)[:, : right - left].reshape(bottom - top, LINES, right - left).mean(axis=1)
    return Mask(np.asarray(np.clip(covered, 0, 1), np.float32), left, top)


def _span(places: Numbers, size: int) -> tuple[int, int]:
    """The pixels of one direction that may be touched."""
    return math.floor(min(max(places.min(), 0), size)), math.ceil(min(max(places.max(), 0), size))


def _crossings(start: Points, stop: Points, lines: int, budget: Budget) -> Iterator[tuple[Integers, Numbers, Integers]]:
    """(line, x, direction) wherever an edge crosses a sample line, ordered, in bands of lines that fit into memory."""
    top = np.ceil(np.minimum(start.imag, stop.imag) * LINES - 0.5)
    bottom = np.ceil(np.maximum(start.imag, stop.imag) * LINES - 0.5)
    low, high = (np.clip(edge, 0, lines).astype(np.int64) for edge in (top, bottom))
    total = int((high - low).sum())
    budget.spend(total + len(start))
    bands = min(total // MOST_AT_ONCE + 1, lines)
    edges = np.linspace(0, lines, bands + 1).astype(np.int64)
    slope = (stop.real - start.real) / np.where(stop.imag == start.imag, 1, stop.imag - start.imag)
    turn = np.where(stop.imag > start.imag, 1, -1)
    for begin, end in pairwise(edges.tolist()):
        first, count = np.clip(low, begin, end), np.clip(high, begin, end) - np.clip(low, begin, end)
        which = np.repeat(np.arange(len(start)), count)
        row = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count) + first[which]
        x = start.real[which] + ((row + 0.5) / LINES - start.imag[which]) * slope[which]
        order = np.lexsort((x, row))
        yield row[order], x[order], turn[which][order]


def _add_spans(lines: Numbers, row: Integers, x: Numbers, turn: Integers, *, evenodd: bool) -> None:
    """Adds where coverage begins and ends, so that the running sum of a line is the coverage of its pixels."""
    winding: Integers = np.cumsum(turn)  # polygons are closed: it is zero again at the end of each line
    inside = winding & 1 if evenodd else winding != 0
    before = np.concatenate([[0], inside[:-1]])
    change = inside.astype(np.int64) - before
    place = np.floor(x).astype(np.int64)
    share = (x - place) * change
    at = row * lines.shape[1] + place
    flat = lines.reshape(-1)
    flat += np.bincount(at, change - share, len(flat))[: len(flat)]
    flat += np.bincount(at + 1, share, len(flat))[: len(flat)]
