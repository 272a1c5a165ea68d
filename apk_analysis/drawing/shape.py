"""<shape> drawables: rectangles, ovals, lines and rings with a colour or a gradient."""

from __future__ import annotations

import math

from PIL import Image

from apk_analysis.axml import FRACTION, Element
from apk_analysis.drawing.measure import Frame, choice, length
from apk_analysis.drawing.paint import KINDS, Gradient, Paint, Stops, read_paint, read_stops
from apk_analysis.drawing.svg import Svg, number
from apk_analysis.drawing.svg_paint import painted, split_sweep
from apk_analysis.lookup import Lookup

SHAPES = ("rectangle", "oval", "line", "ring")
_CORNERS = ("topLeftRadius", "topRightRadius", "bottomRightRadius", "bottomLeftRadius")


def draw_shape(root: Element, frame: Frame, lookup: Lookup) -> Image.Image:
    """A <shape> that fills the frame. Raises Defect when it cannot be drawn."""
    svg = Svg()
    stroke = next(iter(root.inner("stroke")), None)
    line = length(stroke, "width") * frame.scale if stroke else 0.0
    edge = read_paint(stroke.get("color"), lookup) if stroke else None
    kind = choice(root, "shape", SHAPES)
    data = f'd="{_outline(root, kind, frame, line / 2)}"'
    fill = None if kind == "line" else _fill(root, frame, lookup)
    wedges, fill = split_sweep(svg, fill, f'{data} clip-rule="evenodd"', float(frame.width + frame.height))
    svg.body.append(
        f'{wedges}<path {data} fill-rule="evenodd" {painted(svg, fill, "fill", 1.0)} '
        f'{painted(svg, edge, "stroke", 1.0)} stroke-width="{number(max(line, 0.0))}"/>'
    )
    return svg.draw(frame.width, frame.height, (float(frame.width), float(frame.height)))


def _outline(root: Element, kind: str, frame: Frame, inset: float) -> str:
    """Path data in pixels; a stroke stays inside the frame."""
    width, height = frame.width, frame.height
    if kind == "line":
        return f"M0 {number(height / 2)}H{width}"
    if kind == "oval":
        return _ellipse(frame, width / 2 - inset, height / 2 - inset)
    if kind == "ring":
        inner = width / (length(root, "innerRadiusRatio") or 3.0)
        outer = inner + width / (length(root, "thicknessRatio") or 9.0)
        return "".join(_ellipse(frame, radius, radius) for radius in (inner, outer))
    return _rounded(root, frame, inset)


def _rounded(root: Element, frame: Frame, inset: float) -> str:
    left, top, right, bottom = inset, inset, frame.width - inset, frame.height - inset
    corners = next(iter(root.inner("corners")), None)
    radii = [length(corners, name, length(corners, "radius")) if corners else 0.0 for name in _CORNERS]
    most = max(min(right - left, bottom - top) / 2, 0.0)
    one, two, three, four = (min(max(radius * frame.scale, 0.0), most) for radius in radii)
    return (
        f"M{left + one:.3f} {top:.3f}H{right - two:.3f}A{two:.3f} {two:.3f} 0 0 1 {right:.3f} {top + two:.3f}"
        f"V{bottom - three:.3f}A{three:.3f} {three:.3f} 0 0 1 {right - three:.3f} {bottom:.3f}"
        f"H{left + four:.3f}A{four:.3f} {four:.3f} 0 0 1 {left:.3f} {bottom - four:.3f}"
        f"V{top + one:.3f}A{one:.3f} {one:.3f} 0 0 1 {left + one:.3f} {top:.3f}Z"
    )


def _ellipse(frame: Frame, across: float, down: float) -> str:
    x, y = frame.width / 2, frame.height / 2
    half = f"A{across:.3f} {down:.3f} 0 1 1"
    return f"M{x - across:.3f} {y:.3f}{half} {x + across:.3f} {y:.3f}{half} {x - across:.3f} {y:.3f}Z"


def _fill(root: Element, frame: Frame, lookup: Lookup) -> Paint | None:
    for element in root.inner("gradient"):
        stops = read_stops(element, lookup)
        if stops:
            return _gradient(element, stops, frame)
    for element in root.inner("solid"):
        return read_paint(element.get("color"), lookup)
    return None


def _gradient(element: Element, stops: Stops, frame: Frame) -> Gradient:
    """With its geometry in pixels; the angle of a linear one counts anticlockwise from 'left to right'."""
    kind = choice(element, "type", KINDS)
    if kind != "linear":
        radius, attribute = length(element, "gradientRadius"), element.get("gradientRadius")
        unit = min(frame.width, frame.height) if attribute and attribute.kind == FRACTION else frame.scale
        centre = frame.width * length(element, "centerX", 0.5), frame.height * length(element, "centerY", 0.5)
        return Gradient(kind=kind, stops=stops, start=centre, radius=radius * unit)
    angle = math.radians(round(length(element, "angle") / 45) % 8 * 45)
    across, down = (round(math.cos(angle)) or 0), -(round(math.sin(angle)) or 0)
    middle = frame.width / 2, frame.height / 2
    return Gradient(
        kind=kind,
        stops=stops,
        start=(middle[0] * (1 - across), middle[1] * (1 - down)),
        end=(middle[0] * (1 + across), middle[1] * (1 + down)),
    )
