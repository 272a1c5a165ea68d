"""The header of a DEX file: which format it is, where its tables lie, what it claims about itself.

Format: source.android.com/docs/core/runtime/dex-format.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from isal import isal_zlib

from apk_analysis.defects import Defect

SIZE = 0x70
VERSIONS = frozenset({b"035\0", b"036\0", b"037\0", b"038\0", b"039\0", b"040\0", b"041\0"})
CONTAINER = b"041\0"
"""From this version on several DEX files may share one file; all offsets count from its beginning."""
FOREIGN = {b"cdex": "cdex", b"dey\n": "odex", b"vdex": "vdex"}
"""Magic bytes of what Android makes of DEX files on the device: never part of a package."""
LITTLE_ENDIAN, BIG_ENDIAN = 0x12345678, 0x78563412
MOST_MEMBERS = 65_536
"""Rows of a table of types, methods or classes: the format numbers them with 16 bits."""
MOST_STRINGS = 1 << 21
"""Far beyond any compiler's output; bounds memory."""
MOST_DEXES = 100
"""Of one container."""

Note = Callable[[str, str], None]
"""Takes a problem's kind and detail."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that lie inside the file: offset of the first one, and how many."""

    start: int
    count: int


@dataclass(frozen=True, slots=True)
class Header:
    """Where the tables of a DEX file are."""

    strings: Table
    types: Table
    protos: Table
    methods: Table
    classes: Table


def read_header(data: bytes, at: int, note: Note) -> Header:
    """The header at offset `at`. Raises Defect when there is none; smaller defects go to `note`."""
    magic = data[at : at + 4]
    if magic in FOREIGN:
        raise Defect("not_a_dex", FOREIGN[magic])
    if magic != b"dex\n" or len(data) < at + SIZE:
        raise Defect("malformed_dex", "no DEX header")
    version = data[at + 4 : at + 8]
    if version not in VERSIONS:
        note("dex_version", repr(version)[2:-1])
    (order,) = struct.unpack_from("<L", data, at + 0x28)
    if order == BIG_ENDIAN:
        raise Defect("malformed_dex", "big-endian byte order")
    if order != LITTLE_ENDIAN:
        note("malformed_dex", f"unknown byte order {order:#010x}")
    _check_sums(data, at, version, note)

    def table(name: str, place: int, width: int, most: int) -> Table:
        return _table(data, at + place, width, most, lambda kind, detail: note(kind, f"{name}: {detail}"))

    return Header(
        strings=table("string_ids", 0x38, 4, MOST_STRINGS),
        types=table("type_ids", 0x40, 4, MOST_MEMBERS),
        protos=table("proto_ids", 0x48, 12, MOST_MEMBERS),
        methods=table("method_ids", 0x58, 8, MOST_MEMBERS),
        classes=table("class_defs", 0x60, 32, MOST_MEMBERS),
    )


def header_offsets(data: bytes) -> Iterator[int]:
    """Where the headers of a container begin; only 0 for a plain DEX file."""
    at, seen = 0, 0
    while seen < MOST_DEXES:
        yield at
        seen += 1
        if data[at + 4 : at + 8] != CONTAINER or len(data) < at + SIZE:
            return
        (size,) = struct.unpack_from("<L", data, at + 0x20)
        at += size
        if size < SIZE or data[at : at + 4] != b"dex\n":
            return


def _table(data: bytes, place: int, width: int, most: int, note: Note) -> Table:
    """The table whose size and offset stand at `place`, cut to what the file can hold."""
    count, start = struct.unpack_from("<LL", data, place)
    fitting = max(0, len(data) - start) // width
    if count > fitting:
        note("malformed_dex", f"{count} rows at {start} reach beyond the file, {fitting} are there")
    if min(count, fitting) > most:
        note("dex_limit", f"{min(count, fitting)} rows, the first {most} are read")
    return Table(start, min(count, fitting, most))


def _check_sums(data: bytes, at: int, version: bytes, note: Note) -> None:
    """Compares size and checksum with what the header says.

    The SHA-1 beside them is not looked at: Android never does, and real build tools leave old ones behind.
    """
    checksum, size = struct.unpack_from("<L20xL", data, at + 8)
    there = len(data) - at
    if size > there:
        note("truncated_dex", f"{there} bytes of {size}")
        return
    if size < SIZE or (size < there and version != CONTAINER):
        note("lying_size", f"{there} bytes, the header says {size}")
    found = isal_zlib.adler32(memoryview(data)[at + 12 : at + (size if size >= SIZE else there)])
    if found != checksum:
        note("dex_checksum", f"{found:#010x}, the header says {checksum:#010x}")
