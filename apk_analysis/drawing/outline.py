"""Path data as polygons in pixels. Every command of SVG and Android; bounded in numbers, points and text."""

from __future__ import annotations

import cmath
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from apk_analysis.defects import Defect

MOST_POINTS = 20_000
"""Of one path."""
LARGEST = 1e7
"""Numbers and pixels beyond it are cut: nothing of them shows."""
MOST_STEPS = 48
"""Straight pieces of one curve; every arc has so many."""
_COUNTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
_COMMAND = re.compile(r"[\s,]*([MmLlHhVvCcSsQqTtAaZz])")
_NUMBER = re.compile(r"[\s,]*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")
_FLAG = re.compile(r"[\s,]*([01])")
_FLAGS = (3, 4)
"""Places of an arc's flags, which need no space behind them."""
Points = NDArray[np.complex128]


class Matrix(NamedTuple):
    """Where a point goes: (a x + c y + e, b x + d y + f)."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def after(self, first: Matrix) -> Matrix:
        """The matrix that does `first`, then this."""
        a, b, c, d, e, f = first
        return Matrix(
            *(self.a * a + self.c * b, self.b * a + self.d * b, self.a * c + self.c * d, self.b * c + self.d * d),
            *(self.a * e + self.c * f + self.e, self.b * e + self.d * f + self.f),
        )

    def map(self, points: Points) -> Points:
        """Points as x + iy, cut to LARGEST."""
        x, y = points.real, points.imag
        across = np.clip(self.a * x + self.c * y + self.e, -LARGEST, LARGEST)
        down = np.clip(self.b * x + self.d * y + self.f, -LARGEST, LARGEST)
        return np.nan_to_num(across) + 1j * np.nan_to_num(down)


@dataclass(frozen=True, slots=True)
class Contour:
    """One line of a path."""

    points: Points
    closed: bool


def read_outline(text: str, matrix: Matrix) -> list[Contour]:
    """The contours of a path, curves made straight. What cannot be read ends it, as on Android. Raises Defect."""
    pen = _Pen(matrix)
    for letter, numbers in _commands(text):
        pen.follow(letter, numbers)
    pen.lift(closed=False)
    return pen.contours


def _commands(text: str) -> Iterator[tuple[str, list[float]]]:
    at, letter = 0, ""
    while found := _COMMAND.match(text, at):
        at, letter = found.end(), found[1]
        count = _COUNTS[letter.upper()]
        while True:
            numbers, stop = _numbers(text, at, letter)
            if len(numbers) < count:
                break
            yield letter, numbers
            at = stop
            if not count:
                break
            letter = {"M": "L", "m": "l"}.get(letter, letter)  # further pairs of a move are lines


def _numbers(text: str, at: int, letter: str) -> tuple[list[float], int]:
    numbers: list[float] = []
    for place in range(_COUNTS[letter.upper()]):
        found = (_FLAG if letter in "Aa" and place in _FLAGS else _NUMBER).match(text, at)
        if found is None:
            break
        numbers.append(min(max(float(found[1]), -LARGEST), LARGEST))
        at = found.end()
    return numbers, at


class _Pen:
    """Where the drawing of a path is; positions are x + iy in the units of the path."""

    def __init__(self, matrix: Matrix) -> None:
        self.contours: list[Contour] = []
        self._matrix = matrix
        self._here = self._start = 0j
        self._control = 0j
        """Last control point of a curve, which smooth ones mirror."""
        self._before = ""
        self._pieces: list[Points] = []
        self._count = 0

    def follow(self, letter: str, numbers: list[float]) -> None:
        """One command."""
        kind, origin = letter.upper(), self._here if letter.islower() else 0j
        points = [origin + complex(x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=False)]
        if kind == "M":
            self.lift(closed=False)
            self._here = self._start = points[0]
        elif kind == "Z":
            self.lift(closed=True)
            self._here = self._start
        elif kind == "A":
            self._arc(numbers, origin + complex(*numbers[5:]))
        elif kind == "H":
            self._curve([complex(origin.real + numbers[0], self._here.imag)])
        elif kind == "V":
            self._curve([complex(self._here.real, origin.imag + numbers[0])])
        else:
            self._curve(self._with_control(kind, points))
        self._before = kind

    def _with_control(self, kind: str, points: list[complex]) -> list[complex]:
        """Smooth curves begin with the mirrored control point of the curve before."""
        if kind not in "ST":
            return points
        alike = self._before in ("CS" if kind == "S" else "QT") and self._before != ""
        return [2 * self._here - self._control if alike else self._here, *points]

    def _curve(self, points: list[complex]) -> None:
        """A line or Bézier curve from here through control points."""
        mapped = self._matrix.map(np.array([self._here, *points]))
        steps = 1
        if len(points) > 1:
            length = sum(abs(b - a) for a, b in pairwise(mapped))
            steps = min(max(math.ceil(1.5 * math.sqrt(length)), 2), MOST_STEPS)
        share = np.linspace(0, 1, steps + 1)[1:]
        layers = list(mapped[:, None] * np.ones_like(share))
        while len(layers) > 1:
            layers = [a + (b - a) * share for a, b in pairwise(layers)]
        self._add(layers[0])
        self._here, self._control = points[-1], points[-2] if len(points) > 1 else points[-1]

    def _arc(self, numbers: list[float], end: complex) -> None:
        """Part of an ellipse; `numbers` as they stand in the path: two radii, a turn and two flags."""
        across, down = abs(numbers[0]), abs(numbers[1])
        turn, large, sweep = numbers[2], bool(numbers[3]), bool(numbers[4])
        turned = cmath.exp(1j * math.radians(turn))
        if min(across, down) < 1e-9 or abs(end - self._here) < 1e-12:
            self._curve([end])
            return

        def unit(point: complex) -> complex:
            flat = point / turned
            return complex(flat.real / across, flat.imag / down)

        grown = max(abs(unit(end - self._here)) / 2, 1.0)  # radii that are too small grow until they reach
        across, down = across * grown, down * grown
        first, last = unit(self._here), unit(end)
        away = 1j * (last - first) / abs(last - first) * math.sqrt(max(1 - abs(last - first) ** 2 / 4, 0.0))
        centre = (first + last) / 2 + (away if large != sweep else -away)
        begin, angle = cmath.phase(first - centre), cmath.phase((last - centre) / (first - centre))
        angle += math.tau * ((sweep and angle < 0) - (not sweep and angle > 0))
        on_circle = centre + np.exp(1j * (begin + angle * np.linspace(0, 1, MOST_STEPS + 1)[1:]))
        self._add(self._matrix.map((on_circle.real * across + 1j * on_circle.imag * down) * turned))
        self._here = end

    def _add(self, points: Points) -> None:
        if not self._pieces:
            self._pieces.append(self._matrix.map(np.array([self._here])))
        self._pieces.append(points)
        self._count += len(points)
        if self._count > MOST_POINTS:
            raise Defect("icon_too_large", f"a path of more than {MOST_POINTS} points")

    def lift(self, *, closed: bool) -> None:
        """Ends the contour."""
        if self._pieces:
            self.contours.append(Contour(np.concatenate(self._pieces), closed))
            self._pieces = []
