"""One document of any kind, as rows: main table, last look, body and full text are written and replaced together."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from index.protocol import Kind
from index.query.fields import FIELDS, TITLE, text_fields
from index.query.values import Value
from index.reading import encode

_PLACES = 16
"""Documents of one second whose ids begin with the same 27 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is stored of one object."""

    kind: Kind
    id: str
    body: str
    """JSON."""
    values: Mapping[str, Value]
    """From `index.query.values`, and columns that are no declared fields."""
    texts: Mapping[str, str]
    """Text field -> tokens."""


def order_key(opened: sqlite3.Connection, kind: Kind, document_id: str, first_seen: str) -> int:
    """A free rowid that lies where 'newest first, ties by id' puts the document (see the first migration)."""
    digits = document_id.rpartition("-")[2]
    moment = datetime.fromisoformat(first_seen).timestamp()
    seconds = max(0, min(int(moment), 2**32 - 1))
    key = (seconds << 31) | ((0x7FFFFFF - (int(digits[:7], 16) >> 1)) << 4)
    taken = opened.execute(
        f"SELECT rowid FROM {kind} WHERE rowid BETWEEN ? AND ? ORDER BY rowid",  # noqa: S608 - kind is ours
        (key, key + _PLACES - 1),
    ).fetchall()
    used = {rowid for (rowid,) in taken}
    return next(place for place in range(key, key + len(used) + 1) if place not in used)


def insert(opened: sqlite3.Connection, rowid: int, document: Document, first_seen: str) -> None:
    """Everything but the row of the last look."""
    opened.execute(_insert(document.kind), (rowid, document.id, first_seen, *_cells(document)))
    opened.execute(f"INSERT INTO {document.kind}_body VALUES (?, ?)", (rowid, document.body))  # noqa: S608
    _index(opened, rowid, document, delete=False)


def replace(opened: sqlite3.Connection, rowid: int, old: Mapping[str, str], document: Document) -> None:
    """The same of a document that is there; `old` are the tokens it was stored with."""
    opened.execute(_update(document.kind), (*_cells(document), rowid))
    opened.execute(f"UPDATE {document.kind}_body SET body = ? WHERE rowid = ?", (document.body, rowid))  # noqa: S608
    if dict(old) != dict(document.texts):
        unchanged = Document(kind=document.kind, id=document.id, body="", values={}, texts=old)
        _index(opened, rowid, unchanged, delete=True)
        _index(opened, rowid, document, delete=False)


def _index(opened: sqlite3.Connection, rowid: int, document: Document, *, delete: bool) -> None:
    """Contentless full text: a deletion has to name the very tokens that were inserted."""
    kind, title = document.kind, TITLE[document.kind]
    for table, names in ((f"{kind}_text", text_fields(kind)), (f"{kind}_title", (title,))):
        tokens = [document.texts[name] for name in names]
        opened.execute(_full_text(table, names, delete=delete), (rowid, *tokens))


@cache
def _full_text(table: str, names: tuple[str, ...], *, delete: bool) -> str:
    columns, places = ", ".join(names), ", ".join("?" * (len(names) + 1))
    if delete:
        return f"INSERT INTO {table} ({table}, rowid, {columns}) VALUES ('delete', {places})"  # noqa: S608
    return f"INSERT INTO {table} (rowid, {columns}) VALUES ({places})"  # noqa: S608


@cache
def _columns(kind: Kind) -> tuple[str, ...]:
    declared = (field.name for field in FIELDS[kind].values() if field.type != "text")
    stored = tuple(name for name in declared if name not in {"id", "first_seen", "last_seen"})
    return ("texts", *stored, *(("proposed",) if kind == "findings" else ()))


@cache
def _insert(kind: Kind) -> str:
    names = ", ".join(f'"{name}"' for name in ("rowid", "id", "first_seen", *_columns(kind)))
    return f"INSERT INTO {kind} ({names}) VALUES ({', '.join('?' * (3 + len(_columns(kind))))})"  # noqa: S608


@cache
def _update(kind: Kind) -> str:
    settings = ", ".join(f'"{name}" = ?' for name in _columns(kind))
    return f"UPDATE {kind} SET {settings} WHERE rowid = ?"  # noqa: S608


def _cells(document: Document) -> list[str | float | None]:
    filled = "".join(f" {name} " for name, tokens in document.texts.items() if tokens.strip())
    return [filled, *(_cell(document.values.get(name)) for name in _columns(document.kind)[1:])]


def _cell(value: Value) -> str | float | None:
    if isinstance(value, tuple):
        return encode(value).decode() if value else None
    return value
