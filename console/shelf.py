"""Samples that a command analyses are kept in the index, and the same bytes are not analysed a second time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apk_analysis.fingerprint import ANALYSER_VERSION, Fingerprint
from console.terminal import home, remark
from index.home import HomeError
from index.messages import t
from index.open import open_index
from index.protocol import Index, IndexUnavailable
from index.settings import load_settings
from index.times import utc


class Shelf:
    """What is known of samples; knows and keeps nothing without an index."""

    def __init__(self, index: Index | None) -> None:
        self._index = index

    def known(self, path: Path) -> Fingerprint | None:
        """The stored fingerprint of the bytes at `path`, by this version of the analysis. Raises OSError."""
        if self._index is None or not path.is_file():
            return None
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return self._index.sample(sha256, ANALYSER_VERSION)

    def keep(self, fingerprint: Fingerprint) -> None:
        """Stores it at once, so that an interrupted command goes on where it was."""
        if self._index is not None:
            self._index.put_sample(fingerprint, at=utc())


@contextmanager
def shelf() -> Iterator[Shelf]:
    """The shelf of the home; without a home that can be written, a remark and a shelf that keeps nothing."""
    place = home()
    try:
        index = open_index(place.prepare(), load_settings().index)
    except (HomeError, IndexUnavailable) as error:
        remark(t("cli.scan.not_kept", reason=error))
        yield Shelf(None)
        return
    try:
        yield Shelf(index)
    finally:
        index.close()
