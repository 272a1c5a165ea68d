"""resources.arsc: the values of one resource in every configuration.

Only the wanted entries are read: opening a table of tens of megabytes costs a walk over its chunks. Bounded: chunks,
entries looked at, steps of references.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from apk_analysis.axml import DYNAMIC_REFERENCE, REFERENCE, STRING
from apk_analysis.chunks import Pool, chunks, read_pool
from apk_analysis.configuration import Configuration, read_configuration
from apk_analysis.defects import Defect

DEEPEST = 8
MOST_VALUES = 2_000
MOST_CHUNKS, MOST_STEPS = 100_000, 500_000
"""Type chunks of a table, and entries that are looked at in all: a few seconds at most."""
SPARSE, OFFSET16 = 0x01, 0x02
COMPLEX, COMPACT = 0x0001, 0x0008
_TYPE = struct.Struct("<2xH5xB2xLL")
_ENTRY = struct.Struct("<HHL")
_VALUE = struct.Struct("<3xBL")
_NAMED_VALUE = struct.Struct("<LHxBL")


Style = tuple[int, dict[int, tuple[int, int]]]
"""The style that it inherits from (0 for none), and its own values (kind, number) by attribute id."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a resource, in one configuration."""

    configuration: Configuration
    kind: int
    number: int
    text: str | None
    """Of a string; None for other kinds."""

    @property
    def rank(self) -> tuple[int, int, bool, int]:
        """Smaller is closer to a plain device: no language, no further qualifiers, by day, the newest Android."""
        place = self.configuration
        language = 0 if not place.locale else 1 if place.locale.partition("-")[0] == "en" else 2
        return language, place.others, place.night, -place.sdk


