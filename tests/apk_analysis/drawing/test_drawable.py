"""Shapes, layers, insets, selections, adaptive icons, and drawables that lead nowhere or in circles."""

import io
from collections.abc import Callable

import pytest
from PIL import Image

from apk_analysis.defects import Defect
from apk_analysis.drawing import drawable
from tests.apk_analysis.xml_build import Row

Draw = Callable[..., Image.Image]
CLEAR = (0, 0, 0, 0)
RED, GREEN, BLUE, YELLOW = (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255), (255, 255, 0, 255)
LAYER, COLOUR, PICTURE = 0x7F020000, 0x7F030000, 0x7F020001
ROWS = [Row(LAYER, "res/layer.xml"), Row(COLOUR, "#ff0000ff"), Row(PICTURE, "res/picture.png")]


def png(colour: str = "red", size: tuple[int, int] = (20, 20)) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", size, colour).save(out, "PNG")
    return out.getvalue()


def at(picture: Image.Image, x: float, y: float) -> tuple[int, ...]:
    """The pixel at a place given in per cent."""
    pixel = picture.getpixel((int(x * picture.width / 100), int(y * picture.height / 100)))
    assert isinstance(pixel, tuple)
    return pixel


def solid(kind: int, more: str = "") -> str:
    return f'<shape android:shape="{kind}"><solid android:color="#ffff0000"/>{more}</shape>'


def test_shapes(draw: Draw) -> None:
    assert at(draw(solid(0)), 2, 2) == RED
    assert (at(draw(solid(1)), 50, 2), at(draw(solid(1)), 5, 5)) == (RED, CLEAR)
    corners = '<corners android:radius="20dp" android:topLeftRadius="0dp"/>'
    assert (at(draw(solid(0, corners)), 1, 1), at(draw(solid(0, corners)), 98, 98)) == (RED, CLEAR)
    stroke = '<stroke android:width="8dp" android:color="#ff00ff00"/>'
    assert (at(draw(solid(0, stroke)), 5, 50), at(draw(solid(0, stroke)), 50, 50)) == (GREEN, RED)
    assert [at(draw(solid(2, stroke)), 50, y) for y in (20, 50)] == [CLEAR, GREEN]
    ring = draw(
        '<shape android:shape="3" android:innerRadiusRatio="4.0" android:thicknessRatio="8.0"><solid android:color="#ffff0000"/></shape>'
    )
    assert [at(ring, x, 50) for x in (50, 18, 5)] == [CLEAR, RED, CLEAR]
    assert draw(solid(0, '<size android:width="10dp" android:height="5dp"/>')).size == (144, 72)


@pytest.mark.parametrize(
    ("angle", "red"),
    [("0", (2, 50)), ("90", (50, 98)), ("180", (98, 50)), ("270", (50, 2)), ("45", (2, 98)), ("-45", (2, 2))],
)
def test_gradients_of_shapes(draw: Draw, angle: str, red: tuple[int, int]) -> None:
    picture = draw(
        f'<shape><gradient android:angle="{angle}" android:startColor="#ffff0000" android:endColor="#ff0000ff"/></shape>'
    )
    assert at(picture, *red)[0] > 240 and at(picture, 100 - red[0], 100 - red[1])[2] > 240


def test_round_gradients_of_shapes(draw: Draw) -> None:
    circle = draw(
        '<shape><gradient android:type="1" android:gradientRadius="50%" android:startColor="#ffff0000" android:endColor="#ff0000ff"/></shape>'
    )
    assert at(circle, 50, 50)[0] > 240 and at(circle, 2, 50)[2] > 240
    sweep = draw(
        '<shape android:shape="1"><gradient android:type="2" android:startColor="#ffff0000" android:endColor="#ff0000ff"/></shape>'
    )
    assert at(sweep, 90, 55)[0] > 230 and at(sweep, 90, 45)[2] > 230 and at(sweep, 3, 3) == CLEAR


def test_layers_lie_on_each_other(draw: Draw) -> None:
    picture = draw(
        f"""<layer-list><item android:drawable="@{COLOUR:#x}"/>
        <item android:left="12dp" android:top="24dp"><shape><solid android:color="#ffff0000"/></shape></item></layer-list>""",
        ROWS,
    )
    assert [at(picture, *place) for place in ((20, 80), (30, 60), (30, 40))] == [BLUE, RED, BLUE]


def test_insets_and_rotation(draw: Draw) -> None:
    inset = draw(f'<inset android:inset="25%" android:drawable="@{COLOUR:#x}"/>', ROWS)
    assert (at(inset, 50, 30), at(inset, 50, 20)) == (BLUE, CLEAR)
    one_side = draw(f'<inset android:insetLeft="24dp" android:drawable="@{COLOUR:#x}"/>', ROWS)
    assert (at(one_side, 45, 50), at(one_side, 55, 2)) == (CLEAR, BLUE)
    half = f'<inset android:insetBottom="50%"><bitmap android:src="@{PICTURE:#x}"/></inset>'
    turned = draw(f'<rotate android:fromDegrees="90.0">{half}</rotate>', ROWS, {"res/picture.png": png()})
    assert (at(turned, 75, 50), at(turned, 25, 50)) == (RED, CLEAR)


