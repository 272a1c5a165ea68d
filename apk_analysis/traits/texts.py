"""Which bytes of an entry can hold text, and where strings begin among them."""

from __future__ import annotations

import struct

import numpy as np

from apk_analysis.dex.header import header_offsets
from apk_analysis.traits.automaton import Ints
from apk_analysis.traits.facts import Kind
from apk_analysis.traits.hermes import MAGIC as HERMES
from apk_analysis.traits.hermes import strings as hermes_strings

MAGIC: dict[bytes, Kind | None] = {
    b"dex\n": "dex",
    b"\x7fELF": "native",
    b"\3\0\x08\0": "xml",
    b"\2\0\x0c\0": "resources",
    HERMES[:4]: "script",
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


def searched(data: bytes) -> bytes:
    """What is searched in place of an entry: of Hermes bytecode its strings, one per line; everything else as it is."""
    return hermes_strings(data) if data.startswith(HERMES) else data


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
    """int64[n]: offset of each string's first byte, in no order; empty where none is known."""
    try:
        if kind == "dex":
            return np.concatenate([_dex_strings(data, at) for at in header_offsets(data)])
        if kind in {"xml", "resources"}:
            return _pool_strings(data, 8 if kind == "xml" else 12)
    except (struct.error, ValueError):
        pass
    return np.empty(0, np.int64)


def _dex_strings(data: bytes, header: int) -> Ints:
    count, table = struct.unpack_from("<LL", data, header + 0x38)
    count = max(0, min(count, (len(data) - table) // 4))
    raw = np.frombuffer(data, np.uint8)
    last = len(raw) - 1
    at = np.minimum(np.frombuffer(data, "<u4", count, table).astype(np.int64), last)
    for _ in range(5):  # the length in front is a number of one to five bytes
        more = raw[at] >= 0x80
        if not more.any():
            break
        at = np.minimum(at + more, last)
    return np.asarray(np.minimum(at + 1, last))


def _pool_strings(data: bytes, begin: int) -> Ints:
    header, _, count, _, flags, start = struct.unpack_from("<2xHLLLLL", data, begin)
    count = max(0, min(count, (len(data) - begin - header) // 4))
    raw = np.frombuffer(data, np.uint8)
    last = len(raw) - 1
    at = np.minimum(np.frombuffer(data, "<u4", count, begin + header).astype(np.int64) + begin + start, last)
    if not flags & 0x100:
        at += 2 + 2 * (raw[np.minimum(at + 1, last)] >= 0x80)
        return np.asarray(at)
    for _ in range(2):  # characters, then bytes: one or two bytes each
        at = np.minimum(at + 1 + (raw[at] >= 0x80), last)
    return np.asarray(at)
