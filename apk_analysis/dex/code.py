"""What the methods of a DEX file do, as arrays over all methods that have code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apk_analysis.dex import instructions
from apk_analysis.dex.class_data import defined_methods
from apk_analysis.dex.header import MOST_MEMBERS, Note
from apk_analysis.dex.instructions import CALL, STRING, TYPE
from apk_analysis.dex.names import hash_names


@dataclass(frozen=True, slots=True)
class Csr:
    """Rows of different lengths: row i is values[starts[i]:starts[i + 1]]."""

    starts: NDArray[np.int64]
    values: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> NDArray[np.uint32]:
        return self.values[self.starts[row] : self.starts[row + 1]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """All methods with code, in file order: class by class, direct methods before virtual ones."""

    method: NDArray[np.uint32]
    """Row of the method table."""
    owner: NDArray[np.int32]
    """Row of the class table."""
    units: NDArray[np.uint32]
    """16-bit code units that are there."""
    offset: NDArray[np.uint32]
    """Of the first instruction, in bytes from the beginning of the file."""
    shape: NDArray[np.uint64]
    """Hash that survives renaming and reordering: `instructions.py`."""
    calls: Csr
    """Rows of the method table, in the order of the calls."""
    strings: Csr
    """Rows of the string table."""
    types: Csr
    """Rows of the type table: created, cast to, tested for, or taken as a class."""
    method_hash: NDArray[np.uint64]
    """Of class and name, for every row of the method table: `names.py`."""

    def __len__(self) -> int:
        return len(self.method)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What the walk needs of a DEX file. Every index is valid."""

    data: NDArray[np.uint8]
    string_starts: NDArray[np.int64]
    string_lengths: NDArray[np.int32]
    type_strings: NDArray[np.uint32]
    method_class: NDArray[np.uint32]
    method_name: NDArray[np.uint32]
    class_data: NDArray[np.uint32]


def read_code(tables: Tables, note: Note) -> Code:
    """Walks over all code once. What is malformed costs its own method and goes to `note`."""
    with np.errstate(over="ignore"):  # hashes wrap around; only the uncompiled functions would warn
        rows = _methods(tables, note)
        method_hash = np.zeros(len(tables.method_class), np.uint64)
        platform = np.zeros(len(tables.method_class), np.uint8)
        hash_names(
            tables.data,
            tables.string_starts,
            tables.string_lengths,
            tables.type_strings,
            tables.method_class,
            tables.method_name,
            method_hash,
            platform,
        )
        return _walk(tables, rows, method_hash, platform, note)


def _methods(tables: Tables, note: Note) -> NDArray[np.int64]:
    """(method, class, offset of the code, units) of each method with code, cut to what a file can hold in all."""
    rows = np.zeros((MOST_MEMBERS, 4), np.int64)
    found, malformed, unread = defined_methods(tables.data, tables.class_data, len(tables.method_class), rows)
    if malformed:
        note("malformed_dex", f"{malformed} classes or methods point outside the file")
    if unread:
        note("dex_limit", f"{unread} classes define too many methods")
    rows = rows[:found]
    room = np.searchsorted(np.cumsum(rows[:, 3]), len(tables.data) // 2, side="right")
    if room < found:  # code that methods share on purpose is not read again and again
        note("dex_limit", f"code overlaps: {found - room} of {found} methods are not read")
    return rows[:room]


def _walk(
    tables: Tables,
    rows: NDArray[np.int64],
    method_hash: NDArray[np.uint64],
    platform: NDArray[np.uint8],
    note: Note,
) -> Code:
    total = int(rows[:, 3].sum())
    ends = np.zeros((len(rows) + 1, 4), np.int64)
    ends[0, STRING] = total // 3 + 1  # a call takes three units, everything else two
    ends[0, TYPE] = ends[0, STRING] + total // 2 + 1
    values = np.empty(ends[0, TYPE] + total // 2 + 1, np.uint32)
    shapes = np.empty(len(rows), np.uint64)
    limits = np.array([0, len(method_hash), len(tables.string_starts) - 1, len(tables.type_strings) - 1], np.int64)
    malformed = instructions.walk(
        _units(tables.data),
        rows[:, 2] >> 1,
        rows[:, 3].copy(),
        method_hash,
        platform,
        limits,
        shapes,
        ends,
        values,
    )
    if malformed:
        note("malformed_dex", f"{malformed} methods hold malformed instructions")

    def csr(kind: int) -> Csr:
        first, last = ends[0, kind], ends[-1, kind]
        return Csr(ends[:, kind] - first, values[first:last].copy())

    return Code(
        method=rows[:, 0].astype(np.uint32),
        owner=rows[:, 1].astype(np.int32),
        units=rows[:, 3].astype(np.uint32),
        offset=rows[:, 2].astype(np.uint32),
        shape=shapes,
        calls=csr(CALL),
        strings=csr(STRING),
        types=csr(TYPE),
        method_hash=method_hash,
    )


def opcodes(data: NDArray[np.uint8], code: Code, number: int) -> bytes:
    """Opcodes of the method `number` of `code`, `nop` included, without the data of switches and arrays."""
    count = int(code.units[number])
    out = np.empty(count, np.uint8)
    found = instructions.stream(_units(data), int(code.offset[number]) >> 1, count, out)
    return out[:found].tobytes()


def _units(data: NDArray[Any]) -> NDArray[np.uint16]:
    return data[: len(data) & ~1].view("<u2")
