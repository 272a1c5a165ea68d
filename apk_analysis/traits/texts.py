"""Which bytes of an entry can hold text, and where strings begin among them."""

from __future__ import annotations

import struct

import numpy as np

from apk_analysis.traits.automaton import Ints
from apk_analysis.traits.facts import Kind

MAGIC: dict[bytes, Kind | None] = {
    b"dex\n": "dex",
    b"\x7fELF": "native",
    b"\3\0\x08\0": "xml",
    b"\2\0\x0c\0": "resources",
    bytes.fromhex("c61fbc03"): "script",  # Hermes bytecode
    b"\x89PNG": None,
    b"\xff\xd8\xff\xe0": None,
    b"\xff\xd8\xff\xe1": None,
    b"GIF8": None,
    b"OggS": None,
    b"wOFF": None,
    b"wOF2": None,
    b"OTTO": None,
    b"\0\1\0\0": None,  # TrueType
}
"""First four bytes -> kind of text; None for media, which nobody reads."""
MEDIA = frozenset({b"WEBP", b"WAVE", b"ftyp"})
"""The same for bytes 8 to 12, and 4 to 8."""
DIGESTS = (".SF", ".MF", ".RSA", ".DSA", ".EC")
SCRIPTS = frozenset({"js", "mjs", "cjs", "jsbundle", "bundle", "wxs"})


def kind_of(name: str, data: bytes) -> Kind | None:
    """What kind of text an entry is; None for media and for the lists of digests in META-INF."""
    if data[:4] in MAGIC:
        return MAGIC[data[:4]]
    if data[8:12] in MEDIA or data[4:8] in MEDIA or (name.startswith("META-INF/") and name.upper().endswith(DIGESTS)):
        return None
    if name.rpartition(".")[2].lower() in SCRIPTS:
        return "script"
    return "data" if b"\0" in data[:1024] else "text"


def span_of(kind: Kind, data: bytes) -> tuple[int, int]:
    """The part of an entry where its strings lie: from and to offset."""
    if kind != "dex":
        return 0, len(data)
    starts = string_starts(kind, data)
    if not len(starts):
        return 0, len(data)
    stop = data.find(b"\0", int(starts.max()))
    return int(starts.min()), len(data) if stop < 0 else stop


def string_starts(kind: Kind, data: bytes) -> Ints:
    """int64[n]: offset of each string's first byte, in the order of the file's own table; empty where none is known."""
    try:
        if kind == "dex":
            return _dex_strings(data)
        if kind in {"xml", "resources"}:
            return _pool_strings(data, 8 if kind == "xml" else 12)
    except (struct.error, ValueError):
        pass
    return np.empty(0, np.int64)


def _dex_strings(data: bytes) -> Ints:
    count, table = struct.unpack_from("<LL", data, 0x38)
    count = max(0, min(count, (len(data) - table) // 4))
    at = np.frombuffer(data, "<u4", count, table).astype(np.int64)
    raw = np.frombuffer(data, np.uint8)
    at = np.minimum(at, len(raw) - 1)
    for _ in range(5):  # the length in front is a number of one to five bytes
        more = raw[at] >= 0x80
        at = np.minimum(at + more, len(raw) - 1)
        if not more.any():
            break
    return np.minimum(at + 1, len(raw) - 1)


def _pool_strings(data: bytes, begin: int) -> Ints:
    header, _, count, _, flags, start = struct.unpack_from("<2xHLLLLL", data, begin)
    count = max(0, min(count, (len(data) - begin - header) // 4))
    raw = np.frombuffer(data, np.uint8)
    at = np.frombuffer(data, "<u4", count, begin + header).astype(np.int64) + begin + start
    at = np.minimum(at, len(raw) - 1)
    if not flags & 0x100:
        long = raw[np.minimum(at + 1, len(raw) - 1)] >= 0x80
        wide: Ints = at + 2 + 2 * long
        return wide
    for _ in range(2):  # characters, then bytes: one or two bytes each
        at = np.minimum(at + 1 + (raw[at] >= 0x80), len(raw) - 1)
    narrow: Ints = at
    return narrow