def test_what_a_selector_shows_in_no_state(draw: Draw) -> None:
    items = f'<item android:enabled="true" android:drawable="@{PICTURE:#x}"/><item android:drawable="@{COLOUR:#x}"/>'
    for tag in ("selector", "animated-selector", "level-list"):
        assert at(draw(f"<{tag}>{items}</{tag}>", ROWS, {"res/picture.png": png()}), 50, 50) == BLUE
    only = f'<selector><item android:enabled="true" android:drawable="@{COLOUR:#x}"/></selector>'
    assert at(draw(only, ROWS), 50, 50) == BLUE


def test_bitmaps_and_colours(draw: Draw) -> None:
    tinted = draw(f'<bitmap android:src="@{PICTURE:#x}" android:tint="#8000ff00"/>', ROWS, {"res/picture.png": png()})
    assert at(tinted, 50, 50) == (0, 255, 0, 128)
    assert at(draw('<color android:color="#ffffff00"/>'), 50, 50) == YELLOW


def adaptive(background: str, foreground: str) -> str:
    return f"<adaptive-icon>{foreground}{background}<monochrome android:drawable='@{PICTURE:#x}'/></adaptive-icon>"


def test_adaptive_icons_show_the_middle_of_both_layers(draw: Draw) -> None:
    centre = (
        '<foreground><inset android:inset="40%"><shape><solid android:color="#ffff0000"/></shape></inset></foreground>'
    )
    picture = draw(adaptive(f'<background android:drawable="@{COLOUR:#x}"/>', centre), ROWS)
    assert picture.size == (144, 144)
    assert [at(picture, *place) for place in ((50, 50), (50, 2), (1, 1))] == [RED, BLUE, CLEAR]
    # 40 % of 108 dp is 43.2 dp: seen from the shown 72 dp, the square begins at (43.2 - 18) / 72 = 35 %
    assert (at(picture, 33.5, 50), at(picture, 36.5, 50)) == (BLUE, RED)


def test_one_layer_is_better_than_none(draw: Draw) -> None:
    picture = draw(
        adaptive(f'<background android:drawable="@{COLOUR:#x}"/>', '<foreground android:drawable="@0x7f029999"/>'), ROWS
    )
    assert at(picture, 50, 50) == BLUE
    with pytest.raises(Defect, match="icon_missing"):
        draw(adaptive("", '<foreground android:drawable="@0x7f029999"/>'), ROWS)


def test_adaptive_layers_may_be_pictures(draw: Draw) -> None:
    files = {"res/picture.png": png("lime", (108, 108))}
    picture = draw(adaptive(f'<background android:drawable="@{PICTURE:#x}"/>', ""), ROWS, files)
    assert at(picture, 50, 50) == GREEN


def test_a_layer_falls_back_to_what_can_be_drawn(draw: Draw) -> None:
    rows = [Row(LAYER, "res/broken.png", density=640), Row(LAYER, "res/picture.png", density=160)]
    files = {"res/broken.png": png()[:50], "res/picture.png": png("lime")}
    assert at(draw(f'<inset android:drawable="@{LAYER:#x}"/>', rows, files), 50, 50) == GREEN


def test_drawables_that_lead_in_circles_end(draw: Draw) -> None:
    for tag in ("inset", "layer-list", "selector", "adaptive-icon"):
        inner = {"inset": "", "adaptive-icon": f'<foreground android:drawable="@{LAYER:#x}"/>'}.get(
            tag, f'<item android:drawable="@{LAYER:#x}"/>'
        )
        xml = f'<{tag} android:drawable="@{LAYER:#x}">{inner}</{tag}>'
        with pytest.raises(Defect, match="icon_too_large"):
            draw(xml, ROWS, {"res/layer.xml": xml})


def test_drawables_that_multiply_end(draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawable, "MOST_DRAWN", 30)
    rows = [Row(LAYER + step, f"res/{step}.xml") for step in range(6)]
    files = {
        f"res/{step}.xml": "<layer-list>" + f'<item android:drawable="@{LAYER + step + 1:#x}"/>' * 20 + "</layer-list>"
        for step in range(5)
    }
    files["res/5.xml"] = '<color android:color="#ffff0000"/>'
    with pytest.raises(Defect, match="icon_too_large"):
        draw(f'<inset android:drawable="@{LAYER:#x}"/>', rows, files)


@pytest.mark.parametrize(
    "xml", ["<html/>", "<selector/>", "<inset/>", "<bitmap android:src='@0x7f029999'/>", "<adaptive-icon/>"]
)
def test_what_cannot_be_drawn_is_said(draw: Draw, xml: str) -> None:
    with pytest.raises(Defect, match="icon_"):
        draw(xml, ROWS)


def test_distances_beyond_reason_count_for_nothing(draw: Draw) -> None:
    assert at(draw(f'<inset android:inset="5000dp" android:drawable="@{COLOUR:#x}"/>', ROWS), 50, 50) == BLUE
    assert at(draw(f'<inset android:inset="60%" android:drawable="@{COLOUR:#x}"/>', ROWS), 50, 50) == CLEAR
    assert draw(f'<inset android:inset="-2000%" android:drawable="@{COLOUR:#x}"/>', ROWS).size == (144, 144)
