"""Lengths and shares in the attributes of drawables, and the frame that a drawing has to fill."""

from __future__ import annotations

from typing import NamedTuple

from apk_analysis.axml import FRACTION, Attribute, Element
from apk_analysis.typed_values import as_float

SIDE = 144
"""Pixels of the longer side of what has no pixels of its own."""
LAUNCHER_DP, MOST_DP = 48.0, 2_000.0
"""How large launchers show icons; lengths beyond MOST_DP belong to no icon."""


class Frame(NamedTuple):
    """Where to draw."""

    width: int
    """Pixels."""
    height: int
    scale: float
    """Pixels per dp."""


SQUARE = Frame(SIDE, SIDE, SIDE / LAUNCHER_DP)


def length(element: Element, name: str, otherwise: float = 0.0) -> float:
    """A number or length of an element, in dp or without unit."""
    attribute = element.get(name)
    value = as_float(attribute.kind, attribute.number) if attribute else None
    return otherwise if value is None else value


def share(element: Element, name: str) -> float:
    """An attribute between 0 and 1; 1 when it is missing."""
    return min(max(length(element, name, 1.0), 0.0), 1.0)


def choice(element: Element, name: str, names: tuple[str, ...]) -> str:
    """The name that an enumerated attribute stands for; the first when it is missing."""
    return names[int(length(element, name)) % len(names)]


def pixels(attribute: Attribute | None, whole: int, scale: float) -> int:
    """A distance in pixels: so many dp, or that share of `whole`; 0 when it is missing or beyond all reason."""
    value = as_float(attribute.kind, attribute.number) if attribute else None
    if attribute is None or value is None or abs(value) > MOST_DP:
        return 0
    return round(value * (whole if attribute.kind == FRACTION else scale))


def natural_frame(root: Element) -> Frame:
    """As large as a drawing calls itself, its longer side brought to SIDE pixels; else a square."""
    sized = next(iter(root.inner("size")), root)
    width, height = length(sized, "width"), length(sized, "height")
    if not (0 < width <= MOST_DP and 0 < height <= MOST_DP):
        return SQUARE
    scale = SIDE / max(width, height)
    return Frame(max(round(width * scale), 1), max(round(height * scale), 1), scale)
