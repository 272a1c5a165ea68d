"""The walk over the instructions of all methods: what they call, which strings and types they use, and their shape.

A method's shape is a 64-bit hash of its instructions' opcodes in order and of the platform methods that it calls (by
the hash of class and name, `names.py`). Registers, constants, offsets, and every number that depends on the order of a
table stay outside, and so does what merely follows from such numbers: `const-string/jumbo` counts as `const-string`,
the wide forms of `goto` as `goto`; `nop` and the data of switches and arrays are left out. For each opcode or call x:
h = (h ^ x) * P, h ^= h >> 29; MurmurHash3's mixer ends it. Code that was renamed, reordered or split keeps its shapes.
"""

from __future__ import annotations

from typing import NamedTuple

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


class Given(NamedTuple):
    """What the walk reads. Arrays over methods with code, unless another table is named."""

    units: NDArray[np.uint16]
    """The whole file."""
    starts: NDArray[np.int64]
    """First unit of each method's code."""
    counts: NDArray[np.int64]
    """Units of each method's code; all lie inside the file."""
    method_hash: NDArray[np.uint64]
    """Over the method table."""
    platform: NDArray[np.uint8]
    """Over the method table: 1 for methods of Android itself."""
    strings: int
    """Rows of the string table."""
    types: int
    """Rows of the type table."""


class Taken(NamedTuple):
    """What the walk fills."""

    shapes: NDArray[np.uint64]
    call_ends: NDArray[np.int64]
    """Where each method's part of `calls` ends, behind a leading 0; likewise below. What does not fit is left out."""
    calls: NDArray[np.uint32]
    string_ends: NDArray[np.int64]
    strings: NDArray[np.uint32]
    type_ends: NDArray[np.int64]
    types: NDArray[np.uint32]


@compiled
def walk(given: Given, taken: Taken) -> int:  # noqa: C901, PLR0912 - one loop: a call per instruction costs more than its work
    """Walks over the code of all methods. Returns how many of them hold something malformed.

    A malformed instruction ends its method, an index outside its table is left out.
    """
    units, method_hash = given.units, given.method_hash
    calls, strings, types = taken.calls, taken.strings, taken.types
    call, string, kind, malformed = 0, 0, 0, 0
    for number in range(len(given.starts)):
        at = given.starts[number]
        end = at + given.counts[number]
        value = _SEED
        sound = True
        while at < end:
            opcode = units[at] & 0xFF
            width = np.int64(WIDTHS[opcode]) if opcode != 0 else _data_width(units, at, end)
            if width == 0 or at + width > end:
                sound = False
                break
            if opcode != 0:
                value = _joined(value, SHAPES[opcode])
                use = USES[opcode]
                if use != PLAIN:
                    index = np.int64(units[at + 1])
                    if use == CALL:
                        if index < len(method_hash):
                            if call < len(calls):
                                calls[call] = index
                                call += 1
                            if given.platform[index]:
                                value = _joined(value, method_hash[index])
                        else:
                            sound = False
                    elif use == TYPE:
                        if index < given.types:
                            if kind < len(types):
                                types[kind] = index
                                kind += 1
                        else:
                            sound = False
                    else:
                        if use == JUMBO:
                            index |= np.int64(units[at + 2]) << 16
                        if index < given.strings:
                            if string < len(strings):
                                strings[string] = index
                                string += 1
                        else:
                            sound = False
            at += width
        taken.shapes[number] = _mixed(value)
        taken.call_ends[number + 1], taken.string_ends[number + 1], taken.type_ends[number + 1] = call, string, kind
        malformed += not sound
    return malformed


@compiled
def stream(units: NDArray[np.uint16], start: np.int64, count: np.int64, out: NDArray[np.uint8]) -> int:
    """Fills `out` (uint8) with the opcodes of a method, `nop` included. Returns how many there are."""
    found = 0
    at, end = start, start + count
    while at < end:
        opcode = units[at] & 0xFF
        width = np.int64(WIDTHS[opcode]) if opcode != 0 else _data_width(units, at, end)
        if width == 0 or at + width > end:
            break
        if opcode != 0 or width == 1:  # no data of a switch or an array
            out[found] = opcode
            found += 1
        at += width
    return found


@compiled
def _data_width(units: NDArray[np.uint16], at: np.int64, end: np.int64) -> np.int64:
    """Units of the data of a switch or an array at `at`, where the opcode is `nop`: 1 when it is a mere `nop`.

    0 when its size does not lie before `end`.
    """
    unit = units[at]
    width = np.int64(1)
    if unit == 0x0100:  # packed-switch
        width = 4 + 2 * np.int64(units[at + 1]) if at + 1 < end else np.int64(0)
    elif unit == 0x0200:  # sparse-switch
        width = 2 + 4 * np.int64(units[at + 1]) if at + 1 < end else np.int64(0)
    elif unit == 0x0300:  # array: bytes of an element, number of elements
        width = np.int64(0)
        if at + 3 < end:
            size = np.int64(units[at + 2]) | np.int64(units[at + 3]) << 16
            width = 4 + (np.int64(units[at + 1]) * size + 1) // 2
    return width


@compiled
def _joined(value: np.uint64, part: np.uint64) -> np.uint64:
    """The hash so far with one more part."""
    value = (value ^ part) * _PRIME
    return value ^ (value >> _STEP)


@compiled
def _mixed(value: np.uint64) -> np.uint64:
    value = (value ^ (value >> _SHIFT)) * _FIRST
    value = (value ^ (value >> _SHIFT)) * _SECOND
    return value ^ (value >> _SHIFT)
