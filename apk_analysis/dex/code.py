"""What the methods of a DEX file do, as arrays over all methods that have code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apk_analysis.dex import instructions
from apk_analysis.dex.class_data import coded_methods
from apk_analysis.dex.header import MOST_MEMBERS, Note
from apk_analysis.dex.instructions import Given, Taken
from apk_analysis.dex.names import hash_names
from apk_analysis.dex.tables import Tables

MOST_UNITS, MOST_CALLS, MOST_USES = 8 << 20, 2 << 20, 1 << 20
"""Of code per file: 16 MB, where a compiler's largest files hold 10; calls, and uses of strings or types, of which real
files have a third. Bounds memory."""
ITEM = 16
"""Bytes of a code item in front of its instructions."""


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

    @property
    def held(self) -> int:
        """Bytes of all arrays."""
        rows = (self.calls, self.strings, self.types)
        plain = (self.method, self.owner, self.units, self.offset, self.shape, self.method_hash)
        return sum(array.nbytes for array in plain) + sum(row.starts.nbytes + row.values.nbytes for row in rows)


def read_code(tables: Tables, note: Note) -> Code:
    """Walks over all code once. What is malformed costs its own method and goes to `note`."""
    with np.errstate(over="ignore"):  # hashes wrap around; only the uncompiled functions would warn
        rows = _methods(tables, note)
        method_hash = np.zeros(len(tables.method_class), np.uint64)
        platform = np.zeros(len(tables.method_class), np.uint8)
        hash_names(tables, method_hash, platform)
        return _walk(tables, rows, (method_hash, platform), note)


def _methods(tables: Tables, note: Note) -> NDArray[np.int64]:
    """(method, class, first unit of the code, units) of each method with code, as far as a file can hold them."""
    rows = np.empty((MOST_MEMBERS, 3), np.int64)
    found, malformed, unread = coded_methods(tables.data, tables.class_data, rows)
    rows = rows[:found]
    rows = rows[
        (rows[:, 0] < len(tables.method_class)) & (rows[:, 2] + ITEM <= len(tables.data)) & (rows[:, 2] & 1 == 0)
    ]
    units = _units(tables.data)
    starts = (rows[:, 2] + ITEM) >> 1
    declared = units[starts - 2] | units[starts - 1].astype(np.int64) << 16
    counts = np.minimum(declared, len(units) - starts)
    malformed += found - len(rows) + int(np.count_nonzero(counts < declared))
    if malformed:
        note("malformed_dex", f"{malformed} classes or methods reach outside the file")
    if unread:
        note("dex_limit", f"{unread} classes are not read: they share data, or define too many methods")
    methods = np.stack((rows[:, 0], rows[:, 1], starts, counts))
    kept = _bounded(methods, min(len(units), MOST_UNITS))
    if kept.shape != methods.shape:
        note(
            "dex_limit",
            f"code overlaps or is too large: {methods.shape[1] - kept.shape[1]} of {found} methods are not read",
        )
    return kept


def _bounded(methods: NDArray[np.int64], units: int) -> NDArray[np.int64]:
    """Those whose code is read: all, unless that is too much or they share so much of it that it exceeds the file.

    Then each piece of code counts once before any counts again, and small ones first: bait does not hide what is real.
    """
    starts, counts = methods[2], methods[3]
    if counts.sum() <= units:
        return methods
    again = np.ones(len(starts), bool)
    again[np.unique(starts, return_index=True)[1]] = False
    order = np.lexsort((counts, again))
    kept: NDArray[np.int64] = np.take(methods, np.sort(order[np.cumsum(counts[order]) <= units]), axis=1)
    return kept


def _walk(
    tables: Tables, rows: NDArray[np.int64], names: tuple[NDArray[np.uint64], NDArray[np.uint8]], note: Note
) -> Code:
    method, owner, starts, counts = rows
    total = int(counts.sum())
    given = Given(
        units=_units(tables.data),
        starts=starts,
        counts=counts,
        method_hash=names[0],
        platform=names[1],
        strings=len(tables.string_starts) - 1,
        types=len(tables.type_strings) - 1,
    )
    taken = Taken(
        shapes=np.empty(len(method), np.uint64),
        call_ends=np.zeros(len(method) + 1, np.int64),
        calls=np.empty(min(total, MOST_CALLS), np.uint32),
        string_ends=np.zeros(len(method) + 1, np.int64),
        strings=np.empty(min(total, MOST_USES), np.uint32),
        type_ends=np.zeros(len(method) + 1, np.int64),
        types=np.empty(min(total, MOST_USES), np.uint32),
    )
    malformed = instructions.walk(given, taken)
    if malformed:
        note("malformed_dex", f"{malformed} methods hold malformed instructions")
    full = taken.call_ends[-1] == MOST_CALLS or MOST_USES in {taken.string_ends[-1], taken.type_ends[-1]}
    if full:
        note("dex_limit", "more calls or uses of constants than are kept")
    return Code(
        method=method.astype(np.uint32),
        owner=owner.astype(np.int32),
        units=counts.astype(np.uint32),
        offset=(starts << 1).astype(np.uint32),
        shape=taken.shapes,
        calls=Csr(taken.call_ends, taken.calls[: taken.call_ends[-1]].copy()),
        strings=Csr(taken.string_ends, taken.strings[: taken.string_ends[-1]].copy()),
        types=Csr(taken.type_ends, taken.types[: taken.type_ends[-1]].copy()),
        method_hash=names[0],
    )


def opcodes(data: NDArray[np.uint8], code: Code, number: int) -> bytes:
    """Opcodes of the method `number` of `code`, `nop` included, without the data of switches and arrays."""
    count = int(code.units[number])
    out = np.empty(count, np.uint8)
    found = instructions.stream(_units(data), np.int64(code.offset[number] >> 1), np.int64(count), out)
    return out[:found].tobytes()


def _units(data: NDArray[Any]) -> NDArray[np.uint16]:
    return data[: len(data) & ~1].view("<u2")
