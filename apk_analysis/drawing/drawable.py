"""Drawables as pictures: whatever an icon may refer to, down to files and colours. Bounded in depth and number."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from PIL import Image

from apk_analysis import icons
from apk_analysis.axml import COLOURS, Attribute, Element
from apk_analysis.defects import Defect
from apk_analysis.drawing.adaptive import LAYER, draw_adaptive
from apk_analysis.drawing.colour import Colour, argb
from apk_analysis.drawing.measure import SQUARE, Frame, length, natural_frame, pixels, share
from apk_analysis.drawing.paint import default_item, read_paint
from apk_analysis.drawing.raster import Budget
from apk_analysis.drawing.shape import draw_shape
from apk_analysis.drawing.vector import draw_vector
from apk_analysis.lookup import Lookup
from apk_analysis.resources import Value

DEEPEST, MOST_DRAWN, MOST_LAYERS = 8, 400, 20
MOST_PIXELS = 8 * icons.MOST_PIXELS
"""Of all pictures that are opened for one app."""
LARGEST_FRAME = 1 << 20
"""Pixels of a drawing: adaptive icons and insets within each other grow."""


class Painter:
    """Draws for one APK."""

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup
        self._left = MOST_DRAWN
        self._budget = Budget()
        self._pixels = MOST_PIXELS

    def picture(self, value: Value) -> Image.Image:
        """The icon that a value (a file or a colour) stands for. Raises Defect when it cannot be drawn."""
        return self._value(value, None, DEEPEST)

    def _value(self, value: Value, frame: Frame | None, depth: int) -> Image.Image:
        """`frame`: None for as large as it is by itself."""
        self._left -= 1
        if self._left < 0 or not depth or (frame and frame.width * frame.height > LARGEST_FRAME):
            raise Defect("icon_too_large", "too many layers")
        if value.kind in COLOURS:
            return _flat(argb(value.number), frame or SQUARE)
        raw = self._file(value.text or "")
        if raw.startswith(icons.MAGIC):
            picture = self._opened(raw)
            return picture if frame is None else _fitted(picture, frame)
        root = self.lookup.document(value.text or "").root
        return self._element(root, frame or natural_frame(root), depth)

    def _opened(self, raw: bytes) -> Image.Image:
        """What cannot be read costs as much as the largest picture, because nobody knows how far it was read."""
        left, self._pixels = self._pixels, self._pixels - icons.MOST_PIXELS
        picture = icons.open_picture(raw, left)
        self._pixels = left - picture.width * picture.height
        return picture

    def _file(self, path: str) -> bytes:
        if not self.lookup.has(path):
            raise Defect("icon_missing", path)
        return b"" if path.lower().endswith(".xml") else self.lookup.read(path, icons.LARGEST_FILE)

    def _attribute(self, attribute: Attribute, frame: Frame, depth: int) -> Image.Image:
        values = sorted(self.lookup.values(attribute), key=drawing_order)
        failed = Defect("icon_missing", "a layer refers to nothing")
        for value in values:
            try:
                return self._value(value, frame, depth)
            except Defect as defect:
                failed = defect
        paint = read_paint(attribute, self.lookup)
        if isinstance(paint, Colour):
            return _flat(paint, frame)
        raise failed

    def _element(self, element: Element, frame: Frame, depth: int) -> Image.Image:
        if not depth or frame.width * frame.height > LARGEST_FRAME:
            raise Defect("icon_too_large", "too many layers")
        draw = self._BY_TAG.get(element.tag)
        if draw is None:
            raise Defect("icon_unreadable", f"<{element.tag}>")
        return draw(self, element, frame, depth - 1)

    def inside(self, element: Element, frame: Frame, depth: int) -> Image.Image:
        """What a layer, item or inset holds: the drawable that it names, or the one written inside."""
        attribute = element.get("drawable") or element.get("src")
        if attribute is not None:
            return self._attribute(attribute, frame, depth)
        inner = next((child for child in element.children if child.tag in self._BY_TAG), None)
        if inner is None:
            raise Defect("icon_missing", f"<{element.tag}> is empty")
        return self._element(inner, frame, depth)

    def _vector(self, element: Element, frame: Frame, _: int) -> Image.Image:
        drawn = draw_vector(element, frame, self.lookup, self._budget)
        return self._tinted(element, _faded(drawn, share(element, "alpha")))

    def _shape(self, element: Element, frame: Frame, _: int) -> Image.Image:
        return draw_shape(element, frame, self.lookup, self._budget)

    def _colour(self, element: Element, frame: Frame, _: int) -> Image.Image:
        paint = read_paint(element.get("color"), self.lookup)
        return _flat(paint if isinstance(paint, Colour) else Colour(0, 0.0), frame)

    def _bitmap(self, element: Element, frame: Frame, depth: int) -> Image.Image:
        return self._tinted(element, self.inside(element, frame, depth))

    def _only(self, element: Element, frame: Frame, depth: int) -> Image.Image:
        return self.inside(element, frame, depth)

    def _choice(self, element: Element, frame: Frame, depth: int) -> Image.Image:
        item = default_item(element.inner("item"))
        if item is None:
            raise Defect("icon_missing", f"<{element.tag}> is empty")
        return self.inside(item, frame, depth)

    def _rotated(self, element: Element, frame: Frame, depth: int) -> Image.Image:
        turned = -length(element, "fromDegrees") % 360
        return self.inside(element, frame, depth).rotate(turned, Image.Resampling.BICUBIC)

    def _inset(self, element: Element, frame: Frame, depth: int) -> Image.Image:
        return self._placed(element, ("insetLeft", "insetTop", "insetRight", "insetBottom"), frame, depth)

    def _layers(self, element: Element, frame: Frame, depth: int) -> Image.Image:
        canvas = Image.new("RGBA", (frame.width, frame.height))
        for item in element.inner("item")[:MOST_LAYERS]:
            canvas.alpha_composite(self._placed(item, ("left", "top", "right", "bottom"), frame, depth))
        return canvas

    def _placed(self, element: Element, sides: tuple[str, str, str, str], frame: Frame, depth: int) -> Image.Image:
        """What is inside, smaller by the given distances, on an empty canvas of the frame's size."""
        all_around = element.get("inset")
        left, top, right, bottom = (
            pixels(element.get(name) or all_around, frame.height if index % 2 else frame.width, frame.scale)
            for index, name in enumerate(sides)
        )
        width, height = frame.width - left - right, frame.height - top - bottom
        canvas = Image.new("RGBA", (frame.width, frame.height))
        if not (0 < width <= 4 * frame.width and 0 < height <= 4 * frame.height):
            return canvas
        drawn = self.inside(element, Frame(width, height, frame.scale), depth)
        canvas.paste(drawn, (left, top))
        return canvas

    def _adaptive(self, element: Element, frame: Frame, depth: int) -> Image.Image:
        def draw(layer: Element, side: int) -> Image.Image:
            return self.inside(layer, Frame(side, side, side / LAYER), depth)

        return draw_adaptive(element, min(frame.width, frame.height), draw)

    def _tinted(self, element: Element, drawn: Image.Image) -> Image.Image:
        paint = read_paint(element.get("tint"), self.lookup)
        if not isinstance(paint, Colour):
            return drawn
        tinted = Image.new("RGBA", drawn.size, paint.css)
        tinted.putalpha(drawn.getchannel("A").point(lambda level: round(level * paint.alpha)))
        return tinted

    _BY_TAG: ClassVar[dict[str, Callable[[Painter, Element, Frame, int], Image.Image]]] = {
        "adaptive-icon": _adaptive,
        "maskable-icon": _adaptive,
        "vector": _vector,
        "animated-vector": _only,
        "bitmap": _bitmap,
        "nine-patch": _bitmap,
        "shape": _shape,
        "color": _colour,
        "layer-list": _layers,
        "transition": _layers,
        "ripple": _layers,
        "inset": _inset,
        "rotate": _rotated,
        "animated-rotate": _rotated,
        "scale": _only,
        "clip": _only,
        "selector": _choice,
        "animated-selector": _choice,
        "level-list": _choice,
        "animation-list": _choice,
    }
    """Not of each painter: methods that are bound to it would keep it, and the whole package, in memory."""


def drawing_order(value: Value) -> tuple[object, ...]:
    """Sorts what a launcher of today prefers to the front: plain, by day, drawn for every density, then the densest."""
    place = value.configuration
    any_density = place.density == 0xFFFE
    return *value.rank[:3], not any_density, -(place.density % 0xFFFE), -place.sdk


def _fitted(picture: Image.Image, frame: Frame) -> Image.Image:
    """Stretched to the frame, as layers are; in two steps when it is much larger."""
    return picture.resize((frame.width, frame.height), Image.Resampling.BICUBIC, reducing_gap=2.0)


def _flat(colour: Colour, frame: Frame) -> Image.Image:
    return Image.new("RGBA", (frame.width, frame.height), colour.pixel)


def _faded(drawn: Image.Image, alpha: float) -> Image.Image:
    if alpha < 1.0:
        drawn.putalpha(drawn.getchannel("A").point(lambda level: round(level * alpha)))
    return drawn
