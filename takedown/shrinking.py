"""A picture made to fit what a form accepts: nothing but its pixels goes out, and never so few that nobody can read it.

Pictures come from hostile pages: size and decoding are bounded, and whatever stands beside the pixels (EXIF, comments,
profiles, further frames) is left behind, because everything is drawn anew.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
LARGEST = 64 << 20
"""Bytes of a picture that is opened."""
PIXELS = 50_000_000
"""Of a picture that is opened: 150 MB while it is worked on. A page of 1,280 x 39,000 still passes."""
TALL = 2.5
"""Height to width from which a picture is a page: it is cut into pieces, since shrinking makes it unreadable."""
MOST_PIECES = 20
ROUNDS = 6
QUALITIES = (88, 70)


class ShrinkError(ValueError):
    """The picture cannot be made to fit; `reason` is an id of the catalogue below 'attachments.'."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One picture as it goes out."""

    data: bytes
    media_type: str
    width: int
    height: int


def fitted(
    data: bytes, *, types: tuple[str, ...], max_bytes: int | None = None, max_pixels: int | None = None
) -> tuple[Piece, ...]:
    """The picture as one or (of a long page) several that fit. Raises ShrinkError."""
    kinds = [kind for kind in ("image/png", "image/jpeg") if kind in types]
    if not kinds:
        raise ShrinkError("type")
    picture, lossless = _opened(data)
    if not lossless:
        kinds.reverse()  # a photograph does not get better, only larger, as PNG
    return tuple(_piece(part, kinds, max_bytes) for part in _parts(picture, max_pixels))


def thumbnail(data: bytes, width: int = 220, height: int = 160) -> bytes:
    """The upper part of a picture as a small JPEG, for people's eyes. Raises ShrinkError."""
    picture, _ = _opened(data)
    upper = picture.crop((0, 0, picture.width, min(picture.height, max(1, picture.width * height // width))))
    upper.thumbnail((width, height))
    return _encoded(upper, "image/jpeg", 75)


def _opened(data: bytes) -> tuple[Image, bool]:
    """Its pixels and nothing else, and whether they were stored without loss."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - slow to load

    if len(data) > LARGEST:
        raise ShrinkError("too_large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a decompression bomb is a warning first
            with Image.open(BytesIO(data), formats=FORMATS) as opened:
                _bounded(opened)
                lossless = opened.format in {"PNG", "GIF", "BMP"}
                opened.load()
                upright = ImageOps.exif_transpose(opened)
        clear = upright.convert("RGBA") if upright.has_transparency_data else upright.convert("RGB")
        plain = Image.new("RGB", clear.size, "white")
        plain.paste(clear, mask=clear.getchannel("A") if clear.mode == "RGBA" else None)
    except ShrinkError:
        raise
    except Exception as error:  # whatever the library makes of hostile bytes: it could not be opened
        raise ShrinkError("no_picture") from error
    return plain, lossless


def _bounded(picture: Image) -> None:
    """Raises ShrinkError for a picture that would fill the memory; nothing of it is decoded yet."""
    if picture.width * picture.height > PIXELS:
        raise ShrinkError("too_many_pixels")


def _parts(picture: Image, max_pixels: int | None) -> Iterator[Image]:
    """The picture within `max_pixels` of width and height; a long page as pieces of equal height, read downwards."""
    if max_pixels is None or max(picture.size) <= max_pixels:
        yield picture
        return
    if picture.height / picture.width < TALL:
        picture.thumbnail((max_pixels, max_pixels))
        yield picture
        return
    if picture.width > max_pixels:
        picture.thumbnail((max_pixels, picture.height))
    count = -(-picture.height // max_pixels)
    if count > MOST_PIECES:
        raise ShrinkError("too_long")
    step = -(-picture.height // count)
    for top in range(0, picture.height, step):
        yield picture.crop((0, top, picture.width, min(top + step, picture.height)))


def _piece(picture: Image, kinds: Sequence[str], max_bytes: int | None) -> Piece:
    """As large as fits into `max_bytes`: first with all its pixels, then with fewer."""
    shown = picture
    for _ in range(ROUNDS):
        smallest = 0
        for kind in kinds:
            for quality in QUALITIES if kind == "image/jpeg" else QUALITIES[:1]:
                data = _encoded(shown, kind, quality)
                if max_bytes is None or len(data) <= max_bytes:
                    return Piece(data=data, media_type=kind, width=shown.width, height=shown.height)
                smallest = min(smallest or len(data), len(data))
        scale = min(0.9, 0.95 * ((max_bytes or 1) / smallest) ** 0.5)
        size = max(1, int(shown.width * scale)), max(1, int(shown.height * scale))
        if size[0] < _least(picture.width):
            break
        shown = picture.resize(size)
    raise ShrinkError("unreadable")


def _least(width: int) -> int:
    """Pixels of width below which the text on a page of that width cannot be read any more."""
    return min(width, max(320, min(1000, width // 2)))


def _encoded(picture: Image, kind: str, quality: int) -> bytes:
    out = BytesIO()
    if kind == "image/png":
        picture.save(out, "PNG", optimize=picture.width * picture.height < 4_000_000)
    else:
        picture.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()
