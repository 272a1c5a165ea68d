"""A picture as one PNG, and its difference hash. Hostile pictures: three formats, bounded pixels."""

from __future__ import annotations

import hashlib
import io
import struct

from PIL import Image, UnidentifiedImageError

from apk_analysis.defects import Defect
from apk_analysis.fingerprint import Icon
from apk_analysis.icon_descriptor import describe

FORMATS = ("PNG", "WEBP", "JPEG")
OF_SITES = (*FORMATS, "ICO")
"""Formats of the icons that sites show."""
MOST_PIXELS = 8 << 20
LARGEST_SIDE = 512
LARGEST_FILE = 16 << 20
MAGIC = (b"\x89PNG", b"RIFF", b"\xff\xd8\xff")
"""Beginnings of the formats above; file names may lie."""
MOST_SCANS = 100
"""Of a JPEG, each of which goes over all points; ten are usual."""
_PNG, _SHOWN, _SCAN = b"\x89PNG\r\n\x1a\n", frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}), b"\xff\xda"


def open_picture(picture: bytes, most: int = MOST_PIXELS, formats: tuple[str, ...] = FORMATS) -> Image.Image:
    """The picture as RGBA, of at most so many pixels. Raises Defect."""
    if picture.count(_SCAN) > MOST_SCANS and picture.startswith(b"\xff\xd8"):
        raise Defect("icon_too_large", "a picture that is refined without end")
    try:
        with Image.open(io.BytesIO(_essential(picture)), formats=formats) as opened:
            _check_size(opened, min(most, MOST_PIXELS))
            return opened.convert("RGBA")
    except Defect:
        raise
    except UnidentifiedImageError as error:  # its text names an address in memory
        raise Defect("icon_unreadable", f"none of {', '.join(formats)}") from error
    except Exception as error:  # pillow raises what it likes on hostile bytes
        raise Defect("icon_unreadable", f"{type(error).__name__}: {error}") from error


def _essential(picture: bytes) -> bytes:
    """A PNG without chunks that do not show, which may explode; anything else, and what is malformed, as it is."""
    if not picture.startswith(_PNG):
        return picture
    kept, at = [_PNG], len(_PNG)
    while at + 12 <= len(picture):
        size, kind = struct.unpack_from(">L4s", picture, at)
        if kind in _SHOWN:
            kept.append(picture[at : at + 12 + size])
        at += 12 + size
        if kind == b"IEND" or at > len(picture):
            break
    return b"".join(kept)


def finish(image: Image.Image, *, where: str = "", role: str = "application") -> tuple[Icon, bytes]:
    """The icon and its PNG without metadata, at most LARGEST_SIDE pixels wide and high."""
    image.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    clean = Image.frombytes("RGBA", image.size, image.tobytes())
    out = io.BytesIO()
    clean.save(out, "PNG", compress_level=2)  # a third of the time, a sixth more bytes
    png = out.getvalue()
    digest = hashlib.sha256(png).hexdigest()
    icon = Icon(
        sha256=digest,
        dhash=dhash(clean),
        descriptor=describe(clean),
        width=clean.width,
        height=clean.height,
        where=where,
        role=role,
    )
    return icon, png


def normalise(picture: bytes) -> tuple[Icon, bytes]:
    """The icon and its PNG from the bytes of a picture file. Raises Defect."""
    return finish(open_picture(picture))


def _check_size(image: Image.Image, most: int) -> None:
    if image.width * image.height > most:
        raise Defect("icon_too_large", f"{image.width} x {image.height}")


def dhash(image: Image.Image) -> str:
    """64 bits as 16 hexadecimal digits: for each of 8 x 8 fields, whether it is darker than its right neighbour.

    Laid on white first, so that transparent icons compare by what a person sees.
    """
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image.convert("RGBA"))
    grey = white.convert("L").resize((9, 8), Image.Resampling.LANCZOS).tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            left, right = grey[row * 9 + column], grey[row * 9 + column + 1]
            bits = bits << 1 | (left < right)
    return f"{bits:016x}"
