"""Strings that classes hold outside their code: first values of static fields, and values of annotations."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from apk_analysis.compiled import compiled
from apk_analysis.dex.reader import Dex

MOST = 1 << 18
"""Strings of one file that are told of."""
DEEPEST = 8
"""Arrays and annotations within each other."""
METADATA = b"Lkotlin/Metadata;"
"""An annotation that repeats the names of a class; nothing an app says."""
_STRING, _ARRAY, _ANNOTATION, _NULL, _BOOLEAN = 0x17, 0x1C, 0x1D, 0x1E, 0x1F
_RUNTIME = 1
"""Visibility of annotations that the app itself can read."""
Data = NDArray[np.uint8]
Pairs = NDArray[np.int64]
Int = Any
"""A whole number, Python's or NumPy's."""


def string_values(dex: Dex, classes: NDArray[np.bool_]) -> Pairs:
    """int64[n, 2]: (class, string) for every string value of the marked classes."""
    rows = np.flatnonzero(classes)
    lengths = dex.strings.lengths[dex.type_strings]
    named = [row for row in np.flatnonzero(lengths == len(METADATA)).tolist() if dex.type_name(row) == METADATA]
    pairs = np.empty((MOST, 2), np.int64)
    data = np.frombuffer(dex.data, np.uint8)
    state = np.array([0, len(dex.data)], np.int64)
    places = dex.class_values[rows].astype(np.int64), dex.class_annotations[rows].astype(np.int64)
    _read(data, rows, *places, named[0] if named else -1, len(dex.strings), pairs, state)
    return pairs[: state[0]].copy()


@compiled
def _read(  # noqa: PLR0917 - positional, for numba
    data: Data,
    rows: NDArray[np.int64],
    values: NDArray[np.int64],
    annotations: NDArray[np.int64],
    left_out: Int,
    strings: Int,
    pairs: Pairs,
    state: NDArray[np.int64],
) -> None:
    """Fills `pairs`. `state`: rows filled, and bytes that may still be read: files may share data on purpose."""
    for number in range(len(rows)):
        if values[number] > 0:
            count, at = _uleb(data, values[number])
            _elements(data, at, count, False, strings, rows[number], pairs, state)
        place = annotations[number]
        if place <= 0 or place + 16 > len(data):
            continue
        _set(data, _word(data, place), left_out, strings, rows[number], pairs, state)
        members = _word(data, place + 4) + _word(data, place + 8)  # of fields, then of methods: (member, set)
        for member in range(members):
            at = place + 16 + member * 8
            if at + 8 > len(data) or state[1] <= 0:
                break
            _set(data, _word(data, at + 4), left_out, strings, rows[number], pairs, state)


@compiled
def _set(  # noqa: PLR0917 - as above
    data: Data, place: Int, left_out: Int, strings: Int, row: Int, pairs: Pairs, state: NDArray[np.int64]
) -> None:
    """The annotations of one class, field or method."""
    state[1] -= 8
    if place <= 0 or place + 4 > len(data):
        return
    for number in range(_word(data, place)):
        at = place + 4 + number * 4
        state[1] -= 4
        if at + 4 > len(data) or state[1] <= 0:
            return
        item = _word(data, at)
        if 0 < item < len(data) and data[item] == _RUNTIME:
            kind, at = _uleb(data, item + 1)
            count, at = _uleb(data, at)
            if kind != left_out:
                _elements(data, at, count, True, strings, row, pairs, state)


@compiled
def _elements(  # noqa: C901, PLR0912, PLR0917 - as above; one reader of one format
    data: Data,
    at: Int,
    count: Int,
    named: bool,  # noqa: FBT001 - positional
    strings: Int,
    row: Int,
    pairs: Pairs,
    state: NDArray[np.int64],
) -> None:
    """`count` encoded values from `at` on, each with a name in front when `named`."""
    left, names = np.zeros(DEEPEST, np.int64), np.zeros(DEEPEST, np.int64)
    left[0], names[0] = count, 1 if named else 0
    depth = 0
    while depth >= 0:
        if left[depth] <= 0:
            depth -= 1
            continue
        left[depth] -= 1
        begin = at
        if names[depth]:
            _, at = _uleb(data, at)
        if at < 0 or at >= len(data):
            return
        kind, size = data[at] & 0x1F, (data[at] >> 5) + 1
        at += 1
        if kind in {_ARRAY, _ANNOTATION}:
            if kind == _ANNOTATION:
                _, at = _uleb(data, at)
            inner, at = _uleb(data, at)
            depth += 1
            if depth >= DEEPEST or at < 0:
                return
            left[depth], names[depth] = inner, 1 if kind == _ANNOTATION else 0
        elif kind not in {_NULL, _BOOLEAN}:
            if at + size > len(data):
                return
            if kind == _STRING and size <= 4:
                string = np.int64(0)
                for byte in range(size):
                    string |= np.int64(data[at + byte]) << (8 * byte)
                if string < strings and state[0] < len(pairs):
                    pairs[state[0], 0], pairs[state[0], 1] = row, string
                    state[0] += 1
            at += size
        state[1] -= at - begin
        if state[1] <= 0:
            return


@compiled
def _word(data: Data, at: Int) -> Int:
    """32 bits, little endian."""
    value = np.int64(0)
    for byte in range(4):
        value |= np.int64(data[at + byte]) << (8 * byte)
    return value


@compiled
def _uleb(data: Data, at: Int) -> tuple[Int, Int]:
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
