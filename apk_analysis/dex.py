"""DEX files as far as traits need them: strings, class names, and which strings and methods a class's code uses.

Bounded: every table is cut to what the file can hold. Format: source.android.com/docs/core/runtime/dex-format.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from apk_analysis.defects import Defect

INVOKES = frozenset({*range(0x6E, 0x73), *range(0x74, 0x79)})
CONST_STRING, CONST_STRING_JUMBO = 0x1A, 0x1B
LONGEST_STRING = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """What the code of one class refers to."""

    strings: frozenset[int]
    methods: frozenset[int]
    units: int
    """16-bit code units in all."""


class Dex:
    """An opened DEX file. Raises Defect when it is none."""

    def __init__(self, data: bytes) -> None:
        if len(data) < 0x70 or data[:4] != b"dex\n":
            raise Defect("malformed_dex", "no DEX header")
        self.data = data
        self._strings = self._table(0x38, 4)
        self._types = self._table(0x40, 4)
        self._methods = self._table(0x58, 8)
        self._classes = self._table(0x60, 32)

    def _table(self, at: int, width: int) -> range:
        """Offsets of a table's rows. Raises Defect when it does not lie inside the file."""
        count, start = struct.unpack_from("<LL", self.data, at)
        if count and start + count * width > len(self.data):
            raise Defect("malformed_dex", f"table of {count} rows at {start} reaches beyond the file")
        return range(start, start + count * width, width)

    def string(self, index: int) -> bytes:
        """MUTF-8 bytes; empty when there is no such string."""
        if index >= len(self._strings):
            return b""
        (at,) = struct.unpack_from("<L", self.data, self._strings[index])
        while at < len(self.data) and self.data[at] & 0x80:
            at += 1
        stop = self.data.find(b"\0", at + 1, at + 2 + LONGEST_STRING)
        return self.data[at + 1 : stop] if stop >= 0 else b""

    def type_name(self, index: int) -> bytes:
        """Descriptor: b'Lcom/example/Main;'."""
        if index >= len(self._types):
            return b""
        return self.string(struct.unpack_from("<L", self.data, self._types[index])[0])

    def classes(self) -> Iterator[tuple[bytes, bytes, int]]:
        """(descriptor, that of its superclass, offset of its class data or 0) of every class that is defined here."""
        for at in self._classes:
            index, parent, class_data = struct.unpack_from("<L4xL12xL", self.data, at)
            yield self.type_name(index), self.type_name(parent), class_data

    def methods(self, owners: frozenset[bytes], names: frozenset[bytes]) -> frozenset[int]:
        """Numbers of the methods of the classes `owners` that have one of `names`."""
        found = set()
        for number, at in enumerate(self._methods):
            class_index, name_index = struct.unpack_from("<H2xL", self.data, at)
            if self.string(name_index) in names and self.type_name(class_index) in owners:
                found.add(number)
        return frozenset(found)

    def uses(self, class_data: int) -> Uses:
        """What the code behind one class's data refers to; code that cannot be read is left out."""
        strings: set[int] = set()
        methods: set[int] = set()
        units = 0
        for offset in self._code_offsets(class_data) if class_data else ():
            if offset + 16 > len(self.data):
                continue
            (size,) = struct.unpack_from("<L", self.data, offset + 12)
            size = min(size, (len(self.data) - offset - 16) // 2)
            code = struct.unpack_from(f"<{size}H", self.data, offset + 16)
            units += size
            _collect(code, strings, methods)
        return Uses(strings=frozenset(strings), methods=frozenset(methods), units=units)

    def _code_offsets(self, at: int) -> Iterator[int]:
        try:
            counts = []
            for _ in range(4):
                value, at = self._uleb(at)
                counts.append(value)
            for _ in range(2 * (counts[0] + counts[1])):  # fields: index, flags
                _, at = self._uleb(at)
            for _ in range(counts[2] + counts[3]):
                _, at = self._uleb(at)
                _, at = self._uleb(at)
                offset, at = self._uleb(at)
                if offset:
                    yield offset
        except IndexError:
            return

    def _uleb(self, at: int) -> tuple[int, int]:
        value = 0
        for shift in range(0, 35, 7):
            byte = self.data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
        return value, at


def _collect(code: tuple[int, ...], strings: set[int], methods: set[int]) -> None:
    """Looks at every unit as if an instruction began there: never misses one, and a chance hit costs little."""
    for at, unit in enumerate(code[:-1]):
        opcode = unit & 0xFF
        if opcode in INVOKES:
            methods.add(code[at + 1])
        elif opcode == CONST_STRING:
            strings.add(code[at + 1])
        elif opcode == CONST_STRING_JUMBO and at + 2 < len(code):
            strings.add(code[at + 1] | code[at + 2] << 16)
