"""Which methods the classes of a DEX file define, and where their code is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from apk_analysis.compiled import compiled

ITEM = 16
"""Bytes of a code item in front of its instructions."""
FOUND, MALFORMED, LEFT = 0, 1, 2
"""Places in a state array: rows filled, broken classes and methods, members that may still be read."""


@compiled
def defined_methods(
    data: NDArray[Any], class_data: NDArray[Any], methods: int, rows: NDArray[Any]
) -> tuple[int, int, int]:
    """Fills one row of `rows` (int64[n, 4]) for each method with code, class by class, until they are full.

    `class_data`: offset of each class's data, 0 for none. `methods`: rows of the method table.
    A row: method, class, offset of the first instruction, 16-bit units of code.
    Returns how many rows were filled, how many classes or methods are malformed, and how many classes are unread.
    """
    state = np.zeros(3, np.int64)
    state[LEFT] = len(data)  # data that classes share on purpose is not read again and again
    for number in range(len(class_data)):
        at = np.int64(class_data[number])
        if at == 0:
            continue
        statics, at = _uleb(data, at)
        fields, at = _uleb(data, at)
        direct, at = _uleb(data, at)
        virtual, at = _uleb(data, at)
        at = _skip(data, at, 2 * (statics + fields), state)
        at = _read(data, at, direct, number, methods, rows, state)
        at = _read(data, at, virtual, number, methods, rows, state)
        if at < 0:
            state[MALFORMED] += 1
        if state[LEFT] <= 0 or state[FOUND] == len(rows):
            return state[FOUND], state[MALFORMED], len(class_data) - number - 1
    return state[FOUND], state[MALFORMED], 0


@compiled
def _read(
    data: NDArray[Any],
    at: int,
    count: int,
    number: int,
    methods: int,
    rows: NDArray[Any],
    state: NDArray[Any],
) -> int:
    """Reads a list of `count` methods of class `number`. Returns the offset behind it, -1 when it is malformed."""
    index = np.int64(0)
    for _ in range(count):
        step, at = _uleb(data, at)
        _, at = _uleb(data, at)
        place, at = _uleb(data, at)
        index += step
        state[LEFT] -= 1
        if at < 0 or state[LEFT] <= 0 or state[FOUND] == len(rows):
            return at
        if place == 0:  # abstract or native
            continue
        size = _code_size(data, place)
        if index >= methods or size == 0:
            state[MALFORMED] += 1
            continue
        row = rows[state[FOUND]]
        row[0], row[1], row[2], row[3] = index, number, place + ITEM, size
        state[FOUND] += 1
    return at


@compiled
def _skip(data: NDArray[Any], at: int, count: int, state: NDArray[Any]) -> int:
    """Offset behind `count` numbers."""
    for _ in range(count):
        if at < 0 or state[LEFT] <= 0:
            return at
        _, at = _uleb(data, at)
        state[LEFT] -= 1
    return at


@compiled
def _code_size(data: NDArray[Any], place: int) -> int:
    """16-bit units of the code item at `place` that lie inside the file; 0 when there is no such item."""
    if place & 1 or place + ITEM > len(data):
        return 0
    size = np.int64(0)
    for byte in range(4):
        size |= np.int64(data[place + 12 + byte]) << (8 * byte)
    return min(size, (len(data) - place - ITEM) // 2)


@compiled
def _uleb(data: NDArray[Any], at: int) -> tuple[int, int]:
    """(number, offset behind it); the offset is -1 when `at` is, or when the number does not end in time."""
    value = np.int64(0)
    for shift in range(0, 35, 7):
        if at < 0 or at >= len(data):
            break
        byte = np.int64(data[at])
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFF, at
    return np.int64(0), -1
