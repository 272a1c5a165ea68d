"""How near two icons are: by the shape of what stands out, then by colour; and whether an icon says anything at all.

A plain letter, disc or bubble is everybody's: icons that are nearly one of these never speak for or against anyone.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from apk_analysis.icon_descriptor import BITS, BYTES, SCHEME, VIEWS, describe

WORDS = -(-BITS // 64)
"""64-bit words of one view."""
LEAST = 30
"""Rises and falls that a view must have to be compared."""
NEAR, NEAR_WITH_COLOURS = 0.38, 0.45
"""Greatest structural distance of a copy, whatever its colours, and of one with much the same. Chosen on one half of
the icons of benchmarks/icon_bench.py at .1 % false alarms, reported on the other."""
CLOSE, CLOSE_WITH_COLOURS = 0.25, 0.33
"""The same for copies that may accuse: one unknown icon is compared with those of thousands of brands."""
SAME_COLOURS = 0.16
"""Greatest mean distance of the two colours that are much the same, as a share of that from black to white."""
_ROWS, _BANDS = 5, 32
_PLAIN_SIDE = 96

Words = npt.NDArray[np.uint64]


class DescriptorError(ValueError):
    """Not what `describe` writes."""


@dataclass(frozen=True, slots=True, eq=False)
class Descriptor:
    """A descriptor as it is compared."""

    views: Words
    """VIEWS x WORDS."""
    colours: npt.NDArray[np.float32]
    """Two colours of three parts, 0..255: of the surroundings, and of what stands out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """0 is equal, 1 is as different as can be."""

    structure: float
    """Of rises and falls in the two ways of seeing that are nearest: share that only one of them has (Jaccard)."""
    colour: float

    @property
    def near(self) -> bool:
        """Whether one is a copy of the other."""
        return self.structure <= (NEAR_WITH_COLOURS if self.same_colours else NEAR)

    @property
    def close(self) -> bool:
        """Whether that may be held against anybody."""
        return self.structure <= (CLOSE_WITH_COLOURS if self.same_colours else CLOSE)

    @property
    def same_colours(self) -> bool:
        """Whether the colours are near enough for the same picture."""
        return self.colour <= SAME_COLOURS


@lru_cache(maxsize=4096)
def read(text: str) -> Descriptor:
    """Raises DescriptorError."""
    try:
        raw = base64.b64decode(text.removeprefix(SCHEME), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise DescriptorError(f"not base64: {text[:40]!r}") from error
    if not text.startswith(SCHEME) or len(raw) != BYTES:
        raise DescriptorError(f"expected {SCHEME!r} and {BYTES} bytes: {text[:40]!r}")
    views = np.zeros((VIEWS, WORDS * 8), np.uint8)
    views[:, : BITS // 8] = np.frombuffer(raw, np.uint8, VIEWS * BITS // 8).reshape(VIEWS, -1)
    return Descriptor(views.view("<u8"), np.frombuffer(raw, np.uint8, 6, BYTES - 6).astype(np.float32).reshape(2, 3))


def distance(one: Descriptor, other: Descriptor) -> Distance:
    """By all parts."""
    structure = structures(one.views, other.views[None])[0]
    apart = np.sqrt(((one.colours - other.colours) ** 2).sum(axis=1)) / (255 * 3**0.5)
    return Distance(structure=float(structure), colour=float(apart.mean()))


def structures(views: Words, others: Words) -> npt.NDArray[np.float32]:
    """Structural distances of one icon (VIEWS x WORDS) to many (n x VIEWS x WORDS): of the nearest pair of views."""
    nearest = np.ones(len(others), np.float32)
    sizes = np.bitwise_count(others).sum(axis=2)
    for view in views:
        size = int(np.bitwise_count(view).sum())
        if size < LEAST:
            continue
        both = np.bitwise_count(others & view).sum(axis=2)
        apart = 1 - both / (size + sizes - both)
        np.minimum(nearest, np.where(sizes >= LEAST, apart, 1).min(axis=1), out=nearest)
    return nearest


def bands(descriptor: Descriptor) -> tuple[str, ...]:
    """Keywords for an index: icons that are near have at least one in common, others seldom. Sorted, each once.

    Minima of `_ROWS` orders of the bits of one view, of each view and each of `_BANDS` sets of orders: two views share
    a keyword with the probability 1 - (1 - s^5)^32, s being the share of rises and falls they have in common.
    """
    orders = _orders()
    found: set[str] = set()
    for view in descriptor.views:
        present = np.unpackbits(view.view(np.uint8))[:BITS].astype(bool)
        if present.sum() < LEAST:
            continue
        least = orders[present].min(axis=0).reshape(_BANDS, _ROWS)
        for band, row in enumerate(least):
            found.add(f"{band:02x}" + f"{sum(int(value) << 10 * at for at, value in enumerate(row)):x}")
    return tuple(sorted(found))


@cache
def _orders() -> npt.NDArray[np.int64]:
    """For each bit its place in each order. The orders come from a hash of our own choice: they never change."""
    count = _ROWS * _BANDS
    numbers: Words = np.arange(1, BITS * count + 1, dtype=np.uint64).reshape(BITS, count)
    for factor in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB):
        numbers = (numbers ^ (numbers >> np.uint64(29))) * np.uint64(factor)
    return numbers.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")


def plain(descriptor: Descriptor) -> bool:
    """Whether the icon says too little: nothing to compare in any view, or nearly a letter, digit or bare shape."""
    if not (np.bitwise_count(descriptor.views).sum(axis=1) >= LEAST).any():
        return True
    return bool((structures(descriptor.views[:1], _plain()) <= CLOSE).any()) or bool(
        (structures(descriptor.views[3:4], _plain()) <= CLOSE).any()
    )


@cache
def _plain() -> Words:
    """Letters, digits and bare shapes, as icons."""
    return np.array([read(describe(image)).views for image in (*_letters(), *_shapes())])


def _blank() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (_PLAIN_SIDE, _PLAIN_SIDE), "white")
    return image, ImageDraw.Draw(image)


def _letters() -> list[Image.Image]:
    font = ImageFont.load_default(_PLAIN_SIDE * 0.8)
    drawn = []
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghiqrt0123456789+?!#@&":
        for stroke in (0, 4):
            image, draw = _blank()
            middle = (_PLAIN_SIDE / 2, _PLAIN_SIDE / 2)
            draw.text(middle, letter, "black", font, anchor="mm", stroke_width=stroke, stroke_fill="black")
            drawn.append(image)
    return drawn


def _shapes() -> list[Image.Image]:
    drawn = []
    low, high, middle = 18, 78, 48
    tip = ((low + 6, high - 16), (low + 26, high - 4), (low, high + 8))
    for look in ({"fill": "black"}, {"outline": "black", "width": 8}):
        for draw in (
            lambda on, look=look: on.ellipse((low, low, high, high), **look),
            lambda on, look=look: on.rectangle((low, low, high, high), **look),
            lambda on, look=look: on.rounded_rectangle((low, low, high, high), 12, **look),
            lambda on, look=look: on.polygon(((middle, low), (high, high), (low, high)), **look),
            lambda on, look=look: on.polygon(((low, low), (high, middle), (low, high)), **look),
            lambda on, look=look: on.polygon(((middle, low), (high, middle), (middle, high), (low, middle)), **look),
            lambda on, look=look: (on.ellipse((low, low, high, high), **look), on.polygon(tip, fill="black")),
            lambda on, look=look: (on.rounded_rectangle((low, low, high, high), 12, **look), on.polygon(tip, "black")),
        ):
            image, on = _blank()
            draw(on)
            drawn.append(image)
    return drawn
