"""VectorDrawable as a picture."""

from __future__ import annotations

from PIL import Image

from apk_analysis.axml import STRING, Element
from apk_analysis.defects import Defect
from apk_analysis.drawing.measure import Frame, choice, length, share
from apk_analysis.drawing.paint import read_paint
from apk_analysis.drawing.svg import Svg, number
from apk_analysis.drawing.svg_paint import painted, split_sweep
from apk_analysis.lookup import Lookup

DEEPEST = 16
"""Groups within groups."""
CAPS, JOINS, RULES = ("butt", "round", "square"), ("miter", "round", "bevel"), ("nonzero", "evenodd")


def draw_vector(root: Element, frame: Frame, lookup: Lookup) -> Image.Image:
    """A <vector>, stretched to the frame. Raises Defect when it cannot be drawn."""
    box = length(root, "viewportWidth"), length(root, "viewportHeight")
    if not all(1e-3 <= side <= 1e6 for side in box):
        raise Defect("icon_unreadable", f"a drawing of {box[0]} x {box[1]}")
    svg = Svg()
    svg.body.append(_inside(root, svg, lookup, 2 * max(box), DEEPEST))
    return svg.draw(frame.width, frame.height, box)


def _inside(parent: Element, svg: Svg, lookup: Lookup, reach: float, depth: int) -> str:
    """Paths and groups in order; a clip path counts for everything that follows in its group."""
    written: list[str] = []
    opened = 0
    for element in parent.children if depth else ():
        if element.tag == "path":
            written.append(_path(element, svg, lookup, reach))
        elif element.tag == "group":
            inner = _inside(element, svg, lookup, reach, depth - 1)
            written.append(f'<g transform="{_transform(element)}">{inner}</g>')
        elif element.tag == "clip-path":
            rule = choice(element, "fillType", RULES)
            clip = svg.define("clipPath", "", f'<path {_data(element, svg, lookup)} clip-rule="{rule}"/>')
            written.append(f'<g clip-path="{clip}">')
            opened += 1
    return "".join(written) + "</g>" * opened


def _transform(group: Element) -> str:
    pivot = length(group, "pivotX"), length(group, "pivotY")
    moved = length(group, "translateX") + pivot[0], length(group, "translateY") + pivot[1]
    scale = length(group, "scaleX", 1.0), length(group, "scaleY", 1.0)
    return (
        f"translate({number(moved[0])} {number(moved[1])}) rotate({number(length(group, 'rotation'))}) "
        f"scale({number(scale[0])} {number(scale[1])}) translate({number(-pivot[0])} {number(-pivot[1])})"
    )


def _path(element: Element, svg: Svg, lookup: Lookup, reach: float) -> str:
    if length(element, "trimPathStart") == length(element, "trimPathEnd", 1.0):
        return ""  # nothing of it shows before an animation begins
    data, rule = _data(element, svg, lookup), choice(element, "fillType", RULES)
    stroke = read_paint(element.get("strokeColor"), lookup)
    paint = read_paint(element.get("fillColor"), lookup)
    wedges, fill = split_sweep(svg, paint, f'{data} clip-rule="{rule}"', reach)
    return (
        f'{wedges}<path {data} fill-rule="{rule}" {painted(svg, fill, "fill", share(element, "fillAlpha"))} '
        f"{painted(svg, stroke, 'stroke', share(element, 'strokeAlpha'))} "
        f'stroke-width="{number(max(length(element, "strokeWidth"), 0.0))}" '
        f'stroke-linecap="{choice(element, "strokeLineCap", CAPS)}" '
        f'stroke-linejoin="{choice(element, "strokeLineJoin", JOINS)}" '
        f'stroke-miterlimit="{number(max(length(element, "strokeMiterLimit", 4.0), 1.0))}"/>'
    )


def _data(element: Element, svg: Svg, lookup: Lookup) -> str:
    value = lookup.default(element.get("pathData"))
    text = value.text if value is not None and value.kind == STRING and value.text else ""
    return f'd="{svg.path_data(text)}"'
