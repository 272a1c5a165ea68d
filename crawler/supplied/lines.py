"""Lines of JSON files, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from index.reading import ReadError

LONGEST_LINE = 8 * 1024 * 1024
"""Bytes; a page's text is far shorter, and a line has to fit into memory."""


def lines(source: BinaryIO, name: str) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each line that is not blank, without byte order mark. Raises ReadError for an endless one."""
    number = 0
    while line := source.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise ReadError(f"{name}:{number}: the line is longer than {LONGEST_LINE // 2**20} MB")
        line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if line.strip():
            yield number, line
