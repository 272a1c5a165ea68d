"""Tiny DEX files for tests: classes whose code calls methods and holds strings."""

import hashlib
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
Uses = Sequence[tuple[str, str] | str | bytes]
"""What a method does: (owner, method) is a call, a text is a constant, bytes are instructions as they stand."""


def dex(
    classes: Mapping[str, Uses],
    parents: dict[str, str] | None = None,
    values: Mapping[str, Sequence[str]] | None = None,
    notes: Mapping[str, Sequence[str]] | None = None,
) -> bytes:
    """Class descriptor -> what its one method does.

    `values`: class -> first values of its static fields; `notes`: class -> the values of one annotation.
    """
    calls = sorted({use for uses in classes.values() for use in uses if isinstance(use, tuple)})
    parents = parents or {}
    types = _Rows(sorted({*classes, *parents.values(), *(owner for owner, _ in calls)}))
    texts = {use for uses in classes.values() for use in uses if isinstance(use, str)}
    held = {text for listed in ((values or {}), (notes or {})) for found in listed.values() for text in found}
    strings = _Rows(sorted({*types, *texts, *held, *(name for _, name in calls), "run"}))
    methods = _Rows([*calls, *((name, "run") for name in classes)])
    head = 0x70
    ids = head + 4 * len(strings) + 4 * len(types)
    method_at, class_at = ids, ids + 8 * len(methods)
    at = class_at + 32 * len(classes)
    blob, string_offsets, class_offsets = bytearray(), [], []
    for text in strings:
        string_offsets.append(at + len(blob))
        blob += bytes([min(len(text), 127)]) + text.encode() + b"\0"
    for name, uses in classes.items():
        code = bytearray()
        for use in uses:
            if isinstance(use, bytes):
                code += use
            elif isinstance(use, tuple):
                code += struct.pack("<HHH", 0x106E, methods.index(use), 0)
            else:
                code += struct.pack("<HH", 0x001A, strings.index(use))
        code += struct.pack("<H", 0x000E)
        blob += bytes(-(at + len(blob)) % 4)
        code_at = at + len(blob)
        blob += struct.pack("<HHHHLL", 2, 1, 1, 0, 0, len(code) // 2) + code
        class_offsets.append(at + len(blob))
        blob += bytes([0, 0, 0, 1]) + _uleb(methods.index((name, "run"))) + _uleb(1) + _uleb(code_at)

    def stored(content: bytes) -> int:
        nonlocal blob
        blob += bytes(-(at + len(blob)) % 4)
        place = at + len(blob)
        blob += content
        return place

    def array(found: Sequence[str]) -> bytes:
        return _uleb(len(found)) + b"".join(struct.pack("<BH", 0x37, strings.index(text)) for text in found)

    value_offsets = {name: stored(array(found)) for name, found in (values or {}).items()}
    note_offsets = {}
    for name, found in (notes or {}).items():  # visible at run time, of the first type, one element: an array
        item = stored(b"\x01\0\x01" + _uleb(strings.index("run")) + b"\x1c" + array(found))
        note_offsets[name] = stored(struct.pack("<4L", stored(struct.pack("<LL", 1, item)), 0, 0, 0))
    tables = b"".join(struct.pack("<L", offset) for offset in string_offsets)
    tables += b"".join(struct.pack("<L", strings.index(name)) for name in types)
    tables += b"".join(struct.pack("<HHL", types.index(owner), 0, strings.index(name)) for owner, name in methods)
    for name, offset in zip(classes, class_offsets, strict=True):
        parent = types.index(parents[name]) if name in parents else 0xFFFFFFFF
        noted, valued = note_offsets.get(name, 0), value_offsets.get(name, 0)
        tables += struct.pack("<8L", types.index(name), 1, parent, 0, 0xFFFFFFFF, noted, offset, valued)
    header = bytearray(b"dex\n035\0" + bytes(head - 8))
    struct.pack_into("<LL", header, 0x38, len(strings), head)
    struct.pack_into("<LL", header, 0x40, len(types), head + 4 * len(strings))
    struct.pack_into("<LL", header, 0x58, len(methods), method_at)
    struct.pack_into("<LL", header, 0x60, len(classes), class_at)
    return sealed(bytes(header) + tables + blob)


class _Rows(list[T], Generic[T]):
    """A table that knows where each of its rows stands."""

    def __init__(self, rows: Iterable[T]) -> None:
        super().__init__(rows)
        self._places = {row: place for place, row in enumerate(self)}

    def index(self, row: T) -> int:
        return self._places[row]


def sealed(content: bytes) -> bytes:
    """`content` with size, byte order, SHA-1 and checksum in its header as they should be."""
    file = bytearray(content)
    struct.pack_into("<LLL", file, 0x20, len(file), 0x70, 0x12345678)
    file[12:32] = hashlib.sha1(file[32:]).digest()
    struct.pack_into("<L", file, 8, zlib.adler32(file[12:]))
    return bytes(file)


def _uleb(value: int) -> bytes:
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])
