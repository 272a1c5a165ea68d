"""resources.arsc: the values of one resource in every configuration, which apk-info does not give.

Bounded: only chunks of the wanted type are looked at, only the wanted entry is read, references end after a few steps.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from apk_analysis.chunks import Pool, chunks, read_pool
from apk_analysis.defects import Defect

STRING, REFERENCE = 0x03, 0x01
DEEPEST = 8
MOST_VALUES = 2_000
SPARSE, OFFSET16 = 0x01, 0x02
COMPLEX, COMPACT = 0x0001, 0x0008


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a resource, in one configuration."""

    locale: str
    """'' for the default, else 'zh', 'zh-CN', 'zh-Hant-TW'."""
    density: int
    """Dots per inch; 0 when the configuration does not say, 65534 for 'any'."""
    text: str


class Resources:
    """An opened resource table. Raises Defect when it is none."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        if len(data) < 12 or struct.unpack_from("<H", data)[0] != 0x0002:
            raise Defect("malformed_resources", "no resource table")
        self._strings = Pool(b"", (), utf8=True)
        self._types: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for kind, begin, stop in chunks(data, struct.unpack_from("<H", data, 2)[0], len(data)):
            if kind == 0x0001:
                self._strings = read_pool(data, begin, stop)
            elif kind == 0x0200:
                self._read_package(begin, stop)

    def _read_package(self, begin: int, stop: int) -> None:
        header, package = struct.unpack_from("<2xH4xL", self._data, begin)
        for kind, start, end in chunks(self._data, begin + header, stop):
            if kind == 0x0201 and end - start >= 28:
                self._types.setdefault((package, self._data[start + 8]), []).append((start, end))

    def values(self, resource: int) -> list[Value]:
        """Its strings in file order, references followed. A table that breaks off gives what was readable."""
        found: list[Value] = []
        try:
            self._follow(resource, ("", 0), found, DEEPEST)
        except (struct.error, IndexError):
            return found
        return found

    def _follow(self, resource: int, inherited: tuple[str, int], found: list[Value], depth: int) -> None:
        for locale, density, kind, number in self._entries(resource):
            place = (locale or inherited[0], density or inherited[1])
            if len(found) >= MOST_VALUES:
                return
            if kind == STRING:
                text = self._strings.get(number)
                if text is not None:
                    found.append(Value(*place, text))
            elif kind == REFERENCE and depth and number != resource:
                self._follow(number, place, found, depth - 1)

    def _entries(self, resource: int) -> Iterator[tuple[str, int, int, int]]:
        """(locale, density, type of value, value) in every configuration that has the resource."""
        for begin, stop in self._types.get((resource >> 24, resource >> 16 & 0xFF), ()):
            at = self._entry_offset(begin, resource & 0xFFFF)
            if at is None or at + 16 > stop:
                continue
            size, flags, key = struct.unpack_from("<HHL", self._data, at)
            if flags & COMPACT:
                kind, number = flags >> 8, key
            elif flags & COMPLEX or size < 8:
                continue
            else:
                kind, number = struct.unpack_from("<3xBL", self._data, at + size)
            yield *_configuration(self._data, begin + 20), kind, number

    def _entry_offset(self, begin: int, index: int) -> int | None:
        header, flags, count, start = struct.unpack_from("<2xH5xB2xLL", self._data, begin)
        table = begin + header
        if flags & SPARSE:
            return self._sparse_offset(table, begin + start, index, count)
        if index >= count:
            return None
        if flags & OFFSET16:
            (offset,) = struct.unpack_from("<H", self._data, table + index * 2)
            return None if offset == 0xFFFF else begin + start + offset * 4
        (offset,) = struct.unpack_from("<L", self._data, table + index * 4)
        return None if offset == 0xFFFFFFFF else begin + start + int(offset)

    def _sparse_offset(self, table: int, start: int, index: int, count: int) -> int | None:
        for at in range(table, min(table + count * 4, len(self._data) - 3), 4):
            number, offset = struct.unpack_from("<HH", self._data, at)
            if number == index:
                return start + int(offset) * 4
        return None


def _configuration(data: bytes, at: int) -> tuple[str, int]:
    size, language, region, density = struct.unpack_from("<L4x2s2s2xH", data, at)
    script = data[at + 36 : at + 40].rstrip(b"\0") if size >= 40 else b""
    parts = [_letters(language, "a"), script.decode("ascii", "replace"), _letters(region, "0")]
    return "-".join(part for part in parts if part), density


def _letters(packed: bytes, base: str) -> str:
    """Two letters, or three packed into five bits each (then the first bit is set)."""
    if packed[0] & 0x80:
        first, second, third = packed[1] & 0x1F, packed[1] >> 5 | (packed[0] & 3) << 3, packed[0] >> 2 & 0x1F
        return "".join(chr(ord(base) + number) for number in (first, second, third))
    return packed.rstrip(b"\0").decode("ascii", "replace")
