"""One file of a register into the copy. Every row is accounted for: new, known, changed, unreadable or set aside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Literal

from index.registry.columns import Fields, fold, header, iso_date, read_row
from index.registry.model import Record, Register
from index.registry.numbers import find
from index.registry.rows import MOST_BYTES, Row, TablesError
from index.registry.store import Shelf
from index.registry.tables import read_rows

Reason = Literal["no_number", "no_entity", "bad_number", "cut", "file", "outside"]
"""Why a row is unreadable: no number where the list has them, nobody who filed, a number of no known form, a cell too
long or a row too wide, the file breaks off. 'outside': no row of a table at all."""
_KEPT = (
    "name",
    "entity",
    "region",
    "date",
    "product",
    "role",
    "purpose",
    "base_model",
    "package",
    "credit_code",
    "remark",
)
_SHOWN = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A row that was not taken over."""

    place: str
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """How the columns of one table were read."""

    table: str
    columns: Mapping[str, str]
    """Field -> words of the header, or 'column 3' where the header is missing or says nothing."""
    by: Literal["header", "content"]


@dataclass(slots=True, kw_only=True)
class Imported:
    """What became of one file. `rows` is the sum of the counts."""

    file: str
    register: Register
    sha256: str
    as_of: str | None
    rows: int = 0
    """Rows that are not empty."""
    new: int = 0
    known: int = 0
    changed: int = 0
    unreadable: list[Unreadable] = field(default_factory=list)
    aside: list[Unreadable] = field(default_factory=list)
    """Titles, headers that are repeated, notes: text outside the rows of a table."""
    shifted: int = 0
    """Rows taken over whose cells stood beside their columns."""
    tables: list[Mapped] = field(default_factory=list)


def import_file(path: Path, register: Register, shelf: Shelf, *, today: str, as_of: str | None = None) -> Imported:
    """Reads the file and adds its records. `as_of` None: the day that the list itself states ('截至2024年3月').

    Raises OSError and IndexUnavailable; what is wrong with the file is among the unreadable.
    """
    with path.open("rb") as source:
        data = source.read(MOST_BYTES + 1)
    done = Imported(file=path.name, register=register, sha256=sha256(data).hexdigest(), as_of=as_of)
    records = list(_Reader(done, today).records(data))
    done.as_of = as_of or _stated(path.name) or next(filter(None, (_stated(row.detail) for row in done.aside)), None)
    for outcome in shelf.add([_dated(record, done.as_of) for record in records]):
        setattr(done, outcome, getattr(done, outcome) + 1)
    return done


def _dated(record: Record, as_of: str | None) -> Record:

    return replace(record, as_of=as_of)


def _stated(text: str) -> str | None:
    """The day after the words 'as of' of a title; the month alone counts as its first day, which claims least."""
    _, word, rest = text.partition("截至")
    if not word:
        _, word, rest = text.partition("截止")
    day = iso_date(rest[:20]) if word else None
    return f"{day}-01" if day and len(day) == 7 else day


class _Reader:
    """The rows of one file, in order."""

    def __init__(self, done: Imported, today: str) -> None:
        self._done = done
        self._today = today
        self._columns: dict[int, str] | None = None
        self._table: str | None = None

    def records(self, data: bytes) -> Iterator[Record]:
        """The records; everything else is noted in `done`."""
        last = 0
        try:
            for row in read_rows(data):
                last = row.number
                if row.cut or any(row.cells):
                    self._done.rows += 1
                    if (record := self._record(row)) is not None:
                        yield record
        except TablesError as error:
            self._done.rows += 1
            self._note(self._done.unreadable, _place(self._table or "", last + 1), "file", str(error))

    def _record(self, row: Row) -> Record | None:
        if row.table != self._table:
            self._table, self._columns = row.table, None
        place, shown = _place(row.table, row.number), " | ".join(filter(None, row.cells))
        if row.cut:
            self._note(self._done.unreadable, place, "cut", shown)
            return None
        if (named := header(row.cells)) is not None:
            if named != self._columns:
                self._columns = named
                columns = {field: row.cells[at].replace("\n", "") for at, field in named.items()}
                self._done.tables.append(Mapped(table=row.table, columns=columns, by="header"))
            self._note(self._done.aside, place, "outside", shown)
            return None
        said = read_row(row.cells, self._columns, self._done.register)
        if problem := self._problem(said, row):
            rows = self._done.aside if problem == "outside" else self._done.unreadable
            self._note(rows, place, problem, shown)
            return None
        if self._columns is None and not any(table.table == row.table for table in self._done.tables):
            columns = {field: str(row.cells.index(cell) + 1) for field, cell in _placed(said, row).items()}
            self._done.tables.append(Mapped(table=row.table, columns=columns, by="content"))
        self._done.shifted += said.shifted
        return Record(
            register=self._done.register,
            number=said.number.text if said.number else None,
            **{name: said.values.get(name, "") for name in _KEPT if name != "date"},
            date=iso_date(said.values.get("date", "")) or said.values.get("date", ""),
            file=self._done.file,
            sha256=self._done.sha256,
            place=place,
            imported=self._today,
        )

    def _problem(self, said: Fields, row: Row) -> Reason | None:
        filled = [cell for cell in row.cells if cell]
        if said.number is None:
            if len(set(filled)) < 3 and not said.values.get("entity"):
                return "outside"  # a title, a footnote, the number of a page
            if self._columns is not None and "number" not in self._columns.values():
                return None if said.values.get("entity") and said.values.get("name") else "no_entity"
            return "bad_number" if any(_looks_numbered(cell) for cell in filled) else "no_number"
        return None if said.values.get("entity") else "no_entity"

    def _note(self, rows: list[Unreadable], place: str, reason: Reason, shown: str) -> None:
        rows.append(Unreadable(place=place, reason=reason, detail=shown[:_SHOWN]))


def _placed(said: Fields, row: Row) -> dict[str, str]:
    """Field -> its raw cell, for those that can be pointed at."""
    raw = {fold(cell): cell for cell in reversed(row.cells) if cell}
    return {name: raw[value] for name, value in said.values.items() if value in raw}


def _looks_numbered(cell: str) -> bool:
    return bool(find(cell)) or "ICP备" in cell or "网信算备" in cell


def _place(table: str, number: int) -> str:
    return f"{table}:{number}" if table else str(number)
