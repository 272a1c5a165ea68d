"""VectorDrawable as a picture."""

from __future__ import annotations

import math
from collections.abc import Iterable

from PIL import Image

from apk_analysis.axml import STRING, Element
from apk_analysis.defects import Defect
from apk_analysis.drawing.canvas import Canvas
from apk_analysis.drawing.measure import Frame, choice, length, share
from apk_analysis.drawing.outline import Contour, Matrix, Points, read_outline
from apk_analysis.drawing.paint import read_paint
from apk_analysis.drawing.raster import Budget, Mask, fill
from apk_analysis.drawing.stroke import Style, widened
from apk_analysis.lookup import Lookup

DEEPEST, MOST_PATHS = 16, 2_000
"""Groups within groups; paths of one drawing."""
COST, COST_OF_CHARACTER = 500, 40
"""Of any element, and of what its path is read from, in crossings (`raster.py`)."""
SMALLEST, LARGEST = 0.01, 100_000.0
"""Of a side of the viewport."""
CAPS, JOINS, RULES = ("butt", "round", "square"), ("miter", "round", "bevel"), ("nonzero", "evenodd")


def draw_vector(root: Element, frame: Frame, lookup: Lookup, budget: Budget) -> Image.Image:
    """A <vector>, stretched to the frame. Raises Defect when it cannot be drawn."""
    across, down = length(root, "viewportWidth"), length(root, "viewportHeight")
    if not (SMALLEST <= across <= LARGEST and SMALLEST <= down <= LARGEST):
        raise Defect("icon_unreadable", f"a drawing of {across} x {down}")
    drawing = _Drawing(frame, lookup, budget)
    drawing.inside(root, Matrix(a=frame.width / across, d=frame.height / down), None, DEEPEST)
    return drawing.canvas.image


class _Drawing:
    """One drawing under way."""

    def __init__(self, frame: Frame, lookup: Lookup, budget: Budget) -> None:
        self.canvas = Canvas(frame.width, frame.height)
        self._frame = frame
        self._lookup = lookup
        self._budget = budget
        self._left = MOST_PATHS

    def inside(self, parent: Element, matrix: Matrix, clip: Mask | None, depth: int) -> None:
        """Paths and groups in order; a clip path counts for everything that follows in its group."""
        for element in parent.children if depth else ():
            self._budget.spend(COST)
            if element.tag == "group":
                self.inside(element, matrix.after(_transform(element)), clip, depth - 1)
            elif element.tag in {"path", "clip-path"}:
                self._left -= 1
                if self._left < 0:
                    raise Defect("icon_too_large", f"more than {MOST_PATHS} paths")
                data = self._data(element)
                self._budget.spend(COST_OF_CHARACTER * len(data))
                contours = read_outline(data, matrix)
                if element.tag == "path":
                    self._path(element, contours, matrix, clip)
                else:
                    clip = self._filled(element, contours).within(clip)

    def _path(self, element: Element, contours: list[Contour], matrix: Matrix, clip: Mask | None) -> None:
        if length(element, "trimPathStart") == length(element, "trimPathEnd", 1.0):
            return  # nothing of it shows before an animation begins
        paint = read_paint(element.get("fillColor"), self._lookup)
        if paint is not None:
            mask = self._filled(element, contours).within(clip)
            self.canvas.paint(mask, paint, share(element, "fillAlpha"), matrix)
        line = read_paint(element.get("strokeColor"), self._lookup)
        style = _style(element, matrix)
        if line is not None and style.width > 0:
            mask = self._mask(widened(contours, style)).within(clip)
            self.canvas.paint(mask, line, share(element, "strokeAlpha"), matrix)

    def _filled(self, element: Element, contours: list[Contour]) -> Mask:
        polygons = [contour.points for contour in contours]
        return self._mask(polygons, evenodd=choice(element, "fillType", RULES) == "evenodd")

    def _mask(self, polygons: Iterable[Points], *, evenodd: bool = False) -> Mask:
        return fill(polygons, self._frame.width, self._frame.height, self._budget, evenodd=evenodd)

    def _data(self, element: Element) -> str:
        value = self._lookup.default(element.get("pathData"))
        return value.text if value is not None and value.kind == STRING and value.text else ""


def _style(element: Element, matrix: Matrix) -> Style:
    """A line keeps its width where a drawing is stretched to one side only."""
    stretched = math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c))
    return Style(
        width=min(length(element, "strokeWidth") * stretched, LARGEST),
        cap=choice(element, "strokeLineCap", CAPS),
        join=choice(element, "strokeLineJoin", JOINS),
        miter=length(element, "strokeMiterLimit", 4.0),
    )


def _transform(group: Element) -> Matrix:
    """Around the pivot: first scaled, then turned, then moved."""
    x, y = length(group, "pivotX"), length(group, "pivotY")
    turn = math.radians(length(group, "rotation") % 360)
    cosine, sine = math.cos(turn), math.sin(turn)
    across, down = length(group, "scaleX", 1.0), length(group, "scaleY", 1.0)
    moved = Matrix(e=length(group, "translateX") + x, f=length(group, "translateY") + y)
    turned = Matrix(cosine * across, sine * across, -sine * down, cosine * down)
    return moved.after(turned).after(Matrix(e=-x, f=-y))
