"""The string table of a DEX file."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apk_analysis.compiled import compiled

SCANNED = 4
"""Bytes looked at, as a multiple of the file: strings that overlap on purpose cost no more than this."""


class Strings:
    """All strings, as MUTF-8 bytes. An index outside the table gives b''."""

    def __init__(self, data: bytes, view: NDArray[np.uint8], offsets: NDArray[np.uint32]) -> None:
        """`view`: uint8, read-only, of `data`. `offsets`: uint32, where each string's length stands."""
        count = len(offsets)
        self.starts = np.zeros(count + 1, np.int64)
        """Of the first byte, in the file; the last row is an empty string that stands for every wrong index."""
        self.lengths = np.zeros(count + 1, np.int32)
        """In bytes."""
        self.malformed, self.unread = locate(view, offsets, self.starts, self.lengths)
        """Strings without end, and those that were not looked at because others overlap too much."""
        self._data = data

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, index: int) -> bytes:
        if not 0 <= index < len(self):
            return b""
        start = int(self.starts[index])
        return self._data[start : start + int(self.lengths[index])]


@compiled
def locate(
    data: NDArray[np.uint8], offsets: NDArray[np.uint32], starts: NDArray[np.int64], lengths: NDArray[np.int32]
) -> tuple[int, int]:
    """Fills `starts` and `lengths`, which hold zeros. Returns how many strings are malformed, and how many unread."""
    size = len(data)
    left = np.int64(SCANNED * size)
    malformed = 0
    for index in range(len(offsets)):
        begin = np.int64(offsets[index])
        at = begin
        while at < size and data[at] >= 0x80 and at < begin + 4:  # the length in UTF-16 units, which may lie
            at += 1
        at += 1
        start = at
        while at < size and data[at] != 0:
            at += 1
        if at >= size:
            malformed += 1
        else:
            starts[index] = start
            lengths[index] = at - start
        left -= max(at - begin, np.int64(0))
        if left < 0:
            return malformed, len(offsets) - index - 1
    return malformed, 0
