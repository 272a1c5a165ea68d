"""Pictures as sellers make them: text drawn with the system's Chinese font, codes made by zxing-cpp's writer."""

from __future__ import annotations

import io
import shutil
import subprocess
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.conftest import missing


@cache
def font_file() -> str:
    lister = shutil.which("fc-match")
    found = (
        lister
        and subprocess.run([lister, "-f", "%{file}", ":lang=zh-cn"], capture_output=True, text=True, check=False).stdout
    )
    if not found or "CJK" not in found:
        missing("ocr", "install a Chinese font that fontconfig knows (fonts-noto-cjk)")
    return found


def with_reader() -> None:
    """Skips, or fails where it is required, without the extra."""
    from detection.pictures import available  # noqa: PLC0415 - itself under test

    if not available():
        missing("ocr", "install the extra 'ocr'")


def drawn(*lines: str, size: tuple[int, int] = (800, 800), points: int = 32, ink: object = "black") -> Image.Image:
    picture = Image.new("RGB", size, "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.truetype(font_file(), points)
    for number, line in enumerate(lines):
        pen.text((40, 40 + number * points * 2), line, font=font, fill=ink)
    return picture


def code(text: str, scale: int = 4) -> Image.Image:
    import zxingcpp  # noqa: PLC0415 - an optional extra

    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    return Image.fromarray(np.pad(np.asarray(made.to_image(scale=scale)), 16, constant_values=255))


def beside(*pictures: Image.Image) -> Image.Image:
    whole = Image.new("RGB", (sum(p.width for p in pictures), max(p.height for p in pictures)), "white")
    at = 0
    for picture in pictures:
        whole.paste(picture, (at, 0))
        at += picture.width
    return whole


def file_bytes(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()