class Resources:
    """An opened resource table. Raises Defect when it is none."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        if len(data) < 12 or struct.unpack_from("<H", data)[0] != 0x0002:
            raise Defect("malformed_resources", "no resource table")
        self._left = MOST_STEPS
        self._strings = Pool(b"")
        self._types: dict[int, list[tuple[int, int]]] = {}
        self._aliases: dict[int, int] = {}
        self._packages: list[int] = []
        self._chunks = 0
        for kind, begin, stop in chunks(data, struct.unpack_from("<H", data, 2)[0], len(data)):
            if kind == 0x0001 and not self._strings:
                self._strings = read_pool(data, begin, stop)
            elif kind == 0x0200:
                self._read_package(begin, stop)

    def values(self, resource: int) -> list[Value]:
        """Its simple values in file order, references followed."""
        return self._follow(resource, DEEPEST)[:MOST_VALUES]

    def default(self, resource: int) -> Value | None:
        """What a plain device shows."""
        return min(self.values(resource), key=lambda value: value.rank, default=None)

    def bag(self, resource: int) -> Style:
        """A style; an empty one when there is none."""
        for _, at, stop in self._entries(resource):
            if struct.unpack_from("<H", self._data, at + 2)[0] & COMPLEX and at + 16 <= stop:
                return self._read_bag(at, stop)
        return 0, {}

    @cached_property
    def own_package(self) -> int:
        """Number of the first package, usually 0x7f; references of shared libraries to themselves say 0."""
        return self._packages[0] if self._packages else 0x7F

    def _read_package(self, begin: int, stop: int) -> None:
        try:
            header, package = struct.unpack_from("<2xH4xL", self._data, begin)
            moved = struct.unpack_from("<L", self._data, begin + 284)[0] if header >= 288 else 0
        except struct.error as error:
            raise Defect("malformed_resources", str(error)) from error
        self._packages.append(package)
        for kind, start, end in chunks(self._data, begin + header, stop):
            self._chunks += 1
            if self._chunks > MOST_CHUNKS:
                return
            if kind == 0x0201 and end - start >= 56:
                key = (package << 8 | (self._data[start + 8] + moved) & 0xFF) & 0xFFFF
                self._types.setdefault(key, []).append((start, end))
            elif kind == 0x0206 and end - start >= 12:
                self._read_aliases(start, end)

    def _read_aliases(self, start: int, end: int) -> None:
        """Ids of a preview of Android that were given other numbers in the end."""
        header, count = struct.unpack_from("<2xH4xL", self._data, start)
        for at in range(start + header, min(start + header + 8 * count, end - 7), 8):
            if len(self._aliases) < MOST_CHUNKS:
                staged, final = struct.unpack_from("<LL", self._data, at)
                self._aliases.setdefault(staged, final)

    def _follow(self, resource: int, depth: int) -> list[Value]:
        found: list[Value] = []
        for place, at, stop in self._entries(resource):
            simple = self._simple(at, stop)
            if simple is None or len(found) >= MOST_VALUES:
                continue
            kind, number = simple
            if kind in {REFERENCE, DYNAMIC_REFERENCE}:
                if depth and number not in {0, resource}:
                    inner = _meant_for(place.locale, self._follow(number, depth - 1))
                    found += [replace(value, configuration=value.configuration.within(place)) for value in inner]
            elif kind != STRING:
                found.append(Value(place, kind, number, None))
            elif (text := self._strings.get(number)) is not None:
                found.append(Value(place, kind, number, text))
        return found

    def _simple(self, at: int, stop: int) -> tuple[int, int] | None:
        """(kind, number) of an entry that is no bag."""
        size, flags, key = _ENTRY.unpack_from(self._data, at)
        if flags & COMPACT:
            return flags >> 8, key
        if flags & COMPLEX or size < 8 or at + size + 8 > stop:
            return None
        kind, number = _VALUE.unpack_from(self._data, at + size)
        return kind, number

    def _read_bag(self, at: int, stop: int) -> Style:
        size, parent, count = struct.unpack_from("<H6xLL", self._data, at)
        found: dict[int, tuple[int, int]] = {}
        for place in range(at + size, min(at + size + 12 * count, stop - 11), 12):
            name, _, kind, number = _NAMED_VALUE.unpack_from(self._data, place)
            found.setdefault(name, (kind, number))
            if len(found) >= MOST_VALUES:
                break
        return parent, found

    def _entries(self, resource: int) -> Iterator[tuple[Configuration, int, int]]:
        """(configuration, offset of the entry, where its chunk ends) wherever the resource has a value."""
        resource = self._aliases.get(resource, resource)
        package = resource >> 24 or self.own_package
        for begin, stop in self._types.get((package << 8 | resource >> 16 & 0xFF) & 0xFFFF, ()):
            self._left -= 1
            if self._left < 0:
                return
            at = self._entry_offset(begin, stop, resource & 0xFFFF)
            if at is not None and at + 8 <= stop:
                yield read_configuration(self._data, begin + 20), at, stop

    def _entry_offset(self, begin: int, stop: int, index: int) -> int | None:
        header, flags, count, start = _TYPE.unpack_from(self._data, begin)
        table = begin + header
        if flags & SPARSE:
            return self._sparse_offset(table, min(count, (stop - table) // 4), begin + start, index)
        if index >= min(count, (stop - table) // (2 if flags & OFFSET16 else 4)):
            return None
        if flags & OFFSET16:
            (offset,) = struct.unpack_from("<H", self._data, table + index * 2)
            return None if offset == 0xFFFF else begin + start + offset * 4
        (offset,) = struct.unpack_from("<L", self._data, table + index * 4)
        return None if offset == 0xFFFFFFFF else begin + start + int(offset)

    def _sparse_offset(self, table: int, count: int, start: int, index: int) -> int | None:
        """Sparse tables are sorted by entry number, and Android relies on it too."""

        def number(place: int) -> int:
            return int(struct.unpack_from("<H", self._data, table + place * 4)[0])

        place = bisect_left(range(max(count, 0)), index, key=number)
        if place >= count or number(place) != index:
            return None
        return start + int(struct.unpack_from("<H", self._data, table + place * 4 + 2)[0]) * 4


def _meant_for(locale: str, found: list[Value]) -> list[Value]:
    """Of the values behind a reference, those that a device of that language shows."""
    language = locale.partition("-")[0]
    if not language:
        return found
    exact = [value for value in found if value.configuration.locale.partition("-")[0] == language]
    return exact or [value for value in found if not value.configuration.locale]
