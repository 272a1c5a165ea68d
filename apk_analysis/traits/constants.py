"""Constants of the app's own code: which strings look encoded, arrays of bytes, and what stands beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apk_analysis.compiled import compiled
from apk_analysis.traits.own import AppDex

BASE64, HEX, XORED, SHIFTED, BINARY = 1, 2, 4, 8, 16
MOST_STRINGS, MOST_ARRAYS, MOST_KEYS = 3_000, 1_000, 32
SHORTEST, LONGEST_KEY = 12, 32
ARRAY = 0x0300
"""First unit of the data of fill-array-data; then follow the width of an element, their number, and the elements."""
_UPPER, _LOWER, _DIGIT, _SIGN, _PAD, _HEX, _CONTROL = 1, 2, 4, 8, 16, 32, 64


def _alphabet() -> NDArray[np.uint8]:
    kinds = np.zeros(256, np.uint8)
    for mark, members in (
        (_UPPER, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        (_LOWER, b"abcdefghijklmnopqrstuvwxyz"),
        (_DIGIT, b"0123456789"),
        (_SIGN, b"+/-_"),
        (_PAD, b"="),
        (_HEX, b"0123456789abcdefABCDEF"),
        (_CONTROL, bytes({*range(32), 127} - {9, 10, 13})),
    ):
        kinds[list(members)] |= mark
    return kinds


_KINDS = _alphabet()


def suspicious(own: AppDex) -> Iterator[tuple[int, int]]:
    """(string, how it looks) of own constants that may be encoded; at most MOST_STRINGS."""
    strings = own.dex.strings
    numbers = np.flatnonzero(own.strings[:-1])
    looks = np.zeros(len(numbers), np.int64)
    view = np.frombuffer(own.dex.data, np.uint8)
    _look(view, strings.starts[numbers], strings.lengths[numbers].astype(np.int64), _KINDS, looks)
    picked = np.flatnonzero(looks)[:MOST_STRINGS]
    yield from zip(numbers[picked].tolist(), looks[picked].tolist(), strict=True)


@compiled
def _look(
    data: NDArray[Any], starts: NDArray[Any], lengths: NDArray[Any], kinds: NDArray[Any], looks: NDArray[Any]
) -> None:
    """Fills `looks` with bits. An address keeps the differences between its letters under one key byte or shift."""
    for row in range(len(starts)):
        start, length = starts[row], lengths[row]
        if length < SHORTEST:
            continue
        any_kind, every_kind, plain = 0, 0xFF, 0
        for at in range(start, start + length):
            kind = kinds[data[at]]
            any_kind |= kind
            every_kind &= kind
            plain += 1 if kind & (_UPPER | _LOWER | _DIGIT | _SIGN | _PAD) else 0
        mixed = any_kind & _UPPER and any_kind & _LOWER and any_kind & (_DIGIT | _PAD | _SIGN)
        if plain == length and mixed:
            looks[row] |= BASE64
        if every_kind & _HEX and length % 2 == 0:
            looks[row] |= HEX
        a, b = np.int64(data[start]), np.int64(data[start + 1])
        c, d = np.int64(data[start + 2]), np.int64(data[start + 3])
        if a != 0x68 and b == c:
            if a ^ b == 0x68 ^ 0x74 and c ^ d == 0x74 ^ 0x70:
                looks[row] |= XORED
            if b - a == 0x74 - 0x68 and d - c == 0x70 - 0x74:
                looks[row] |= SHIFTED
        if any_kind & _CONTROL:
            looks[row] |= BINARY


def arrays(own: AppDex) -> Iterator[tuple[int, bytes]]:
    """(class, bytes) of the arrays of bytes and characters that own methods fill; at most MOST_ARRAYS."""
    code, data = own.dex.code(), own.dex.data
    rows = np.flatnonzero(own.methods)
    begins = code.offset[rows].astype(np.int64) // 2
    ends = begins + code.units[rows].astype(np.int64)
    found = np.empty((MOST_ARRAYS, 4), np.int64)
    count = _arrays(np.frombuffer(data, "<u2", len(data) // 2), begins, ends, SHORTEST, found)
    for row, at, width, size in found[:count].tolist():
        elements = np.frombuffer(data, f"<u{width}", size, at * 2)
        if elements.max() < 256:
            yield int(code.owner[rows[row]]), elements.astype(np.uint8).tobytes()


@compiled
def _arrays(units: NDArray[Any], begins: NDArray[Any], ends: NDArray[Any], least: int, found: NDArray[Any]) -> int:
    """Fills `found`: (row, unit of the first element, width, elements). Returns how many there are."""
    count = 0
    for row in range(len(begins)):
        for at in range(begins[row], ends[row] - 4):
            if units[at] != ARRAY or count == len(found):
                continue
            width, size = np.int64(units[at + 1]), np.int64(units[at + 2]) | np.int64(units[at + 3]) << 16
            if width in {1, 2, 4} and size >= least and size * width <= (ends[row] - at - 4) * 2:
                found[count, 0], found[count, 1], found[count, 2], found[count, 3] = row, at + 4, width, size
                count += 1
    return count


class Keys:
    """Candidates for a key: short constants of the classes that use an encoded one and of own classes they call."""

    def __init__(self, own: AppDex) -> None:
        self.own = own
        self._of_class: dict[int, tuple[bytes, ...]] = {}

    def beside(self, owners: Iterable[int]) -> tuple[bytes, ...]:
        """For what stands in some classes; at most MOST_KEYS."""
        return tuple(dict.fromkeys(key for owner in owners for key in self._near(owner)))[:MOST_KEYS]

    def _near(self, owner: int) -> tuple[bytes, ...]:
        known = self._of_class.get(owner)
        if known is None:
            dex = self.own.dex
            calls = [call for row in self.own.rows(owner) for call in dex.code().calls[row].tolist()]
            called = sorted(set(dex.method_class[calls].tolist()))
            classes = [owner, *(self._defined[kind] for kind in called if kind in self._defined)]
            strings = dict.fromkeys(string for number in classes for string in self.own.constants(number))
            lengths = dex.strings.lengths
            known = tuple(dex.strings[string] for string in strings if 1 < lengths[string] <= LONGEST_KEY)[:MOST_KEYS]
            self._of_class[owner] = known
        return known

    @cached_property
    def _defined(self) -> dict[int, int]:
        """Type -> own class."""
        own = np.flatnonzero(self.own.classes)
        return dict(zip(self.own.dex.class_type[own].tolist(), own.tolist(), strict=True))
