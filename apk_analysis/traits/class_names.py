"""Which of many beginnings of class names a DEX file defines, and which whole names: one look at each, by hashes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from apk_analysis.compiled import compiled
from apk_analysis.dex import Dex

LONGEST, MOST = 64, 1 << 16
"""Bytes of a descriptor that count, classes of a DEX file that are looked at."""
_PRIME, _MASK = 0x100000001B3, (1 << 64) - 1
_FACTOR, _ONE, _SHIFT = np.uint64(_PRIME), np.uint64(1), np.uint64(40)
Hashes = NDArray[np.uint64]
Ints = NDArray[np.int64]


class Beginnings(NamedTuple):
    """What is looked for: a table with open addressing, of at most half its places taken."""

    hashes: Hashes
    """0: a free place."""
    number: Ints
    """Which text a place stands for."""
    lengths: NDArray[np.bool_]
    """bool[LONGEST + 1]: whether any text has so many bytes."""


def descriptor(name: str, *, whole: bool = True) -> bytes:
    """b'Lcom/example/Main;', or the beginning of one, cut to LONGEST bytes."""
    return f"L{name.replace('.', '/')}{';' if whole else ''}".encode("utf-8", "replace")[:LONGEST]


def beginnings(texts: Sequence[bytes]) -> Beginnings:
    """The table for some texts, each different and at most LONGEST bytes long."""
    size = 1 << max(4, (2 * len(texts)).bit_length())
    table = Beginnings(np.zeros(size, np.uint64), np.zeros(size, np.int64), np.zeros(LONGEST + 1, np.bool_))
    for number, text in enumerate(texts):
        value = _hash(text)
        at = value >> 40 & size - 1
        while table.hashes[at]:
            at = at + 1 & size - 1
        table.hashes[at], table.number[at], table.lengths[len(text)] = value, number, True
    return table


def defined(dex: Dex, wanted: Beginnings) -> tuple[NDArray[np.bool_], Hashes]:
    """(bool[texts]: which of them a class of the file begins with; hash of each whole descriptor)."""
    strings = dex.type_strings[dex.class_type[:MOST]]
    found, hashes = np.zeros(len(wanted.hashes), np.bool_), np.zeros(len(strings), np.uint64)
    spans = np.stack((dex.strings.starts[strings], dex.strings.lengths[strings].astype(np.int64)), axis=1)
    with np.errstate(over="ignore"):  # hashes wrap around, where the loop is not compiled
        _look(np.frombuffer(dex.data, np.uint8), spans, wanted, found, hashes)
    return found, hashes


def missing(names: Iterable[str], files: Iterable[Hashes]) -> list[str]:
    """Those of the full class names that no file defines. Of names that are longer only LONGEST bytes count."""
    asked = {name: _hash(descriptor(name)) for name in names}
    numbers, there = np.array(list(asked.values()), np.uint64), set[int]()
    for hashes in files:
        there.update(hashes[np.isin(hashes, numbers)].tolist())
    return [name for name, number in asked.items() if number not in there]


def _hash(text: bytes) -> int:
    value = 0
    for byte in text:
        value = (value * _PRIME + byte + 1) & _MASK
    return value


@compiled
def _look(raw: NDArray[np.uint8], spans: Ints, wanted: Beginnings, found: NDArray[np.bool_], hashes: Hashes) -> None:
    """Fills `found` by number of text, and `hashes`; every span (start, length) lies inside `raw`."""
    last = np.int64(len(wanted.hashes) - 1)
    for row in range(len(spans)):
        value = np.uint64(0)
        for at in range(min(spans[row, 1], LONGEST)):
            value = value * _FACTOR + np.uint64(raw[spans[row, 0] + at]) + _ONE
            if not wanted.lengths[at + 1]:
                continue
            place = np.int64(value >> _SHIFT) & last
            while wanted.hashes[place] != 0:
                if wanted.hashes[place] == value:
                    found[wanted.number[place]] = True
                place = (place + 1) & last
        hashes[row] = value
