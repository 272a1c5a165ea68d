"""A picture under way: masks are painted onto it, one over the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from apk_analysis.drawing.colour import Colour
from apk_analysis.drawing.outline import Matrix, Points
from apk_analysis.drawing.paint import Gradient, Paint
from apk_analysis.drawing.raster import Mask


class Canvas:
    """Empty at first."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("RGBA", (width, height))

    def paint(self, mask: Mask, paint: Paint | None, alpha: float, matrix: Matrix) -> None:
        """Lays `paint` over the picture where the mask is; gradients lie in the units that `matrix` maps to pixels."""
        height, width = mask.covered.shape
        if paint is None or not mask.covered.any():
            return
        if isinstance(paint, Colour):
            layer = Image.new("RGBA", (width, height), paint.pixel)
            shown = mask.covered * (paint.alpha * alpha * 255)
        else:
            colours = _shaded(paint, _unmapped(matrix, mask))
            layer = Image.fromarray(np.round(colours).astype(np.uint8))
            shown = mask.covered * colours[:, :, 3] * alpha
        layer.putalpha(Image.fromarray(np.round(shown).astype(np.uint8)))
        self.image.alpha_composite(layer, (mask.left, mask.top))


def _shaded(paint: Gradient, points: Points) -> NDArray[np.float64]:
    """Red, green, blue and alpha (0 to 255) of every point."""
    place = _along(paint, points)
    if paint.spread == "repeat":
        place %= 1
    elif paint.spread == "reflect":
        place = 1 - np.abs(1 - place % 2)
    at = [stop for stop, _ in paint.stops]
    pixels = np.array([colour.pixel for _, colour in paint.stops], float)
    return np.stack([np.interp(place, at, pixels[:, channel]) for channel in range(4)], axis=2)


def _along(paint: Gradient, points: Points) -> NDArray[np.float64]:
    """How far along the gradient each point is."""
    away = points - complex(*paint.start)
    if paint.kind == "sweep":
        return np.asarray(np.angle(away) / (2 * np.pi) % 1)
    if paint.kind == "radial":
        return np.asarray(np.abs(away) / max(paint.radius, 1e-6))
    line = complex(*paint.end) - complex(*paint.start)
    return np.asarray(np.real(away * np.conj(line)) / max(abs(line) ** 2, 1e-12))


def _unmapped(matrix: Matrix, mask: Mask) -> Points:
    """The middle of every pixel of the mask in the units before the matrix."""
    a, b, c, d, e, f = matrix
    size = a * d - b * c
    size = size if abs(size) > 1e-12 else 1e-12
    y, x = np.mgrid[0 : mask.covered.shape[0], 0 : mask.covered.shape[1]] + 0.5
    x, y = x + (mask.left - e), y + (mask.top - f)
    return np.asarray((d * x - c * y) / size + 1j * (a * y - b * x) / size)
