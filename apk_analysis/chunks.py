"""Chunks and string pools, the two building blocks that binary XML and resources.arsc share."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from apk_analysis.defects import Defect

MOST_STRINGS = 1 << 20


def chunks(data: bytes, begin: int, stop: int) -> Iterator[tuple[int, int, int]]:
    """(type, begin, stop) of the chunks between two offsets. A chunk that cannot be ends the walk, as on Android."""
    while begin + 8 <= stop:
        kind, header, size = struct.unpack_from("<HHL", data, begin)
        if size < 8 or header > size or begin + size > stop:
            return
        yield kind, begin, begin + size
        begin += size


@dataclass(frozen=True, slots=True)
class Pool:
    """A string pool; strings are decoded when asked for."""

    data: bytes
    offsets: tuple[int, ...]
    """Absolute."""
    utf8: bool

    def get(self, index: int) -> str | None:
        """None when there is no such string, or when it lies outside."""
        if not 0 <= index < len(self.offsets):
            return None
        at = self.offsets[index]
        try:
            return self._utf8(at) if self.utf8 else self._utf16(at)
        except (struct.error, IndexError):
            return None

    def _utf8(self, at: int) -> str:
        at += 2 if self.data[at] & 0x80 else 1
        size = self.data[at]
        at += 1
        if size & 0x80:
            size = (size & 0x7F) << 8 | self.data[at]
            at += 1
        return self.data[at : at + size].decode("utf-8", "replace")

    def _utf16(self, at: int) -> str:
        (size,) = struct.unpack_from("<H", self.data, at)
        at += 2
        if size & 0x8000:
            size = (size & 0x7FFF) << 16 | struct.unpack_from("<H", self.data, at)[0]
            at += 2
        return self.data[at : at + size * 2].decode("utf-16-le", "replace")


def read_pool(data: bytes, begin: int, stop: int) -> Pool:
    """The pool of one chunk; declared counts are cut to what the chunk can hold. Raises Defect."""
    try:
        (header, count, flags, start) = struct.unpack_from("<2xH4xL4xLL", data, begin)
        room = (stop - begin - header) // 4
        offsets = struct.unpack_from(f"<{max(0, min(count, room, MOST_STRINGS))}L", data, begin + header)
    except struct.error as error:
        raise Defect("malformed_strings", str(error)) from error
    return Pool(data, tuple(begin + start + offset for offset in offsets), bool(flags & 0x100))
