"""Masks: coverage against areas that are known exactly."""

import math

import numpy as np
import pytest

from apk_analysis.defects import Defect
from apk_analysis.drawing import raster
from apk_analysis.drawing.outline import Contour, Matrix, read_outline
from apk_analysis.drawing.raster import Budget, Mask, fill
from apk_analysis.drawing.stroke import Style, widened


def whole(mask: Mask, width: int = 100, height: int = 100) -> np.ndarray:
    picture = np.zeros((height, width))
    rows, columns = mask.covered.shape
    picture[mask.top : mask.top + rows, mask.left : mask.left + columns] = mask.covered
    return picture


def filled(text: str, *, evenodd: bool = False) -> np.ndarray:
    contours = read_outline(text, Matrix())
    return whole(fill([item.points for item in contours], 100, 100, Budget(), evenodd=evenodd))


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("M10,10h30v20h-30z", 600),
        ("M10.25,10.5h30.5v20h-30.5z", 610),
        ("M0,0L100,0L0,100z", 5000),
        ("M50,10A40,40 0 1 1 49.99,10z", math.pi * 1600),
        ("M10,50a40,20 0 1 0 80,0a40,20 0 1 0 -80,0z", math.pi * 800),
        (
            "M50,10C72.09,10 90,27.91 90,50C90,72.09 72.09,90 50,90C27.91,90 10,72.09 10,50C10,27.91 27.91,10 50,10",
            math.pi * 1600,
        ),
        ("M-50,-50h300v300h-300z", 10_000),
        ("M10,10h30v20h-30zM20,15v10h10v-10z", 500),
        ("M10,10h30v20h-30zM20,15h10v10h-10z", 600),
    ],
)
def test_the_area_that_is_covered(text: str, area: float) -> None:
    assert filled(text).sum() == pytest.approx(area, rel=0.004)


def test_what_lies_within_a_hole() -> None:
    square = "M10,10h30v20h-30zM20,15h10v10h-10z"
    assert (filled(square)[20, 25], filled(square, evenodd=True)[20, 25]) == (1, 0)


def test_edges_cover_parts_of_pixels() -> None:
    picture = filled("M10.25,10.5h5v5h-5z")
    assert picture[12, 10] == pytest.approx(0.75) and picture[12, 15] == pytest.approx(0.25)
    assert picture[10, 12] == pytest.approx(0.5)


@pytest.mark.parametrize(
    "style", [Style(width=10, cap="butt"), Style(width=10, cap="square"), Style(width=10, cap="round")]
)
def test_the_area_of_a_line(style: Style) -> None:
    more = {"butt": 0, "square": 100, "round": math.pi * 25}[style.cap]
    contours = read_outline("M20,20L80,60", Matrix())
    area = whole(fill(widened(contours, style), 100, 100, Budget())).sum()
    assert area == pytest.approx(10 * math.hypot(60, 40) + more, rel=0.01)


def test_a_closed_line_has_no_ends() -> None:
    (contour,) = read_outline("M20,20h60v60h-60z", Matrix())
    picture = whole(fill(widened([contour], Style(width=10)), 100, 100, Budget()))
    assert picture.sum() == pytest.approx(70**2 - 50**2, rel=0.001)
    opened = Contour(contour.points, closed=False)
    assert whole(fill(widened([opened], Style(width=10)), 100, 100, Budget())).sum() < picture.sum() - 200


def test_bands_of_lines_give_the_same_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "M50,10A40,40 0 1 1 49.99,10zM10,10L90,90L90,10z"
    at_once = filled(text, evenodd=True)
    monkeypatch.setattr(raster, "MOST_AT_ONCE", 50)
    assert np.array_equal(filled(text, evenodd=True), at_once)


def test_masks_within_each_other() -> None:
    one, two = (
        fill([item.points for item in read_outline(text, Matrix())], 100, 100, Budget())
        for text in ("M10,10h30v30h-30z", "M20,20h50v50h-50z")
    )
    assert whole(one.within(two)).sum() == 400 and one.within(None) is one
    assert not one.within(fill([], 100, 100, Budget())).covered.size


def test_what_may_be_drawn_has_an_end() -> None:
    budget = Budget(3_000)
    points = [item.points for item in read_outline("M0,0h100v100h-100z", Matrix())]
    for _ in range(3):
        fill(points, 100, 100, budget)
    with pytest.raises(Defect, match="icon_too_large"):
        fill(points, 100, 100, budget)
