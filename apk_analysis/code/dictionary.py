"""The dictionary of library code: which library a class, a method or a package is known from, whatever its name now.

The file holds facts only: hashes and names of libraries. `script/library_dictionary.py` builds it from published
archives and real packages; its header names them. Layout: MAGIC, length of the header (32 bits, little-endian), header
(JSON), then zlib: the differences of the ascending 48-bit keys, one plane for each of their bytes, lowest first, then
the low and the high bytes of the library numbers.

A key is the upper 48 bits of a feature: among a million keys a foreign feature meets one once in 280 million times.
Library number 0 is nobody's: shapes and files so common that they tell nothing about an app.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apk_analysis.code.sketch import Features

FILE = Path(__file__).with_name("dictionary.bin")
MAGIC = b"LIBDICT1"
KEY_SHIFT, KEY_BYTES = 16, 6
COMMON = 0
"""Library number of what is nobody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dictionary:
    """Keys of features and whose they are."""

    libraries: tuple[str, ...]
    """Names by number; number 0 is ''."""
    complete: frozenset[str]
    """Libraries of which all packages are listed: a package that is not, is not theirs."""
    keys: NDArray[np.uint64]
    """Ascending, 48 bits."""
    numbers: NDArray[np.uint16]
    """Library of each key."""
    header: Mapping[str, Any]
    """'version', 'sources' and the like, as written."""

    def find(self, features: Features) -> NDArray[np.int64]:
        """Library number of each feature, -1 for those that are not known."""
        if not len(self.keys):
            return np.full(len(features), -1, np.int64)
        keys = features >> np.uint64(KEY_SHIFT)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[at] == keys, self.numbers[at], np.int64(-1)).astype(np.int64)


NO_DICTIONARY = Dictionary(
    libraries=("",),
    complete=frozenset(),
    keys=np.empty(0, np.uint64),
    numbers=np.empty(0, np.uint16),
    header={},
)


@lru_cache(maxsize=1)
def shipped() -> Dictionary:
    """The dictionary that comes with the program."""
    return read_dictionary(FILE.read_bytes())


def read_dictionary(data: bytes) -> Dictionary:
    """A dictionary from its bytes. Raises ValueError when they are none."""
    if not data.startswith(MAGIC):
        raise ValueError("not a library dictionary")
    (size,) = struct.unpack_from("<I", data, len(MAGIC))
    start = len(MAGIC) + 4
    header = json.loads(data[start : start + size])
    count = header["entries"]
    planes = np.frombuffer(zlib.decompress(data[start + size :]), np.uint8).reshape(KEY_BYTES + 2, count)
    steps = np.zeros(count, np.uint64)
    for place in range(KEY_BYTES):
        steps |= planes[place].astype(np.uint64) << np.uint64(8 * place)
    numbers = planes[KEY_BYTES].astype(np.uint16) | (planes[KEY_BYTES + 1].astype(np.uint16) << np.uint16(8))
    return Dictionary(
        libraries=tuple(header["libraries"]),
        complete=frozenset(header["complete"]),
        keys=np.cumsum(steps, dtype=np.uint64),
        numbers=numbers,
        header=header,
    )


def write_dictionary(dictionary: Dictionary) -> bytes:
    """The bytes of a dictionary; the same for the same content."""
    header = {
        **dictionary.header,
        "libraries": list(dictionary.libraries),
        "complete": sorted(dictionary.complete),
        "entries": len(dictionary.keys),
    }
    text = json.dumps(header, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    steps = np.diff(dictionary.keys, prepend=np.uint64(0))
    planes = [(steps >> np.uint64(8 * place)).astype(np.uint8) for place in range(KEY_BYTES)]
    planes += [dictionary.numbers.astype(np.uint8), (dictionary.numbers >> np.uint16(8)).astype(np.uint8)]
    packed = zlib.compress(b"".join(plane.tobytes() for plane in planes), 9)
    return MAGIC + struct.pack("<I", len(text)) + text + packed
