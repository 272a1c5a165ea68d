"""Which bytes of an entry can hold text, and where a string begins among them."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from apk_analysis.chunks import chunks
from apk_analysis.dex.header import header_offsets
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
ICU = b"\xda\x27"
"""Bytes 2 and 3 of ICU's tables of characters and languages, of which some apps bring thousands."""
STRINGS = 0x0001
"""Type of a chunk of resources.arsc that holds strings; the first one holds all values."""
DIGESTS = (".SF", ".MF", ".RSA", ".DSA", ".EC")
SCRIPTS = frozenset({"js", "mjs", "cjs", "jsbundle", "bundle", "wxs"})


def kind_of(name: str, data: bytes) -> Kind | None:
    """What kind of text an entry is; None for media, tables of characters, and lists of digests in META-INF."""
    if data[:4] in MAGIC:
        return MAGIC[data[:4]]
    if data[8:12] in MEDIA or data[4:8] in MEDIA or data[2:4] == ICU:
        return None
    if name.startswith("META-INF/") and name.upper().endswith(DIGESTS):
        return None
    if name.rpartition(".")[2].lower() in SCRIPTS:
        return "script"
    return "data" if b"\0" in data[:1024] else "text"


def searched(data: bytes) -> bytes:
    """What is searched in place of an entry: of Hermes bytecode its strings, one per line; everything else as it is."""
    return hermes_strings(data) if data.startswith(HERMES) else data


def span_of(kind: Kind, data: bytes) -> tuple[int, int]:
    """The part of an entry where its strings lie: from and to offset."""
    if kind == "resources":
        pool = next(chunks(data, 12, len(data)), None)
        return (pool[1], pool[2]) if pool is not None and pool[0] == STRINGS else (0, len(data))
    tables = [_dex_strings(data, at) for at in header_offsets(data)] if kind == "dex" else []
    ends = [(int(table.min()), int(table.max())) for table in tables if len(table)]
    if not ends:
        return 0, len(data)
    stop = data.find(b"\0", max(last for _, last in ends) + 1)
    return min(first for first, _ in ends), len(data) if stop < 0 else stop


def _dex_strings(data: bytes, header: int) -> NDArray[np.uint32]:
    """Where the strings of a DEX file begin."""
    if len(data) < header + 0x40:
        return np.empty(0, np.uint32)
    count, table = struct.unpack_from("<LL", data, header + 0x38)
    count = max(0, min(count, (len(data) - table) // 4))
    return np.frombuffer(data, "<u4", count, table if count else 0)


def in_string(kind: Kind, before: bytes) -> bytes:
    """What of the bytes in front of a place belongs to the same string.

    Strings end in NUL; in tables their length stands between the NUL and their first byte, and looks like a letter.
    """
    at = before.rfind(b"\0") + 1
    if at == 0:
        return before
    if kind == "dex":
        while at < len(before) and before[at] >= 0x80:
            at += 1
        return before[at + 1 :]
    if kind in {"resources", "xml"}:  # characters, then bytes: one or two bytes each
        for _ in range(2):
            at += 1 + (at < len(before) and before[at] >= 0x80)
    return before[at:]


def in_wide_string(kind: Kind, before: str) -> str:
    """The same for UTF-16."""
    begin = before.rfind("\0") + 1
    return before[begin + (begin > 0 and kind in {"resources", "xml"}) :]
