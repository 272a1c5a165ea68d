"""Files that people brought, beside the stores: papers and receipts. A backup has them, a restore puts them back.

Each lies under its own SHA-256 and never changes: what is there already is not copied again, and nothing is replaced.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from index.protocol import IndexUnavailable

FOLDERS = ("papers", "receipts")


def copy_kept(source: Path, target: Path) -> list[Path]:
    """Copies what `target` lacks, each file whole or not at all; the folders of `target` that hold files. Raises
    IndexUnavailable.
    """
    made = []
    try:
        for name in FOLDERS:
            for path in _files(source / name):
                made.append(target / name)
                _copy(path, target / name / path.relative_to(source / name))
    except OSError as error:
        raise IndexUnavailable(f"{target}: papers and receipts cannot be copied ({error.strerror or error})") from error
    return list(dict.fromkeys(made))


def _files(folder: Path) -> Iterator[Path]:
    """Regular files; no half-made ones, and nothing that a link leads to."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
            yield path


def _copy(path: Path, target: Path) -> None:
    if target.exists() and target.stat().st_size == path.stat().st_size:
        return
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".")
    try:
        with path.open("rb") as read, os.fdopen(handle, "wb") as written:
            shutil.copyfileobj(read, written)
            written.flush()
            os.fsync(written.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
