"""<shape> drawables: rectangles, ovals, lines and rings with a colour or a gradient."""

from __future__ import annotations

import math

from PIL import Image

from apk_analysis.axml import FRACTION, Element
from apk_analysis.drawing.canvas import Canvas
from apk_analysis.drawing.measure import Frame, choice, length
from apk_analysis.drawing.outline import Matrix, read_outline
from apk_analysis.drawing.paint import KINDS, Gradient, Paint, Stops, read_paint, read_stops
from apk_analysis.drawing.raster import Budget, fill
from apk_analysis.drawing.stroke import Style, widened
from apk_analysis.lookup import Lookup

SHAPES = ("rectangle", "oval", "line", "ring")
_CORNERS = ("topLeftRadius", "topRightRadius", "bottomRightRadius", "bottomLeftRadius")


def draw_shape(root: Element, frame: Frame, lookup: Lookup, budget: Budget) -> Image.Image:
    """A <shape> that fills the frame. Raises Defect when it cannot be drawn."""
    canvas = Canvas(frame.width, frame.height)
    stroke = next(iter(root.inner("stroke")), None)
    line = max(length(stroke, "width") * frame.scale, 0.0) if stroke else 0.0
    kind = choice(root, "shape", SHAPES)
    contours = read_outline(_outline(root, kind, frame, line / 2), Matrix())
    if kind != "line":
        mask = fill([contour.points for contour in contours], frame.width, frame.height, budget, evenodd=True)
        canvas.paint(mask, _fill(root, frame, lookup), 1.0, Matrix())
    if stroke and line:
        mask = fill(widened(contours, Style(width=line)), frame.width, frame.height, budget)
        canvas.paint(mask, read_paint(stroke.get("color"), lookup), 1.0, Matrix())
    return canvas.image


def _outline(root: Element, kind: str, frame: Frame, inset: float) -> str:
    """Path data in pixels; a stroke stays inside the frame."""
    width, height = frame.width, frame.height
    if kind == "line":
        return f"M0 {height / 2}H{width}"
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
    path = (
        *("M", left + one, top, "H", right - two, *_corner(two), right, top + two),
        *("V", bottom - three, *_corner(three), right - three, bottom),
        *("H", left + four, *_corner(four), left, bottom - four),
        *("V", top + one, *_corner(one), left + one, top, "Z"),
    )
    return _written(*path)


def _corner(radius: float) -> tuple[str | float, ...]:
    return "A", radius, radius, 0, 0, 1


def _written(*path: str | float) -> str:
    return " ".join(str(part) if isinstance(part, str | int) else f"{part:.4f}" for part in path)


def _ellipse(frame: Frame, across: float, down: float) -> str:
    x, y = frame.width / 2, frame.height / 2
    half = "A", across, down, 0, 1, 1
    return _written("M", x - across, y, *half, x + across, y, *half, x - across, y, "Z")


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
