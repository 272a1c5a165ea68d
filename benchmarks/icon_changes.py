"""Fourteen ways in which copied icons differ from the original; each takes an RGBA picture and a random generator."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFont

Change = Callable[[Image.Image, random.Random], Image.Image]


def _laid(icon: Image.Image, colour: str | tuple[int, ...] = "white") -> Image.Image:
    out = Image.new("RGBA", icon.size, colour)
    out.alpha_composite(icon)
    return out


def _colour(chance: random.Random) -> tuple[int, int, int]:
    return chance.randint(0, 255), chance.randint(0, 255), chance.randint(0, 255)


def _masked(icon: Image.Image, radius: float) -> Image.Image:
    icon = _laid(icon)
    mask = Image.new("L", icon.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, icon.width - 1, icon.height - 1), icon.width * radius, fill=255)
    icon.putalpha(mask)
    return icon


def crop(icon: Image.Image, chance: random.Random) -> Image.Image:
    """6-12 % off each side, up to 4 % aside."""
    cut, aside = chance.uniform(0.06, 0.12), chance.uniform(0, 0.04)
    side = icon.width
    return icon.crop(tuple(int(side * part) for part in (cut + aside, cut, 1 - cut + aside, 1 - cut)))


def round_mask(icon: Image.Image, _: random.Random) -> Image.Image:
    """A disc."""
    return _masked(icon, 0.5)


def rounded_corners(icon: Image.Image, _: random.Random) -> Image.Image:
    """Corners rounded by a fifth of the side."""
    return _masked(icon, 0.2)


def badge(icon: Image.Image, chance: random.Random) -> Image.Image:
    """A red disc with a digit in the upper right corner, 22-30 % of the side."""
    icon = icon.copy()
    draw, side, size = ImageDraw.Draw(icon), icon.width, int(icon.width * chance.uniform(0.22, 0.3))
    draw.ellipse((side - size, 0, side - 1, size - 1), fill=(230, 30, 30, 255))
    font = ImageFont.load_default(size * 0.6)
    draw.text((side - size * 0.6, size * 0.2), str(chance.randint(1, 9)), fill="white", font=font)
    return icon


def border(icon: Image.Image, chance: random.Random) -> Image.Image:
    """A frame of any colour, 3-6 % wide."""
    icon = _laid(icon)
    width = int(icon.width * chance.uniform(0.03, 0.06))
    ImageDraw.Draw(icon).rectangle((0, 0, icon.width - 1, icon.height - 1), outline=_colour(chance), width=width)
    return icon


def hue(icon: Image.Image, chance: random.Random) -> Image.Image:
    """Hue turned by a tenth to nine tenths of the circle."""
    turned, (tone, depth, light) = chance.randint(25, 230), icon.convert("RGB").convert("HSV").split()
    out = Image.merge("HSV", (tone.point(lambda value: (value + turned) % 256), depth, light)).convert("RGBA")
    out.putalpha(icon.getchannel("A"))
    return out


def ribbon(icon: Image.Image, chance: random.Random) -> Image.Image:
    """A red ribbon with a word over the lowest fifth to quarter."""
    icon = _laid(icon)
    side, top = icon.width, int(icon.width * chance.uniform(0.74, 0.8))
    draw = ImageDraw.Draw(icon)
    draw.rectangle((0, top, side, side), fill=(220, 40, 40, 255))
    draw.text((side * 0.3, top + side * 0.02), "FREE", fill="white", font=ImageFont.load_default(side * 0.16))
    return icon


def small(icon: Image.Image, chance: random.Random) -> Image.Image:
    """36 or 48 pixels wide."""
    side = chance.choice((36, 48))
    return icon.resize((side, side), Image.Resampling.BILINEAR)


def jpeg(icon: Image.Image, chance: random.Random) -> Image.Image:
    """JPEG of quality 15-40."""
    out = io.BytesIO()
    _laid(icon).convert("RGB").save(out, "JPEG", quality=chance.randint(15, 40))
    return Image.open(out).convert("RGBA")


def padding(icon: Image.Image, chance: random.Random) -> Image.Image:
    """10-25 % of white or nothing on each side."""
    side, margin = icon.width, int(icon.width * chance.uniform(0.1, 0.25))
    out = Image.new("RGBA", (side + 2 * margin,) * 2, chance.choice(("white", (0, 0, 0, 0))))
    out.alpha_composite(icon, (margin, margin))
    return out


def brightness(icon: Image.Image, chance: random.Random) -> Image.Image:
    """Darker or lighter, with less or more contrast."""
    lit = ImageEnhance.Brightness(icon.convert("RGB")).enhance(chance.choice((0.65, 0.8, 1.25)))
    out = ImageEnhance.Contrast(lit).enhance(chance.choice((0.7, 1.2))).convert("RGBA")
    out.putalpha(icon.getchannel("A"))
    return out


def rotation(icon: Image.Image, chance: random.Random) -> Image.Image:
    """3-8 degrees either way."""
    return icon.rotate(chance.choice((-1, 1)) * chance.uniform(3, 8), Image.Resampling.BICUBIC)


def background(icon: Image.Image, chance: random.Random) -> Image.Image:
    """Another colour where there is nothing, or where the corner's colour is."""
    if icon.getpixel((0, 0))[3] < 128:
        return _laid(icon, _colour(chance))
    pixels = np.asarray(_laid(icon)).astype(int)
    pixels[np.abs(pixels - pixels[0, 0]).max(axis=-1) < 24, :3] = _colour(chance)
    return Image.fromarray(pixels.astype(np.uint8))


def noise(icon: Image.Image, chance: random.Random) -> Image.Image:
    """Gaussian, 14 of 255."""
    pixels = np.asarray(_laid(icon)).astype(float)
    pixels[..., :3] += np.random.default_rng(chance.randint(0, 1 << 30)).normal(0, 14, (*pixels.shape[:2], 3))
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


CHANGES: tuple[Change, ...] = (
    *(crop, round_mask, rounded_corners, badge, border, hue, ribbon, small, jpeg, padding, brightness, rotation),
    *(background, noise),
)
