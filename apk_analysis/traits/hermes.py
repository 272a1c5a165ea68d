"""The strings of Hermes bytecode, which React Native puts in place of JavaScript.

Behind a header of 128 bytes follow, each aligned to four bytes: function headers, kinds of strings, hashes of
identifiers, the string table (one bit "is UTF-16", 23 bits offset, 8 bits length), a table for longer strings, and the
storage, in which strings lie without anything between them and may overlap.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

MAGIC = bytes.fromhex("c61fbc03c103191f")
HEADER, FUNCTION, LONG = 128, 16, 0xFF
MOST_STRINGS, MOST_BYTES, MOST_TIMES = 1 << 20, 64 << 20, 4
"""Strings, and bytes of them all: also no more than MOST_TIMES the file, however often they overlap."""


def strings(data: bytes) -> bytes:
    """All strings as UTF-8, each on a line of its own; the file as it is when its tables cannot be right."""
    try:
        table, storage = _tables(data)
    except (struct.error, ValueError):
        return data
    sizes = np.cumsum(table[:, 2] * (1 + table[:, 0]) + 1)
    fitting = np.searchsorted(sizes, min(MOST_BYTES, MOST_TIMES * len(data)))
    out = []
    for wide, offset, length in table[:fitting].tolist():
        raw = storage[offset : offset + length * (2 if wide else 1)]
        out.append(raw.decode("utf-16-le", "replace").encode() if wide else raw)
    return b"\n".join(out) if out else data


def _tables(data: bytes) -> tuple[NDArray[np.int64], bytes]:
    """(is UTF-16, offset, length) of every string, and the storage."""
    functions, kinds, identifiers, count, longer, size = struct.unpack_from("<6L", data, 40)
    at = HEADER + functions * FUNCTION + kinds * 4 + identifiers * 4
    count = min(count, MOST_STRINGS)
    small = np.frombuffer(data, "<u4", count, at).astype(np.int64)
    large = np.frombuffer(data, "<u4", 2 * longer, at + count * 4).astype(np.int64).reshape(-1, 2)
    begin = at + count * 4 + longer * 8
    table = np.stack([small & 1, small >> 1 & 0x7FFFFF, small >> 24], axis=1)
    long = np.flatnonzero(table[:, 2] == LONG)
    if len(long):
        table[long, 1:] = large[np.minimum(table[long, 1], len(large) - 1)]
    return table, data[begin : begin + size]
