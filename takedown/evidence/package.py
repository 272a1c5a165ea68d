"""Writing a bundle: members as they are, front to back, each with headers that have one form only.

The headers come from `checking.zip_file`, which checks them: what is written and what is accepted cannot differ.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from index.messages import t
from takedown.evidence.checking.zip_file import MOST_MEMBERS, Row, directory

CHUNK = 1 << 20
LARGEST = (1 << 32) - 1
"""Bytes of a bundle at most: the plain form of a ZIP, which every program opens."""


class TooLargeError(ValueError):
    """More than one bundle can hold; the message says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A member as it was written."""

    name: str
    size: int
    sha256: str


class Package:
    """A ZIP file under way."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._rows: list[Row] = []
        self._end = 0

    def add(self, name: str, content: bytes | Path) -> Held:
        """Adds a member; a file is read twice, in pieces. Raises TooLargeError, OSError."""
        digest, crc, size = sha256(), 0, 0
        for chunk in _chunks(content):
            digest.update(chunk)
            crc, size = zlib.crc32(chunk, crc), size + len(chunk)
        row = Row(name.encode("ascii"), crc, size, self._end)
        header = row.header()
        if self._end + len(header) + size > LARGEST or len(self._rows) >= MOST_MEMBERS:
            raise TooLargeError(t("evidence.too_large", gb=LARGEST >> 30))
        self._out.write(header)
        for chunk in _chunks(content):
            self._out.write(chunk)
        self._rows.append(row)
        self._end += len(header) + size
        return Held(name=name, size=size, sha256=digest.hexdigest())

    def end(self) -> None:
        """Writes the directory. Raises TooLargeError, OSError."""
        behind = directory(self._rows, self._end)
        if self._end + len(behind) > LARGEST:
            raise TooLargeError(t("evidence.too_large", gb=LARGEST >> 30))
        self._out.write(behind)


def _chunks(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk
