"""The walk over the instructions of all methods: what they call, which strings and types they use, and their shape.

A method's shape is a 64-bit hash of its instructions' opcodes in order and of the platform methods that it calls (by
the hash of class and name, `names.py`). Registers, constants, offsets, and every number that depends on the order of a
table stay outside, and so does what merely follows from such numbers: `const-string/jumbo` counts as `const-string`,
the wide forms of `goto` as `goto`; `nop` and the data of switches and arrays are left out. For each opcode or call x:
h = (h ^ x) * P, h ^= h >> 29; MurmurHash3's mixer ends it. Renamed, re-signed, reordered or split code keeps its shapes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from apk_analysis.compiled import compiled

PLAIN, CALL, STRING, TYPE, JUMBO = 0, 1, 2, 3, 4
"""What the index of an instruction points to, as far as it is collected; JUMBO: a string's index of 32 bits."""


def _table(default: int, numbers: dict[int, tuple[tuple[int, int], ...]]) -> NDArray[np.uint8]:
    """One number per opcode: number -> (first, last opcode) ..."""
    table = np.full(256, default, np.uint8)
    for number, ranges in numbers.items():
        for first, last in ranges:
            table[first : last + 1] = number
    return table


WIDTHS = _table(
    2,
    {
        0: ((0x3E, 0x43), (0x73, 0x73), (0x79, 0x7A), (0xE3, 0xF9)),
        1: (
            *((0x00, 0x01), (0x04, 0x04), (0x07, 0x07), (0x0A, 0x12), (0x1D, 0x1E), (0x21, 0x21), (0x27, 0x28)),
            *((0x7B, 0x8F), (0xB0, 0xCF)),
        ),
        3: (
            *((0x03, 0x03), (0x06, 0x06), (0x09, 0x09), (0x14, 0x14), (0x17, 0x17), (0x1B, 0x1B), (0x24, 0x26)),
            *((0x2A, 0x2C), (0x6E, 0x72), (0x74, 0x78), (0xFC, 0xFD)),
        ),
        4: ((0xFA, 0xFB),),
        5: ((0x18, 0x18),),
    },
)
"""16-bit units of each instruction; 0 for opcodes that mean nothing in a package."""
USES = _table(
    PLAIN,
    {
        CALL: ((0x6E, 0x72), (0x74, 0x78), (0xFA, 0xFB)),
        STRING: ((0x1A, 0x1A),),
        TYPE: ((0x1C, 0x1C), (0x1F, 0x20), (0x22, 0x25)),
        JUMBO: ((0x1B, 0x1B),),
    },
)
SHAPES = np.arange(1, 257, dtype=np.uint64)
"""What goes into a shape for each opcode."""
SHAPES[0x1B] = SHAPES[0x1A]
SHAPES[0x29:0x2B] = SHAPES[0x28]
_SEED, _PRIME, _STEP = np.uint64(0xCBF29CE484222325), np.uint64(0x9E3779B97F4A7C15), np.uint64(29)
_FIRST, _SECOND, _SHIFT = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53), np.uint64(33)


@compiled
def walk(
    units: NDArray[Any],
    starts: NDArray[Any],
    counts: NDArray[Any],
    method_hash: NDArray[Any],
    platform: NDArray[Any],
    limits: NDArray[Any],
    shapes: NDArray[Any],
    ends: NDArray[Any],
    values: NDArray[Any],
) -> int:
    """Walks over the code of each method: `counts` units from `starts` on, both in units of the file.

    `limits`: rows of the tables that CALL, STRING and TYPE point to; an index beyond is left out.
    Fills `shapes`, `values` (what is used, one region per kind) and `ends` (where each method's part of each region
    ends); `ends[0]` says where the regions begin. Returns how many methods hold something malformed.
    """
    malformed = 0
    cursor = ends[0].copy()
    for number in range(len(starts)):
        at = starts[number]
        end = at + counts[number]
        value = _SEED
        sound = True
        while at < end:
            width = _width(units, at, end)
            opcode = units[at] & 0xFF
            if width == 0:
                sound = False
                break
            if opcode != 0:
                value = (value ^ SHAPES[opcode]) * _PRIME
                value ^= value >> _STEP
                kind = USES[opcode]
                if kind != PLAIN:
                    index = np.int64(units[at + 1])
                    if kind == JUMBO:
                        index |= np.int64(units[at + 2]) << 16
                        kind = STRING
                    if index >= limits[kind]:
                        sound = False
                    else:
                        values[cursor[kind]] = index
                        cursor[kind] += 1
                        if kind == CALL and platform[index]:
                            value = (value ^ method_hash[index]) * _PRIME
                            value ^= value >> _STEP
            at += width
        shapes[number] = _mixed(value)
        ends[number + 1] = cursor
        malformed += not sound
    return malformed


@compiled
def stream(units: NDArray[Any], start: int, count: int, out: NDArray[Any]) -> int:
    """Fills `out` (uint8) with the opcodes of a method, `nop` included. Returns how many there are."""
    found = 0
    at, end = np.int64(start), np.int64(start + count)
    while at < end:
        width = _width(units, at, end)
        if width == 0:
            break
        if width == 1 or units[at] & 0xFF:  # no data of a switch or an array
            out[found] = units[at] & 0xFF
            found += 1
        at += width
    return found


@compiled
def _width(units: NDArray[Any], at: int, end: int) -> int:
    """Units of the instruction, or of the data, at `at`; 0 when there is none or it reaches beyond `end`."""
    unit = units[at]
    width = np.int64(WIDTHS[unit & 0xFF])
    if unit == 0x0100:  # packed-switch
        width = 4 + 2 * np.int64(units[at + 1]) if at + 1 < end else 0
    elif unit == 0x0200:  # sparse-switch
        width = 2 + 4 * np.int64(units[at + 1]) if at + 1 < end else 0
    elif unit == 0x0300:  # array: bytes of an element, number of elements
        width = 0
        if at + 3 < end:
            size = np.int64(units[at + 2]) | np.int64(units[at + 3]) << 16
            width = 4 + (np.int64(units[at + 1]) * size + 1) // 2
    return width if at + width <= end else 0


@compiled
def _mixed(value: np.uint64) -> np.uint64:
    value = (value ^ (value >> _SHIFT)) * _FIRST
    value = (value ^ (value >> _SHIFT)) * _SECOND
    return value ^ (value >> _SHIFT)
