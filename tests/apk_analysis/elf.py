"""Tiny 64-bit ELF shared objects for tests: dynamic table, symbols, build id; no sections."""

import struct
from collections.abc import Sequence

BUILD_ID = bytes(range(20))


def shared_object(
    exports: Sequence[str] = (),
    imports: Sequence[str] = (),
    *,
    needed: Sequence[str] = ("libc.so",),
    soname: str = "libdemo.so",
    repeat: int = 0,
    gnu: bool = False,
) -> bytes:
    """`repeat`: further symbols, all with the name of the first export. `gnu`: counted by the newer hash table."""
    strings, at = b"\0", dict[str, int]()
    for text in dict.fromkeys([*exports, *imports, *needed, soname]):
        at[text] = len(strings)
        strings += text.encode() + b"\0"
    symbols = bytes(24)
    symbols += b"".join(struct.pack("<LBBHQQ", at[name], 0x12, 0, 0, 0, 0) for name in imports)
    symbols += b"".join(struct.pack("<LBBHQQ", at[name], 0x12, 0, 1, 0x1000, 4) for name in exports)
    symbols += struct.pack("<LBBHQQ", 1, 0x12, 0, 1, 0x1000, 4) * repeat
    count, first = len(symbols) // 24, 1 + len(imports)
    if gnu:
        chain = b"".join(struct.pack("<L", number == count - 1) for number in range(first, count))
        table = struct.pack("<LLLLQL", 1, first, 1, 0, 0, first) + chain
    else:
        table = struct.pack("<LLL", 1, count, 0) + bytes(4 * count)
    note = struct.pack("<LLL", 4, len(BUILD_ID), 3) + b"GNU\0" + BUILD_ID
    places, end = [], 64 + 3 * 56
    for part in (note, symbols, strings, table):
        places.append(end)
        end += -(-len(part) // 8) * 8
    tags = [(1, at[name]) for name in needed]
    tags += [(14, at[soname]), (5, places[2]), (10, len(strings)), (6, places[1]), (11, 24)]
    tags += [(0x6FFFFEF5 if gnu else 4, places[3]), (0, 0)]
    dynamic = b"".join(struct.pack("<QQ", *tag) for tag in tags)
    total = end + len(dynamic)
    out = bytearray(total)
    header = struct.pack("<HHLQQQLHHHHHH", 3, 183, 1, 0, 64, 0, 0, 64, 56, 3, 64, 0, 0)
    segments = [(1, 0, total), (2, end, len(dynamic)), (4, places[0], len(note))]
    rows = [struct.pack("<LLQQQQQQ", kind, 4, start, start, start, size, size, 8) for kind, start, size in segments]
    parts = [(0, b"\x7fELF\2\1\1" + bytes(9) + header), (64, b"".join(rows)), (end, dynamic)]
    parts += list(zip(places, (note, symbols, strings, table), strict=True))
    for place, part in parts:
        out[place : place + len(part)] = part
    return bytes(out)
