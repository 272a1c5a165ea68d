"""Colours and gradients as SVG writes them."""

from __future__ import annotations

import math

from apk_analysis.drawing.colour import Colour
from apk_analysis.drawing.paint import Gradient, Paint, Stops
from apk_analysis.drawing.svg import Svg, number

WEDGES = 72
"""Pieces of a sweep gradient, which SVG does not know."""


def painted(svg: Svg, paint: Paint | None, role: str, alpha: float) -> str:
    """SVG attributes for `role` ('fill' or 'stroke')."""
    if paint is None:
        return f'{role}="none"'
    if isinstance(paint, Colour):
        return f'{role}="{paint.css}" {role}-opacity="{number(paint.alpha * alpha)}"'
    return f'{role}="{_definition(svg, paint)}" {role}-opacity="{number(alpha)}"'


def split_sweep(svg: Svg, paint: Paint | None, shape: str, reach: float) -> tuple[str, Paint | None]:
    """A sweep gradient as drawn wedges within `shape` (attributes of a clip path), and what is left to fill with."""
    if not isinstance(paint, Gradient) or paint.kind != "sweep":
        return "", paint
    clip = svg.define("clipPath", "", f"<path {shape}/>")
    x, y = paint.start
    wedges = []
    for index in range(WEDGES):
        corners = [(index + step) * math.tau / WEDGES for step in (0, 1.5)]  # they overlap, so that no gap shows
        points = " ".join(f"{number(x + reach * math.cos(a))},{number(y + reach * math.sin(a))}" for a in corners)
        colour = _at(paint.stops, (index + 0.5) / WEDGES)
        fill = f'fill="{colour.css}" fill-opacity="{number(colour.alpha)}"'
        wedges.append(f'<polygon points="{number(x)},{number(y)} {points}" {fill}/>')
    return f'<g clip-path="{clip}">{"".join(wedges)}</g>', None


def _definition(svg: Svg, paint: Gradient) -> str:
    inner = "".join(
        f'<stop offset="{number(at)}" stop-color="{colour.css}" stop-opacity="{number(colour.alpha)}"/>'
        for at, colour in paint.stops
    )
    spread = f'spreadMethod="{paint.spread}" gradientUnits="userSpaceOnUse"'
    (x, y), (x2, y2) = paint.start, paint.end
    if paint.kind == "linear":
        place = f'x1="{number(x)}" y1="{number(y)}" x2="{number(x2)}" y2="{number(y2)}" {spread}'
        return svg.define("linearGradient", place, inner)
    radius = number(max(paint.radius, 1e-6))
    return svg.define("radialGradient", f'cx="{number(x)}" cy="{number(y)}" r="{radius}" {spread}', inner)


def _at(stops: Stops, place: float) -> Colour:
    before = [stop for stop in stops if stop[0] <= place]
    after = [stop for stop in stops if stop[0] > place]
    if not before:
        return after[0][1]
    if not after:
        return before[-1][1]
    (low, first), (high, second) = before[-1], after[0]
    return first.mixed(second, (place - low) / (high - low))
