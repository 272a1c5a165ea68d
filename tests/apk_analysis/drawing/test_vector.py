"""VectorDrawable: every feature has a point whose colour only comes out right when the feature does."""

from collections.abc import Callable

import pytest
from PIL import Image

from apk_analysis.defects import Defect
from apk_analysis.drawing import drawable
from apk_analysis.drawing.outline import MOST_POINTS
from apk_analysis.drawing.raster import Budget
from apk_analysis.drawing.vector import MOST_PATHS
from tests.apk_analysis.xml_build import Row

Draw = Callable[..., Image.Image]
CLEAR = (0, 0, 0, 0)
RED, GREEN, BLUE, BLACK = (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255), (0, 0, 0, 255)
BOX = "M0,0h100v100h-100z"


def vector(inner: str, more: str = "") -> str:
    size = 'android:width="24dp" android:height="24dp" android:viewportWidth="100.0" android:viewportHeight="100.0"'
    return f"<vector {size} {more}>{inner}</vector>"


def path(data: str, **attributes: str) -> str:
    given = " ".join(f'android:{name}="{value}"' for name, value in attributes.items())
    return f'<path android:pathData="{data}" {given}/>'


def at(picture: Image.Image, x: float, y: float) -> tuple[int, ...]:
    """The pixel at a place of the viewport of 100 x 100."""
    pixel = picture.getpixel((int(x * picture.width / 100), int(y * picture.height / 100)))
    assert isinstance(pixel, tuple)
    return pixel


