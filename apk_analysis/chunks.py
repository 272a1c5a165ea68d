"""Chunks and string pools, the two building blocks that binary XML and resources.arsc share."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from apk_analysis.defects import Defect

MOST_STRINGS = 1 << 20
LONGEST_STRING = 1 << 16
"""Characters; a longer string is cut."""
MOST_CHARACTERS = 16 << 20
"""Of all strings of one pool that were asked for: thousands of entries may name the same bytes."""


def chunks(data: bytes, begin: int, stop: int) -> Iterator[tuple[int, int, int]]:
    """(type, begin, stop) of the chunks between two offsets. A chunk that cannot be ends the walk, as on Android."""
    while begin + 8 <= stop:
        kind, header, size = struct.unpack_from("<HHL", data, begin)
        if size < 8 or header > size or begin + size > stop:
            return
        yield kind, begin, begin + size
        begin += size


class Pool:
    """A string pool; strings are decoded when asked for, and kept."""

    def __init__(self, data: bytes, offsets: int = 0, count: int = 0, strings: int = 0, *, utf8: bool = True) -> None:
        """`offsets`: where the `count` 32-bit offsets lie. `strings`: where the first string lies."""
        self._data = data
        self._offsets = offsets
        self._count = count
        self._strings = strings
        self._utf8 = utf8
        self._known: dict[int, str | None] = {}
        self._left = MOST_CHARACTERS

    def __len__(self) -> int:
        return self._count

    def get(self, index: int) -> str | None:
        """None when there is no such string, when it lies outside, or when too much was asked for."""
        try:
            return self._known[index]
        except KeyError:
            pass
        text = self._read(index) if 0 <= index < self._count and self._left > 0 else None
        self._left -= len(text or "")
        self._known[index] = text
        return text

    def _read(self, index: int) -> str | None:
        at = self._strings + int(struct.unpack_from("<L", self._data, self._offsets + 4 * index)[0])
        try:
            return self._read_utf8(at) if self._utf8 else self._read_utf16(at)
        except (struct.error, IndexError):
            return None

    def _read_utf8(self, at: int) -> str:
        at += 2 if self._data[at] & 0x80 else 1
        size = self._data[at]
        at += 1
        if size & 0x80:
            size = (size & 0x7F) << 8 | self._data[at]
            at += 1
        return _decoded(self._data[at : at + size])

    def _read_utf16(self, at: int) -> str:
        (size,) = struct.unpack_from("<H", self._data, at)
        at += 2
        if size & 0x8000:
            size = (size & 0x7FFF) << 16 | int(struct.unpack_from("<H", self._data, at)[0])
            at += 2
        return self._data[at : at + min(size, LONGEST_STRING) * 2].decode("utf-16-le", "replace")


def _decoded(raw: bytes) -> str:
    """UTF-8, also with surrogates written one by one, as Java does; what is neither becomes replacement characters."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace")


def read_pool(data: bytes, begin: int, stop: int) -> Pool:
    """The pool of one chunk; declared counts are cut to what the chunk can hold. Raises Defect."""
    try:
        (header, count, flags, start) = struct.unpack_from("<2xH4xL4xLL", data, begin)
    except struct.error as error:
        raise Defect("malformed_strings", str(error)) from error
    room = (min(stop, len(data)) - begin - header) // 4
    count = max(0, min(count, room, MOST_STRINGS))
    return Pool(data, begin + header, count, begin + start, utf8=bool(flags & 0x100))
