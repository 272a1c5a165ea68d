"""What colour attributes stand for: a colour, or a gradient."""

from __future__ import annotations

from dataclasses import dataclass

from apk_analysis.attribute_ids import IDS
from apk_analysis.axml import ATTRIBUTE, COLOURS, INTEGERS, STRING, Attribute, Element
from apk_analysis.drawing.colour import FRAMEWORK_COLOURS, Colour, argb, written
from apk_analysis.drawing.measure import choice, length, share
from apk_analysis.lookup import REFERENCES, Lookup

MOST_STOPS, DEEPEST = 100, 4
UNKNOWN = Colour(0x808080)
"""For colours that only a theme of Android itself could tell."""
_PLAIN = frozenset(IDS[name] for name in ("color", "alpha", "drawable"))
KINDS, SPREADS = ("linear", "radial", "sweep"), ("pad", "repeat", "reflect")
Stops = tuple[tuple[float, Colour], ...]
"""(0 to 1, colour), in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gradient:
    """Stops, and geometry in the units of the drawing."""

    kind: str
    """One of KINDS."""
    stops: Stops
    start: tuple[float, float]
    """Where a linear gradient begins; the centre of others."""
    end: tuple[float, float] = (0.0, 0.0)
    radius: float = 0.0
    spread: str = "pad"


Paint = Colour | Gradient


def read_paint(
    attribute: Attribute | None, lookup: Lookup, depth: int = DEEPEST, *, gradients: bool = True
) -> Paint | None:
    """What a colour attribute stands for; None when it is missing, cannot be told, or is none of the `gradients`."""
    if attribute is None or not depth:
        return None
    value = lookup.default(attribute)
    if value is None:
        return _outside(attribute)
    if value.kind in COLOURS or value.kind in INTEGERS:
        return argb(value.number)
    text = (value.text or "") if value.kind == STRING else ""
    if text.startswith("#") or not text:
        return written(text)
    root = lookup.document(text).root
    if root.tag == "gradient":
        return read_gradient(root, lookup) if gradients else None
    return _default_of(root, lookup, depth - 1, gradients=gradients)


def _outside(attribute: Attribute) -> Colour | None:
    """A colour of Android itself."""
    if attribute.kind == ATTRIBUTE:
        return UNKNOWN
    known = FRAMEWORK_COLOURS.get(attribute.number) if attribute.kind in REFERENCES else None
    return None if known is None else argb(known)


def _default_of(selector: Element, lookup: Lookup, depth: int, *, gradients: bool) -> Paint | None:
    item = default_item(selector.inner("item"))
    found = read_paint(item.get("color"), lookup, depth, gradients=gradients) if item else None
    return Colour(found.rgb, found.alpha * share(item, "alpha")) if item and isinstance(found, Colour) else found


def default_item(items: list[Element]) -> Element | None:
    """Of a selector, what shows in no particular state: the first item without conditions, else the first."""
    plain = (item for item in items if not item.attributes.keys() - _PLAIN)
    return next(plain, items[0] if items else None)


def read_gradient(element: Element, lookup: Lookup) -> Gradient | None:
    """A <gradient> with its geometry as written; None without colours."""
    stops = read_stops(element, lookup)
    if not stops:
        return None
    kind = choice(element, "type", KINDS)
    place = ("startX", "startY") if kind == "linear" else ("centerX", "centerY")
    return Gradient(
        kind=kind,
        stops=stops,
        start=(length(element, place[0]), length(element, place[1])),
        end=(length(element, "endX"), length(element, "endY")),
        radius=length(element, "gradientRadius"),
        spread=choice(element, "tileMode", SPREADS),
    )


def read_stops(element: Element, lookup: Lookup) -> Stops:
    """Colours along a gradient, from its items or from start, centre and end."""
    items = element.inner("item")[:MOST_STOPS]
    pairs = [(length(item, "offset"), item.get("color")) for item in items]
    if not items:
        pairs = [(0.0, element.get("startColor")), (0.5, element.get("centerColor")), (1.0, element.get("endColor"))]
    found = [(offset, read_paint(attribute, lookup, 2, gradients=False)) for offset, attribute in pairs]
    return tuple(sorted(((at, paint) for at, paint in found if isinstance(paint, Colour)), key=lambda stop: stop[0]))
