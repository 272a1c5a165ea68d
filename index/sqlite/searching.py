"""Answering compiled queries: which rows, in which order; and rows back into objects."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import count

from index.protocol import Facet, Kind, Stored
from index.query.fields import TITLE, facet_field, sort_field
from index.reading import decode
from index.sqlite.compile import Compiled, column

_SLACK = 16
"""Rows beyond the page that are read to put ties in order of id: as many as `rows.free_place` chooses from."""
_PAGE = 500
"""Rows per read of a long walk: between two reads nothing is locked."""
_numbers = count()


def page(opened: sqlite3.Connection, query: Compiled, sort: str | None, limit: int, offset: int) -> list[int]:
    """The numbers of hits `offset` to `offset + limit`, in order. Raises QueryError for fields that give no order."""
    if sort == "relevance" and query.match:
        return _relevant(opened, query, offset + limit)[offset:]
    if sort in {None, "relevance", "-first_seen"}:
        return _newest(opened, query, limit, offset)
    field, descending = sort_field(str(sort), query.kind)
    order = column(field.name, query.kind)
    direction = "DESC" if descending else "ASC"
    found = opened.execute(
        f"SELECT d.number FROM {_hits(query)} ORDER BY {order} IS NULL, {order} {direction}, d.id LIMIT ? OFFSET ?",  # noqa: S608 - all parts are ours
        (*_parameters(query), limit, offset),
    )
    return [number for (number,) in found]


def _hits(query: Compiled) -> str:
    """FROM and WHERE: full text drives where there is any."""
    kind = query.kind
    if not query.match:
        return f"{kind} d WHERE {query.where}"
    if query.where == "1":
        return f"{kind}_text t CROSS JOIN {kind} d ON d.place = t.rowid WHERE {kind}_text MATCH ?"
    return f"{kind}_text t CROSS JOIN {kind} d ON d.place = t.rowid WHERE {kind}_text MATCH ? AND {query.where}"


def _parameters(query: Compiled) -> list[str | float]:
    return [query.match, *query.parameters] if query.match else query.parameters


def _newest(opened: sqlite3.Connection, query: Compiled, limit: int, offset: int) -> list[int]:
    """Down the places; only those that differ in nothing but the last bits are put in order of id."""
    kind = query.kind
    if query.match and query.where == "1":
        source = f"SELECT rowid AS place FROM {kind}_text WHERE {kind}_text MATCH ? ORDER BY rowid DESC"  # noqa: S608 - all parts are ours
    elif query.match:
        source = f"SELECT t.rowid AS place FROM {_hits(query)} ORDER BY t.rowid DESC"  # noqa: S608 - all parts are ours
    else:
        source = f"SELECT d.place FROM {_hits(query)} ORDER BY d.place DESC"  # noqa: S608 - all parts are ours
    found = opened.execute(
        f"SELECT d.number FROM ({source} LIMIT ?) found CROSS JOIN {kind} d ON d.place = found.place"  # noqa: S608 - all parts are ours
        " ORDER BY found.place >> 4 DESC, d.id LIMIT ? OFFSET ?",
        (*_parameters(query), offset + limit + _SLACK, limit, offset),
    )
    return [number for (number,) in found]


def _relevant(opened: sqlite3.Connection, query: Compiled, wanted: int) -> list[int]:
    """The numbers of the first `wanted`: hits in the title before the others, each by BM25, ties by id."""
    found = _ranked(opened, query, f"{query.kind}_title", query.titles, wanted) if query.titles else []
    if len(found) < wanted:
        others = f"{query.match} NOT ({{{TITLE[query.kind]}}} : {query.titles})" if query.titles else query.match
        found += _ranked(opened, query, f"{query.kind}_text", others, wanted - len(found))
    return found


def _ranked(opened: sqlite3.Connection, query: Compiled, table: str, match: str | None, wanted: int) -> list[int]:
    condition = f" AND {query.where}" if query.where != "1" else ""
    join = f" CROSS JOIN {query.kind} d ON d.place = t.rowid" if condition else ""
    best = opened.execute(
        f"SELECT t.rowid, bm25({table}) AS score FROM {table} t{join} WHERE {table} MATCH ?{condition}"  # noqa: S608 - all parts are ours
        # The lower half of a place falls as the id rises.
        " ORDER BY score, t.rowid & 0x7fffffff DESC LIMIT ?",
        (match, *query.parameters, wanted + _SLACK),
    ).fetchall()
    documents = {
        place: (document_id, number)
        for place, document_id, number in opened.execute(
            f"SELECT d.place, d.id, d.number FROM json_each(?) w CROSS JOIN {query.kind} d ON d.place = w.value",  # noqa: S608 - all parts are ours
            (json.dumps([place for place, _ in best]),),
        )
    }
    best.sort(key=lambda hit: (hit[1], documents[hit[0]][0]))
    return [documents[place][1] for place, _ in best[:wanted]]


def number_of(opened: sqlite3.Connection, query: Compiled) -> int:
    """How many hits there are."""
    kind = query.kind
    hits = f"{kind}_text WHERE {kind}_text MATCH ?" if query.match and query.where == "1" else _hits(query)
    return int(opened.execute(f"SELECT count(*) FROM {hits}", _parameters(query)).fetchone()[0])  # noqa: S608 - all parts are ours


def facet(opened: sqlite3.Connection, query: Compiled, name: str, limit: int) -> list[Facet]:
    """The most frequent values of a keyword field among the hits."""
    field = facet_field(name, query.kind)
    held = f"(SELECT {column(field.name, query.kind)} AS value FROM {_hits(query)}) held"  # noqa: S608 - all parts are ours
    value = "one.value" if field.many else "held.value"
    source = f"{held}, json_each(held.value) one" if field.many else held
    found = opened.execute(
        f"SELECT {value}, count(*) FROM {source} WHERE held.value IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?",  # noqa: S608 - all parts are ours
        (*_parameters(query), limit),
    )
    return [Facet(value=value, count=count) for value, count in found]


def walk(opened: sqlite3.Connection, query: Compiled) -> Iterator[Stored]:
    """All hits in order of id: their numbers wait in a temporary table, which lies on disk when it is large."""
    table = f"walk_{next(_numbers)}"
    opened.execute(f"CREATE TEMP TABLE {table} (turn INTEGER PRIMARY KEY, hit INTEGER NOT NULL)")
    try:
        opened.execute(
            f"INSERT INTO {table} (hit) SELECT d.number FROM {_hits(query)} ORDER BY d.id",  # noqa: S608 - all parts are ours
            _parameters(query),
        )
        last = 0
        while hits := opened.execute(
            f"SELECT turn, hit FROM {table} WHERE turn > ? ORDER BY turn LIMIT ?",  # noqa: S608 - all parts are ours
            (last, _PAGE),
        ).fetchall():
            yield from stored(opened, query.kind, [hit for _, hit in hits])
            last = hits[-1][0]
    finally:
        opened.execute(f"DROP TABLE {table}")


def stored(opened: sqlite3.Connection, kind: Kind, numbers: Sequence[int]) -> list[Stored]:
    """The objects with these numbers, in the same order."""
    found = opened.execute(
        f"SELECT d.number, d.id, d.first_seen, d.last_seen, b.body FROM json_each(?) w"  # noqa: S608 - all parts are ours
        f" CROSS JOIN {kind} d ON d.number = w.value"
        f" CROSS JOIN {kind}_body b ON b.number = d.number",
        (json.dumps(numbers),),
    )
    objects = {row[0]: _stored(kind, *row[1:]) for row in found}
    return [objects[number] for number in numbers if number in objects]


def _stored(kind: Kind, document_id: str, first_seen: str, last_seen: str, body: str) -> Stored:
    value: dict[str, object] = decode(dict, body)
    if kind == "listings":
        listing = value.pop("listing")
        value = {**listing, **value} if isinstance(listing, dict) else value
    value |= {"id": document_id, "first_seen": first_seen, "last_seen": last_seen}
    return Stored(id=document_id, kind=kind, value=value, first_seen=first_seen, last_seen=last_seen)
