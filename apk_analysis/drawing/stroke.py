"""Lines of a certain width as polygons: a piece for every straight part, joint and end, all turning the same way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from apk_analysis.drawing.outline import Contour, Points

ROUND = 16
"""Corners of what stands for a disc."""
_DISC = np.exp(-2j * np.pi * np.arange(ROUND) / ROUND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How lines are drawn."""

    width: float
    """Pixels."""
    cap: str = "butt"
    """'butt', 'round' or 'square'."""
    join: str = "miter"
    """'miter', 'round' or 'bevel'."""
    miter: float = 4.0
    """How many widths long a pointed joint may become."""


def widened(contours: list[Contour], style: Style) -> Iterator[Points]:
    """Polygons whose union (by the nonzero rule) is the drawn line; one of each row where there are two dimensions."""
    half = style.width / 2
    for contour in contours:
        points = _distinct(contour.points)
        if contour.closed and len(points) > 1:
            points = _distinct(np.append(points, points[0]))
        if len(points) < 2:
            if style.cap == "round" and len(points):
                yield points[0] + half * _DISC
            continue
        along = np.diff(points)
        along = along / np.abs(along)
        side = 1j * along * half
        yield np.stack([points[:-1] + side, points[1:] + side, points[1:] - side, points[:-1] - side], axis=1)
        yield from _joints(points, along, contour.closed, half, style)
        if not contour.closed:
            yield from _end(points[0], -along[0], half, style.cap)
            yield from _end(points[-1], along[-1], half, style.cap)


def _distinct(points: Points) -> Points:
    """Without repetitions, which have no direction."""
    return points[np.concatenate([[True], np.abs(np.diff(points)) > 1e-6])] if len(points) else points


def _joints(points: Points, along: Points, closed: bool, half: float, style: Style) -> Iterator[Points]:  # noqa: FBT001 - a fact of the contour
    """What fills the outer corner between two pieces."""
    corner = points[1:] if closed else points[1:-1]
    before, after = (along, np.roll(along, -1)) if closed else (along[:-1], along[1:])
    if style.join == "round":
        yield corner[:, None] + half * _DISC
        return
    turn = np.imag(after * np.conj(before))
    outer = np.where(turn > 0, -1j, 1j) * half
    first, second = corner + outer * before, corner + outer * after
    cosine = np.real(after * np.conj(before))
    pointed = (style.join == "miter") & (np.sqrt(2 / np.maximum(1 + cosine, 1e-9)) <= style.miter)
    tip = np.where(pointed, corner + outer * (before + after) / np.maximum(1 + cosine, 1e-9), (first + second) / 2)
    pieces = np.stack([corner, first, tip, second], axis=1)
    yield np.where((turn > 0)[:, None], pieces[:, ::-1], pieces)


def _end(point: complex, away: complex, half: float, cap: str) -> Iterator[Points]:
    if cap == "round":
        yield point + half * _DISC
    elif cap == "square":
        side, far = 1j * away * half, point + away * half
        yield np.array([point + side, far + side, far - side, point - side])
