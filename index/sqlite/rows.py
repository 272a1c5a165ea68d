"""One document of any kind as rows: main table, body and full text are written and replaced together."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from itertools import groupby
from typing import Any

from index.protocol import Kind
from index.query.fields import FIELDS, TITLE, text_fields
from index.query.values import Value
from index.reading import encode

_OWN: dict[Kind, tuple[str, ...]] = {"listings": ("content",), "findings": ("proposed",)}
"""Columns that are no searchable fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is stored of one object."""

    kind: Kind
    id: str
    body: str
    """JSON."""
    values: Mapping[str, Value | bytes]
    """From `index.query.values`, and columns that are no declared fields."""
    texts: Mapping[str, str]
    """Text field -> tokens."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Writes documents inside one transaction.

    Full text waits until `finish`: other statements in between could make FTS5 write out what it has gathered.
    """

    opened: sqlite3.Connection
    _waiting: dict[str, list[tuple[str, list[Any]]]] = field(default_factory=dict)
    """Table -> statements with their values, in order."""

    def insert(self, document: Document, first_seen: str) -> tuple[int, int]:
        """A new document: its number and place."""
        statement, place = _insert(document.kind), first_place(document.id, first_seen)
        cells = (document.id, first_seen, first_seen, *_cells(document))
        try:
            number = self.opened.execute(statement, (place, *cells)).lastrowid or 0
        except sqlite3.IntegrityError:  # hardly ever: another document of this second has the same first digits
            place = free_place(self.opened, document.kind, place)
            number = self.opened.execute(statement, (place, *cells)).lastrowid or 0
        self.opened.execute(f"INSERT INTO {document.kind}_body VALUES (?, ?)", (number, document.body))  # noqa: S608 - kind is ours
        self._index(document.kind, place, document.texts, delete=False)
        return number, place

    def replace(self, number: int, place: int, old: Mapping[str, str], document: Document) -> None:
        """A document that is there; `old` are the tokens it was stored with."""
        kind = document.kind
        self.opened.execute(_update(kind), (*_cells(document), number))
        self.opened.execute(f"UPDATE {kind}_body SET body = ? WHERE number = ?", (document.body, number))  # noqa: S608 - all parts are ours
        if old != document.texts:
            self._index(kind, place, old, delete=True)
            self._index(kind, place, document.texts, delete=False)

    def drop(self, kind: Kind, number: int, place: int, old: Mapping[str, str]) -> None:
        """Deletes a document; `old` as above."""
        for table in (kind, f"{kind}_body"):
            self.opened.execute(f"DELETE FROM {table} WHERE number = ?", (number,))  # noqa: S608 - kind is ours
        self._index(kind, place, old, delete=True)

    def _index(self, kind: Kind, place: int, texts: Mapping[str, str], *, delete: bool) -> None:
        """Contentless full text: a deletion has to name the very tokens that were inserted."""
        for table, names in ((f"{kind}_text", text_fields(kind)), (f"{kind}_title", (TITLE[kind],))):
            row = [place, *(texts[name] for name in names)]
            self._waiting.setdefault(table, []).append((_full_text(table, names, delete=delete), row))

    def finish(self) -> None:
        """Writes the full text. To be called last in the transaction."""
        for statements in self._waiting.values():
            # FTS5 writes out what it has gathered whenever a rowid is smaller than the one before.
            statements.sort(key=lambda waiting: waiting[1][0])
            for statement, group in groupby(statements, key=lambda waiting: waiting[0]):
                self.opened.executemany(statement, [row for _, row in group])
        self._waiting.clear()


def first_place(document_id: str, first_seen: str) -> int:
    """The place that 'newest first, ties by id' wants for the document (see the first migration)."""
    digits = document_id.rpartition("-")[2]
    return (_seconds(first_seen) << 31) | ((0x7FFFFFF - (int(digits[:7], 16) >> 1)) << 4)


@lru_cache(maxsize=16)
def _seconds(moment: str) -> int:
    return max(0, min(int(datetime.fromisoformat(moment).timestamp()), 2**32 - 1))


def free_place(opened: sqlite3.Connection, kind: Kind, first: int) -> int:
    """A free one among the sixteen that count as the same place."""
    while True:
        taken = opened.execute(f"SELECT place FROM {kind} WHERE place BETWEEN ? AND ?", (first, first + 15))  # noqa: S608 - all parts are ours
        used = {place for (place,) in taken}
        free = next((place for place in range(first, first + 16) if place not in used), None)
        if free is not None:
            return free
        first += 16  # a seventeenth lives next door


@cache
def _full_text(table: str, names: tuple[str, ...], *, delete: bool) -> str:
    columns, places = ", ".join(names), ", ".join("?" * (len(names) + 1))
    if delete:
        return f"INSERT INTO {table} ({table}, rowid, {columns}) VALUES ('delete', {places})"  # noqa: S608 - all parts are ours
    return f"INSERT INTO {table} (rowid, {columns}) VALUES ({places})"  # noqa: S608 - all parts are ours


@cache
def _columns(kind: Kind) -> tuple[str, ...]:
    declared = (field.name for field in FIELDS[kind].values() if field.type != "text")
    stored = tuple(name for name in declared if name not in {"id", "first_seen", "last_seen"})
    return ("texts", *stored, *_OWN.get(kind, ()))


@cache
def _insert(kind: Kind) -> str:
    names = ", ".join(f'"{name}"' for name in ("place", "id", "first_seen", "last_seen", *_columns(kind)))
    return f"INSERT INTO {kind} ({names}) VALUES ({', '.join('?' * (4 + len(_columns(kind))))})"  # noqa: S608 - all parts are ours


@cache
def _update(kind: Kind) -> str:
    settings = ", ".join(f'"{name}" = ?' for name in _columns(kind))
    return f"UPDATE {kind} SET {settings} WHERE number = ?"  # noqa: S608 - all parts are ours


def _cells(document: Document) -> list[str | float | bytes | None]:
    filled = "".join([f" {name} " for name, tokens in document.texts.items() if tokens])
    value_of = document.values.get
    return [filled, *[_cell(value_of(name)) for name in _columns(document.kind)[1:]]]


def _cell(value: Value | bytes | None) -> str | float | bytes | None:
    return encode(value).decode() if isinstance(value, tuple) else value
