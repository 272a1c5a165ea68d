"""Colours."""

from __future__ import annotations

from dataclasses import dataclass

FRAMEWORK_COLOURS = {
    0x01060000: 0xFFAAAAAA,
    0x0106000B: 0xFFFFFFFF,
    0x0106000C: 0xFF000000,
    0x0106000D: 0x00000000,
    0x0106000E: 0xFF000000,
    0x0106000F: 0xFFFFFFFF,
    0x01060012: 0xFF33B5E5,
    0x01060013: 0xFF0099CC,
    0x01060014: 0xFF99CC00,
    0x01060015: 0xFF669900,
    0x01060016: 0xFFFF4444,
    0x01060017: 0xFFCC0000,
    0x01060018: 0xFFFFBB33,
    0x01060019: 0xFFFF8800,
    0x0106001A: 0xFFAA66CC,
    0x0106001B: 0xFF00DDFF,
}
"""What @android:color/... stand for: darker_gray, white, black, transparent, background_dark and _light, holo_...
An app refers to them by number, and its own table does not hold them."""


@dataclass(frozen=True, slots=True)
class Colour:
    """One colour."""

    rgb: int
    """0xRRGGBB."""
    alpha: float = 1.0
    """How opaque it is, 0 to 1."""

    @property
    def css(self) -> str:
        """'#rrggbb'."""
        return f"#{self.rgb:06x}"

    @property
    def pixel(self) -> tuple[int, int, int, int]:
        """Red, green, blue, alpha, 0 to 255 each."""
        return self.rgb >> 16 & 0xFF, self.rgb >> 8 & 0xFF, self.rgb & 0xFF, round(self.alpha * 255)

    def mixed(self, other: Colour, share: float) -> Colour:
        """The colour that far on the way to `other`."""
        parts = (round(a + (b - a) * share) for a, b in zip(self.pixel, other.pixel, strict=True))
        red, green, blue, alpha = parts
        return Colour(red << 16 | green << 8 | blue, alpha / 255)


def argb(value: int) -> Colour:
    """0xAARRGGBB as a colour."""
    return Colour(value & 0xFFFFFF, (value >> 24) / 255)


def written(text: str) -> Colour | None:
    """'#rrggbb' or '#aarrggbb'; None for anything else."""
    try:
        value = int(text.removeprefix("#"), 16)
    except ValueError:
        return None
    return argb(value | 0xFF000000 if len(text) == 7 else value & 0xFFFFFFFF)