def near(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(a - b) <= 3 for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(
    ("data", "inside", "outside"),
    [
        ("M10,10L90,10L90,90L10,90Z", (50, 50), (5, 50)),
        ("m10,10 80,0 0,80 -80,0z", (80, 80), (95, 95)),
        ("M10,10H90V90H10z", (20, 80), (95, 50)),
        ("m10,10h80v80h-80z", (80, 20), (5, 95)),
        ("M10,50C10,0 90,0 90,50C90,100 10,100 10,50", (50, 80), (12, 15)),
        ("M10,50c0,-50 80,-50 80,0s-80,50 -80,0", (50, 80), (90, 90)),
        ("M10,50S10,10 50,10S90,10 90,50z", (50, 30), (50, 60)),
        ("M10,90Q50,0 90,90z", (50, 60), (20, 20)),
        ("m10,90q40,-90 80,0z", (50, 60), (80, 20)),
        ("M0,50Q25,0 50,50T100,50z", (25, 40), (25, 60)),
        ("M10,50A40,40 0 1 1 90,50A40,40 0 0 1 10,50", (50, 15), (15, 15)),
        ("m10,50a40,40 0 01 80,0z", (50, 30), (50, 60)),
        ("M50,50L1e1.5,50-20V.5L9.5e1 5z", (50, 45), (2, 90)),
        ("M10-10L90 10 90 90 10 90z", (50, 50), (5, 50)),
    ],
)
def test_every_path_command(draw: Draw, data: str, inside: tuple[int, int], outside: tuple[int, int]) -> None:
    picture = draw(vector(path(data, fillColor="#ffff0000")))
    assert (at(picture, *inside), at(picture, *outside)) == (RED, CLEAR)


def test_fill_rules(draw: Draw) -> None:
    ring = "M0,0h100v100h-100zM30,30h40v40h-40z"
    assert at(draw(vector(path(ring, fillColor="#ff0000ff"))), 50, 50) == BLUE
    assert at(draw(vector(path(ring, fillColor="#ff0000ff", fillType="1"))), 50, 50) == CLEAR


def test_strokes(draw: Draw) -> None:
    line = draw(vector(path("M20,50H80", strokeColor="#ff00ff00", strokeWidth="20.0")))
    assert [at(line, 50, y) for y in (35, 45, 55, 65)] == [CLEAR, GREEN, GREEN, CLEAR]
    assert at(line, 15, 50) == CLEAR, "butt"
    square = draw(vector(path("M20,50H80", strokeColor="#ff00ff00", strokeWidth="20.0", strokeLineCap="2")))
    assert at(square, 12, 42) == GREEN
    rounded = draw(vector(path("M20,50H80", strokeColor="#ff00ff00", strokeWidth="20.0", strokeLineCap="1")))
    assert (at(rounded, 12, 50), at(rounded, 11, 41)) == (GREEN, CLEAR)
    corner = "M20,80L50,30L80,80"
    joined = [
        draw(vector(path(corner, strokeColor="#ff00ff00", strokeWidth="20.0", strokeLineJoin=str(n)))) for n in range(3)
    ]
    assert [at(picture, 50, 14)[3] > 200 for picture in joined] == [True, False, False]
    assert [at(picture, 50, 22)[3] > 200 for picture in joined] == [True, True, False]


def test_transparency_multiplies(draw: Draw) -> None:
    half = draw(vector(path(BOX, fillColor="#80ff0000", fillAlpha="0.5"), 'android:alpha="0.5"'))
    assert near(at(half, 50, 50)[3:], (32,))


def test_groups_turn_and_scale_around_their_pivot(draw: Draw) -> None:
    bar = path("M50,45h40v10h-40z", fillColor="#ffff0000")
    turned = draw(vector(f'<group android:rotation="90.0" android:pivotX="50.0" android:pivotY="50.0">{bar}</group>'))
    assert (at(turned, 70, 50), at(turned, 50, 70)) == (CLEAR, RED)
    moved = draw(vector(f'<group android:translateX="-40.0" android:translateY="20.0">{bar}</group>'))
    assert (at(moved, 30, 70), at(moved, 70, 50)) == (RED, CLEAR)
    scaled = draw(
        vector(
            f'<group android:scaleX="0.5" android:scaleY="4.0" android:pivotX="50.0" android:pivotY="50.0">{bar}</group>'
        )
    )
    assert (at(scaled, 60, 66), at(scaled, 75, 50)) == (RED, CLEAR)
    both = f'<group android:translateX="20.0"><group android:rotation="180.0" android:pivotX="50.0" android:pivotY="50.0">{bar}</group></group>'
    assert (at(draw(vector(both)), 40, 50), at(draw(vector(both)), 80, 50)) == (RED, CLEAR)


def test_clip_paths_count_for_what_follows_in_their_group(draw: Draw) -> None:
    before, behind = path(BOX, fillColor="#ffff0000"), path(BOX, fillColor="#ff0000ff")
    clip = '<clip-path android:pathData="M0,0h50v100h-50z"/><clip-path android:pathData="M0,0h100v50h-100z"/>'
    picture = draw(vector(f"<group>{before}{clip}{behind}</group>"))
    assert [at(picture, *place) for place in ((25, 25), (75, 25), (25, 75))] == [BLUE, RED, RED]
    after = draw(vector(f"<group>{clip}</group>{behind}"))
    assert at(after, 75, 75) == BLUE


def test_tint_replaces_colours(draw: Draw) -> None:
    picture = draw(vector(path("M0,0h50v100h-50z", fillColor="#ffff0000"), 'android:tint="#ff0000ff"'))
    assert (at(picture, 25, 50), at(picture, 75, 50)[3]) == (BLUE, 0)


def test_parts_that_an_animation_shows_later(draw: Draw) -> None:
    hidden = path("M0,50H100", strokeColor="#ffff0000", strokeWidth="20.0", trimPathEnd="0")
    assert at(draw(vector(hidden)), 50, 50) == CLEAR
    animated = '<animated-vector android:drawable="@0x7f020000"/>'
    picture = draw(animated, [Row(0x7F020000, "res/v.xml")], {"res/v.xml": vector(path(BOX, fillColor="#ffff0000"))})
    assert at(picture, 50, 50) == RED


def test_colours_from_everywhere(draw: Draw) -> None:
    selector = '<selector><item android:enabled="false" android:color="#ffff0000"/><item android:color="@0x7f030000" android:alpha="0.5"/></selector>'
    rows = [
        Row(0x7F030000, "#ff0000ff"),
        Row(0x7F030001, "res/selector.xml"),
        Row(0x7F030002, "'#00ff00"),
        Row(0x7F040000, {0: "@0x7f040001", 0x7F050000: "?0x7f050001"}),
        Row(0x7F040001, {0x7F050001: "@0x7f030000"}),
    ]
    for written, expected in {
        "@0x7f030000": BLUE,
        "@0x7f030001": (0, 0, 255, 128),
        "@0x7f030002": GREEN,
        "@0x0106000c": BLACK,
        "?0x7f050000": BLUE,
        "?0x01010433": (128, 128, 128, 255),
        "@0x7f03ffff": CLEAR,
    }.items():
        picture = draw(vector(path(BOX, fillColor=written)), rows, {"res/selector.xml": selector}, theme=0x7F040000)
        assert near(at(picture, 50, 50), expected), written


def test_gradients(draw: Draw) -> None:
    def shown(gradient: str) -> Image.Image:
        return draw(vector(path(BOX, fillColor="@0x7f020000")), [Row(0x7F020000, "res/g.xml")], {"res/g.xml": gradient})

    stops = (
        '<item android:offset="0.0" android:color="#ffff0000"/><item android:offset="1.0" android:color="#ff0000ff"/>'
    )
    line = shown(f'<gradient android:startX="0.0" android:endX="50.0" android:tileMode="2">{stops}</gradient>')
    assert near(at(line, 25, 9), (127, 0, 127, 255)) and near(at(line, 75, 90), at(line, 25, 9))
    circle = shown(
        '<gradient android:type="1" android:centerX="50.0" android:centerY="50.0" android:gradientRadius="50.0" android:startColor="#ffff0000" android:centerColor="#ff00ff00" android:endColor="#ff0000ff"/>'
    )
    assert [max(range(3), key=lambda n: at(circle, x, 50)[n]) for x in (51, 75, 98)] == [0, 1, 2]
    sweep = shown(f'<gradient android:type="2" android:centerX="50.0" android:centerY="50.0">{stops}</gradient>')
    assert at(sweep, 90, 55)[0] > 240 and at(sweep, 90, 45)[2] > 240 and near(at(sweep, 10, 50)[:3], (127, 0, 127))
    assert at(shown("<gradient/>"), 50, 50) == CLEAR


def test_a_picture_keeps_its_proportions(draw: Draw) -> None:
    wide = 'android:width="48dp" android:height="24dp" android:viewportWidth="10.0" android:viewportHeight="5.0"'
    assert draw(f"<vector {wide}>{path('M0,0h10v5h-10z', fillColor='#ffff0000')}</vector>").size == (144, 72)


@pytest.mark.parametrize(
    "size",
    [
        "",
        'android:viewportWidth="0.0" android:viewportHeight="5.0"',
        'android:viewportWidth="-3.0" android:viewportHeight="5.0"',
    ],
)
def test_drawings_without_extent_are_refused(draw: Draw, size: str) -> None:
    with pytest.raises(Defect, match="icon_unreadable"):
        draw(f"<vector {size}>{path(BOX, fillColor='#ffff0000')}</vector>")


def test_too_much_to_draw_is_refused(draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Defect, match="icon_too_large"):
        draw(vector(path("M0,0", fillColor="#ffff0000") * (MOST_PATHS + 1)))
    with pytest.raises(Defect, match="icon_too_large"):
        draw(vector(path("M0,0" + "t90,90t-90,-90" * (MOST_POINTS // 20))))
    monkeypatch.setattr(drawable, "Budget", lambda: Budget(5_000))
    with pytest.raises(Defect, match="icon_too_large"):
        draw(vector(path(BOX, fillColor="#ffff0000") * 5))


def test_groups_beyond_reason_are_left_out(draw: Draw) -> None:
    inner = path(BOX, fillColor="#ffff0000")
    for _ in range(40):
        inner = f"<group>{inner}</group>"
    assert at(draw(vector(inner)), 50, 50) == CLEAR


@pytest.mark.parametrize(
    ("data", "drawn"),
    [
        ("M0,0h100v100h-100z & M0,0", RED),
        ("M0,0h100v100h-100zL", RED),
        ("M0,0h100v100h-100 then something else", RED),
        ("NaN", CLEAR),
        ("", CLEAR),
        ("h100v100h-100z", RED),
        ("M-1e999,-1e999H1e999V1e999H-1e38z", RED),
        ("M0,0A1e38,1e38 0 1 1 9e37,5e37" * 50, None),
        ("M0,0A1e-38,1e38 77 0 1 1e-30,0" * 50, None),
        ("M50,50" + "t1e38 -1e38" * 500, None),
    ],
)
def test_hostile_path_data(draw: Draw, data: str, drawn: tuple[int, ...] | None) -> None:
    """Native renderers loop almost for ever, or end the process, on some of these."""
    picture = draw(
        vector(path(data.replace("&", "&amp;"), fillColor="#ffff0000", strokeColor="#00000000", strokeWidth="9.0"))
    )
    assert picture.size == (144, 144)
    assert drawn is None or at(picture, 50, 50) == drawn


@pytest.mark.parametrize(
    "attributes", [{"scaleX": "1e30"}, {"scaleX": "0.0"}, {"translateX": "-1e38"}, {"rotation": "1e30"}]
)
def test_hostile_groups(draw: Draw, attributes: dict[str, str]) -> None:
    given = " ".join(f'android:{name}="{float(value):.1f}"' for name, value in attributes.items())
    inner = path(BOX, fillColor="@0x7f020000", strokeColor="#ffff0000", strokeWidth="5.0")
    gradient = '<gradient android:startColor="#ffff0000" android:endColor="#ff0000ff"/>'
    nested = f"<group {given}><group {given}>{inner}</group></group>"
    assert draw(vector(nested), [Row(0x7F020000, "res/g.xml")], {"res/g.xml": gradient}).size == (144, 144)


def test_a_ring_without_end_is_drawn_at_once(draw: Draw) -> None:
    ring = '<shape android:shape="3" android:thicknessRatio="%s"><solid android:color="#ffff0000"/></shape>'
    assert draw(ring % "0.00000000000000000000000000000000001").size == (144, 144)
