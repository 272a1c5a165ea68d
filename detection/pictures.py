"""What a picture says: its lines of text and the codes in it. Runs in a worker; hostile bytes never raise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from apk_analysis.defects import Defect
from apk_analysis.icons import LARGEST_FILE, OF_SITES, finish, open_picture
from detection import ocr, qr

TALL = 1.5
"""Pictures that are longer than this times their width are read in pieces: as a whole they lose their text."""
OVERLAP = 64
"""Pixels that two pieces share, so that no line is cut in both."""
MOST_PIECES = 6
LONGEST = 8_000
"""Characters of one picture."""
SMALLEST = 16
"""Pixels: nothing below can be read (counters of one pixel, spacers)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureText:
    """What one picture says."""

    text: str = ""
    """Its lines, each on its own, from top to bottom. Empty where there are none."""
    codes: tuple[str, ...] = ()
    """What the two-dimensional codes in it say."""
    icon: str | None = None
    """Descriptor of what was read as an icon."""
    problem: str | None = None
    """Why it could not be read, or not to its end: the kind of a problem."""


def available() -> bool:
    """Whether pictures can be read on this machine."""
    return ocr.available() and qr.available()


def read_icon(path: Path) -> PictureText:
    """The descriptor of the icon of an app or site (PNG, WebP, JPEG, ICO). Raises OSError where there is no file."""
    with path.open("rb") as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        return PictureText(problem="picture_too_large")
    try:
        icon, _ = finish(open_picture(content, formats=OF_SITES))
    except Defect as defect:
        return PictureText(problem=defect.kind.replace("icon_", "picture_"))
    return PictureText(icon=icon.descriptor or None)


def read_picture(path: Path) -> PictureText:
    """The text and codes of a picture file (PNG, WebP, JPEG; of an animated one the first frame).

    Raises OSError when the file cannot be opened, ImportError without the extra `ocr`.
    """
    with path.open("rb") as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        return PictureText(problem="picture_too_large")
    try:
        picture = open_picture(content)
    except Defect as defect:
        return PictureText(problem=defect.kind.replace("icon_", "picture_"))
    if min(picture.size) < SMALLEST:
        return PictureText()
    return _read(_on_white(picture))


def _on_white(picture: Image.Image) -> NDArray[np.uint8]:
    """Height x width x 3: what a person sees on a page."""
    white = Image.new("RGBA", picture.size, "white")
    white.alpha_composite(picture)
    return np.asarray(white.convert("RGB"))


def _read(pixels: NDArray[np.uint8]) -> PictureText:
    grey = np.asarray(Image.fromarray(pixels).convert("L"))
    pieces, whole = _pieces(pixels)
    lines: list[str] = []
    for piece in pieces:
        found = ocr.lines(piece)
        again = next((n for n in range(len(found), 0, -1) if lines[-n:] == found[:n]), 0)  # read in the piece before
        lines += found[again:]
    text = "\n".join(lines)
    problem = None if whole and len(text) <= LONGEST else "picture_cut"
    return PictureText(text=text[:LONGEST], codes=tuple(qr.codes(grey)), problem=problem)


def _pieces(pixels: NDArray[np.uint8]) -> tuple[list[NDArray[np.uint8]], bool]:
    """The picture in pieces of bearable shape, along its longer side, and whether they are all of it."""
    along = 0 if pixels.shape[0] >= pixels.shape[1] else 1
    length, step = pixels.shape[along], int(pixels.shape[1 - along] * TALL)
    step = max(step, 2 * OVERLAP)
    if length <= step * 4 / 3:  # hardly longer: two pieces would cost double
        return [pixels], True
    starts = list(range(0, length - OVERLAP, step - OVERLAP))
    cut = [np.take(pixels, range(at, min(at + step, length)), axis=along) for at in starts[:MOST_PIECES]]
    return cut, len(starts) <= MOST_PIECES
