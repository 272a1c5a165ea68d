"""What an icon looks like, compact: the shape of what stands out, seen in five ways, and two colours.

Copies are cropped, padded, masked to a disc, framed, badged, tinted and laid on other backgrounds. So brightness itself
is not kept: each way of seeing has its surroundings, and what is kept is where the distance from their colour rises or
falls between neighbouring fields. Only the inscribed disc is looked at: launchers cut off the rest.
"""

from __future__ import annotations

import base64

import numpy as np
import numpy.typing as npt
from PIL import Image

SCHEME = "i1:"
SIDE = 96
"""Pixels of the square on which everything is computed."""
GRID = 12
"""Fields per side."""
VIEWS = 5
"""The whole, 88 % and 76 % of it, what differs from its border, and what differs from the border of that."""
BITS = 4 * GRID * (GRID - 1)
"""Of one view: rises, then falls; each to the right, then downwards."""
BYTES = VIEWS * BITS // 8 + 6
"""Of a descriptor: views, then red, green, blue of the surroundings and of what stands out."""
_SCALES = (0.88, 0.76)
_STEP = 0.12
"""Share of the strongest contrast that counts as a rise or fall."""
_DIFFERS = 40
"""Of 255: a point that far from the border's colour is no border."""
_PALE, _DENSE = 225, 0.98
"""A pale mark without surroundings is laid on black: on white nobody would see it."""

Pixels = npt.NDArray[np.float32]
_y, _x = np.mgrid[0:SIDE, 0:SIDE]
_RADIUS = np.hypot(_y - (SIDE - 1) / 2, _x - (SIDE - 1) / 2) / (SIDE / 2)
_DISC = _RADIUS <= 0.94
_RING = _DISC & (_RADIUS > 0.74)
_EDGE = (np.minimum(_x, _y) < 3) | (np.maximum(_x, _y) >= SIDE - 3)


def describe(image: Image.Image) -> str:
    """'i1:' and base64 (URL alphabet) of BYTES bytes."""
    whole = _seen(image)
    views = [whole, *(_cut(whole, _centre(scale), _common(whole[_EDGE])) for scale in _SCALES)]
    inner = _content(whole)
    views += [inner, _content(inner)]
    bits = np.concatenate([_shape(view) for view in views])
    colours = np.concatenate(_colours(whole)).round().astype(np.uint8)
    return SCHEME + base64.urlsafe_b64encode(np.packbits(bits).tobytes() + colours.tobytes()).decode()


def _seen(image: Image.Image) -> Pixels:
    """SIDE x SIDE x RGB, 0..255, laid on white; on black where it could not be seen on white."""
    pixels = np.asarray(image.convert("RGBA").resize((SIDE, SIDE), Image.Resampling.BOX)).astype(np.float32)
    solid = pixels[..., 3] > 128
    pale = solid.any() and solid.mean() < _DENSE and pixels[..., :3][solid].mean() > _PALE
    opacity = pixels[..., 3:] / np.float32(255)
    laid: Pixels = pixels[..., :3] * opacity + np.float32(0 if pale else 255) * (1 - opacity)
    return laid


def _common(pixels: Pixels) -> Pixels:
    """The commonest colour of (n, 3) pixels: the mean of the fullest of 9 x 9 x 9 boxes."""
    boxes = (pixels.astype(np.int64) + 16) >> 5
    box = (boxes[:, 0] * 16 + boxes[:, 1]) * 16 + boxes[:, 2]
    common: Pixels = pixels[box == np.bincount(box).argmax()].mean(axis=0)
    return common


Box = tuple[float, float, float, float]


def _centre(scale: float) -> Box:
    margin = SIDE * (1 - scale) / 2
    return margin, margin, SIDE - margin, SIDE - margin


def _cut(pixels: Pixels, box: Box, around: Pixels) -> Pixels:
    """The square `box` (left, top, right, bottom) at full size; what lies outside the picture is `around`."""
    half = SIDE // 2
    canvas = np.empty((2 * SIDE, 2 * SIDE, 3), np.uint8)
    canvas[:] = around.clip(0, 255).astype(np.uint8)
    canvas[half : half + SIDE, half : half + SIDE] = pixels.clip(0, 255).astype(np.uint8)
    left, top, right, bottom = (side + half for side in box)
    cut = Image.fromarray(canvas).resize((SIDE, SIDE), Image.Resampling.BILINEAR, box=(left, top, right, bottom))
    return np.asarray(cut).astype(np.float32)


def _content(pixels: Pixels) -> Pixels:
    """The square around what differs from the border's colour; all of it where next to nothing does."""
    around = _common(pixels[_EDGE])
    differs = np.abs(pixels - around).max(axis=-1) > _DIFFERS
    rows, columns = (np.flatnonzero(differs.sum(axis=axis) >= 2) for axis in (1, 0))
    if min(len(rows), len(columns)) < SIDE // GRID:
        return pixels
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    half = max(bottom - top, right - left) / 2
    middle, centre = (top + bottom) / 2, (left + right) / 2
    return _cut(pixels, (centre - half, middle - half, centre + half, middle + half), around)


def _standing_out(pixels: Pixels) -> tuple[Pixels, Pixels]:
    """Colour of the surroundings, and distance from it inside the disc."""
    around = _common(pixels[_RING])
    return around, np.sqrt(((pixels - around) ** 2).sum(axis=-1)) * _DISC


def _shape(pixels: Pixels) -> npt.NDArray[np.bool_]:
    """BITS truth values: rises, then falls, between neighbouring fields."""
    _, distance = _standing_out(pixels)
    field = SIDE // GRID
    fields = distance.reshape(GRID, field, GRID, field).mean(axis=(1, 3))
    fields /= np.percentile(fields, 90) + 8
    steps = np.concatenate([np.diff(fields, axis=1).ravel(), np.diff(fields, axis=0).ravel()])
    return np.concatenate([steps > _STEP, steps < -_STEP])


def _colours(pixels: Pixels) -> tuple[Pixels, Pixels]:
    """Colours of the surroundings and, weighted by how much it does, of what stands out."""
    around, distance = _standing_out(pixels)
    weight = distance.sum()
    if weight < 1:
        return around, around
    return around, (pixels * distance[..., None]).sum(axis=(0, 1)) / weight
