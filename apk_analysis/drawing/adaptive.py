"""Adaptive icons: two layers of 108 dp, of which a launcher shows the middle 72 dp, cut to its own form."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image, ImageDraw

from apk_analysis.axml import Element
from apk_analysis.defects import Defect

LAYER, SHOWN = 108, 72
"""dp."""
CORNER = 0.22
"""Radius of the rounded square that we cut out, as a share of its side."""
_FINER = 4


def draw_adaptive(icon: Element, side: int, draw: Callable[[Element, int], Image.Image]) -> Image.Image:
    """The icon, `side` pixels square; `draw` makes one layer of so many pixels. Raises Defect when both layers fail.

    Every launcher cuts another form; ours is always the same, so that equal icons stay equal.
    """
    whole = side * LAYER // SHOWN
    canvas, failed, drawn = Image.new("RGBA", (whole, whole)), Defect("icon_missing", "no layers"), 0
    for layer in (*icon.inner("background"), *icon.inner("foreground"))[:2]:
        try:
            canvas.alpha_composite(draw(layer, whole))
            drawn += 1
        except Defect as defect:
            failed = defect
    if not drawn:
        raise failed
    edge = (whole - side) // 2
    shown = canvas.crop((edge, edge, edge + side, edge + side))
    cut = Image.new("RGBA", (side, side))
    cut.paste(shown, mask=_form(side))
    return cut


def _form(side: int) -> Image.Image:
    large = Image.new("L", (side * _FINER, side * _FINER))
    last = side * _FINER - 1
    ImageDraw.Draw(large).rounded_rectangle((0, 0, last, last), CORNER * side * _FINER, fill=255)
    return large.resize((side, side), Image.Resampling.BOX)
