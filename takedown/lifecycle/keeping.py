"""Proofs that are kept: receipts as pictures, letters, mails. Copied under their SHA-256, readable by nobody else.

Only the kinds that offices and platforms send are taken, and a picture must be one: what cannot be opened later proves
nothing.
"""

from __future__ import annotations

import os
import stat
import tempfile
import warnings
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from index.messages import t
from index.plain import line
from takedown.notices import NoticeError

LARGEST = 50 << 20
"""Bytes of one file."""
PIXELS = 50_000_000
PICTURES = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WEBP",
    ".gif": "GIF",
    ".bmp": "BMP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
}
"""Ending -> format as Pillow calls it."""
PAPERS = {".pdf": b"%PDF-", ".ofd": b"PK\x03\x04", ".docx": b"PK\x03\x04", ".xlsx": b"PK\x03\x04"}
"""Ending -> how such a file begins."""
TEXTS = (".eml", ".txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One file in the folder of proofs."""

    name: str
    """As it was called where it came from."""
    sha256: str
    size: int
    path: Path


def keep(source: Path, folder: Path) -> Kept:
    """Copies the file to `folder` (made if missing). Raises NoticeError naming the file, and OSError of the folder."""
    data = _bytes(source)
    ending = source.suffix.lower()
    if ending in PICTURES:
        _picture(data, PICTURES[ending], source)
    elif not _paper(data, ending):
        kinds = " ".join(sorted((*PICTURES, *PAPERS, *TEXTS)))
        raise NoticeError(t("life.no_proof", path=line(source.name, 100), kinds=kinds))
    digest = sha256(data).hexdigest()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{digest}{ending}"
    if not path.exists():
        _write(data, path)
    return Kept(name=line(source.name, 100), sha256=digest, size=len(data), path=path)


def kept(digest: str, folder: Path) -> Path | None:
    """The file with this SHA-256, or None."""
    return next((path for path in folder.glob(f"{digest}.*")), None) if digest.isalnum() else None


def _bytes(source: Path) -> bytes:
    """All of a regular file; a pipe or device would never end."""
    try:
        with os.fdopen(os.open(source, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise NoticeError(t("life.no_file", path=line(source.name, 100)))
            data = file.read(LARGEST + 1)
    except OSError as error:
        reason = error.strerror or error
        raise NoticeError(t("mistake.unreadable", place=line(str(source), 200), reason=reason)) from error
    if len(data) > LARGEST:
        raise NoticeError(t("life.too_large", path=line(source.name, 100), megabytes=LARGEST >> 20))
    if not data:
        raise NoticeError(t("life.empty_file", path=line(source.name, 100)))
    return data


def _picture(data: bytes, kind: str, source: Path) -> None:
    """Raises NoticeError unless it is one of that kind, can be decoded to its end, and is of a sane size."""
    from io import BytesIO  # noqa: PLC0415 - with the library

    from PIL import Image  # noqa: PLC0415 - slow to load, and hardly ever needed

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a decompression bomb is a warning first
            with Image.open(BytesIO(data), formats=[kind]) as picture:
                sane = picture.width * picture.height <= PIXELS
                if sane:
                    picture.load()
    except Exception as error:  # whatever the library makes of hostile bytes: it could not be opened
        raise NoticeError(t("life.no_picture", path=line(source.name, 100), kind=kind)) from error
    if not sane:
        raise NoticeError(t("life.too_many_pixels", path=line(source.name, 100)))


def _paper(data: bytes, ending: str) -> bool:
    if ending in PAPERS:
        return data.startswith(PAPERS[ending])
    return ending in TEXTS and b"\0" not in data


def _write(data: bytes, path: Path) -> None:
    """In one step, and on the disk before it is named; mode 0600."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
