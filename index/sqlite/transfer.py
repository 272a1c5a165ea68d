"""The embedded index as rows that every engine understands (`index.transfer.rows`)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from index.messages import t
from index.protocol import IndexUnavailable, Kind
from index.reading import ReadError, encode
from index.sqlite.carried import write
from index.sqlite.files import speaking_of, transaction
from index.sqlite.migrate import open_migrated
from index.sqlite.tidy import merge_full_text
from index.transfer.rows import Key, Row, Store, batches

_LISTING = (
    "l.id, l.first_seen, l.last_seen, lower(hex(l.content)), b.body,"
    " (SELECT json_group_array(key) FROM (SELECT key FROM ties WHERE place = l.place ORDER BY key)),"
    " (SELECT json_group_array(json_array(id, proposed)) FROM"
    " (SELECT id, proposed FROM findings WHERE listing_id = l.id ORDER BY number)),"
    " (SELECT count(*) FROM history WHERE listing_id = l.id),"
    " (SELECT json_extract(capture, '$.sha256') FROM observations"
    " WHERE listing_id = l.id AND capture IS NOT NULL ORDER BY seq DESC LIMIT 1)"
)
_FINDING = (
    "f.id, f.first_seen, f.last_seen, f.proposed, b.body,"
    " (SELECT json_extract(o.body, '$.listing') FROM listings l JOIN listings_body o USING (number)"
    " WHERE l.id = f.listing_id)"
)
_NUMBERED = (
    "(SELECT *, row_number() OVER (PARTITION BY listing_id ORDER BY seq) - 1 AS turn FROM observations"
    " WHERE listing_id IN (SELECT json_extract(value, '$[0]') FROM json_each(?1)))"
)
"""Looks at the listings of some keys, each with its place among those at the same listing."""


@dataclass(frozen=True, slots=True)
class _Table:
    """How the rows of one store are read."""

    columns: str
    source: str
    key: tuple[str, ...]
    """Columns that name a row."""
    walk: tuple[str, ...]
    """Columns of a unique order, in which an index of the file gives the rows."""
    row: Callable[[Sequence[Any]], Row]


class SqliteTransfer:
    """See `index.transfer.rows.Transfer`."""

    def __init__(self, path: Path, *, write: bool = True) -> None:
        """Opens the file, and makes or migrates it when writing. Raises IndexUnavailable."""
        self.path = path
        self._opened = open_migrated(path, "index", write=write)
        self._wrote = False

    def stamp(self) -> int | None:
        """See the protocol."""
        return int(self._ask("PRAGMA data_version")[0][0])

    def size(self, store: Store) -> int:
        """See the protocol."""
        return int(self._ask(f"SELECT count(*) FROM {store}")[0][0])  # noqa: S608 - ours

    def rows(self, store: Store) -> Iterator[Row]:
        """See the protocol."""
        table = _TABLES[store]
        width, order = len(table.walk), ", ".join(table.walk)
        statement = f"SELECT {order}, {table.columns} FROM {table.source} {{}} ORDER BY {order} LIMIT 500"  # noqa: S608 - all parts are ours
        further = f"WHERE ({order}) > ({', '.join('?' * width)})"
        last: tuple[Any, ...] = ()
        turn, of = 0, None
        while found := self._ask(statement.format(further if last else ""), last):
            for cells in found:
                turn, of = (turn + 1 if cells[0] == of else 0), cells[0]
                yield self._row(table, (*cells[width:], turn))
            last = found[-1][:width]

    def fetch(self, store: Store, keys: Sequence[Key]) -> dict[Key, Row]:
        """See the protocol."""
        table, wanted = _TABLES[store], encode(list(keys)).decode()
        if store == "observations":
            found = self._ask(f"SELECT {table.columns}, o.turn FROM {_NUMBERED} o", (wanted,))  # noqa: S608 - all parts are ours
        else:
            same = " AND ".join(f"{name} = json_extract(w.value, '$[{at}]')" for at, name in enumerate(table.key))
            source = f"json_each(?1) w CROSS JOIN {table.source} WHERE {same}"
            found = self._ask(f"SELECT {table.columns} FROM {source}", (wanted,))  # noqa: S608 - all parts are ours
        asked = set(keys)
        return {row.key: row for row in (self._row(table, cells) for cells in found) if row.key in asked}

    def write(self, store: Store, rows: Sequence[Row], known: Collection[Key]) -> None:  # noqa: ARG002 - it sees itself
        """See the protocol."""
        self._wrote = True
        for some in batches(rows, 200):
            with speaking_of(self.path), transaction(self._opened):
                try:
                    write(self._opened, store, some)
                except (ReadError, KeyError, TypeError) as error:
                    raise IndexUnavailable(t("transfer.unfit", store=store, detail=error)) from error

    def close(self) -> None:
        """See the protocol."""
        if self._wrote:
            merge_full_text(self._opened)
        self._opened.close()

    def _ask(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with speaking_of(self.path):
            return self._opened.execute(statement, values).fetchall()

    def _row(self, table: _Table, cells: Sequence[Any]) -> Row:
        try:
            return table.row(cells)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise IndexUnavailable(t("transfer.unreadable", path=self.path, id=cells[0], detail=error)) from error


_json = msgspec.json.decode


def _listing(cells: Sequence[Any]) -> Row:
    name, first, last, content, body, ties, findings, changes, capture, *_ = cells
    named = _json(findings)
    return Row(
        (name,),
        {"id": name, "first_seen": first, "last_seen": last, "content": content or "", "ties": _json(ties),
         "body": _json(body)},
        {"finding_ids": [one for one, _ in named], "proposed_ids": [one for one, proposed in named if proposed],
         "changes": changes, "last_capture": capture},
    )  # fmt: skip


def _finding(cells: Sequence[Any]) -> Row:
    name, first, last, proposed, body, listing, *_ = cells
    said = {"id": name, "first_seen": first, "last_seen": last, "proposed": bool(proposed), "body": _json(body)}
    return Row((name,), said, {"listing": _json(listing) if listing else None})


def _sample(cells: Sequence[Any]) -> Row:
    name, first, last, body, *_ = cells
    return Row((name,), {"id": name, "first_seen": first, "last_seen": last, "body": _json(body)})


def _fingerprint(cells: Sequence[Any]) -> Row:
    name, version, at, body, *_ = cells
    return Row((name, version), {"id": name, "at": at, "body": _json(body)})


def _change(cells: Sequence[Any]) -> Row:
    listing, seq, at, run, name, old, new, *_ = cells
    body = {"at": at, "run_id": run, "field": name, "old": _json(old), "new": _json(new)}
    return Row((listing, seq), {"listing_id": listing, "seq": seq, "body": body})


def _look(cells: Sequence[Any]) -> Row:
    listing, seq, at, state, run, detail, capture, turn = cells
    body = {"at": at, "state": state, "run_id": run, "detail": detail, "capture": _json(capture) if capture else None}
    return Row((listing, turn), {"listing_id": listing, "body": body}, {"seq": seq})


def _whole(*key: str) -> Callable[[Sequence[Any]], Row]:
    """Rows that are nothing but their key and their object."""

    def row(cells: Sequence[Any]) -> Row:
        return Row(tuple(cells[: len(key)]), {"body": _json(cells[len(key)])})

    return row


def _plain(table: str, *key: str) -> _Table:
    columns = ", ".join(f"x.{name}" for name in (*key, "body"))
    names = tuple(f"x.{name}" for name in key)
    return _Table(columns, f"{table} x", names, names, _whole(*key))


def _kind(columns: str, kind: Kind, row: Callable[[Sequence[Any]], Row]) -> _Table:
    short = kind[0]
    return _Table(columns, f"{kind} {short} JOIN {kind}_body b USING (number)", (f"{short}.id",), ("number",), row)


_TABLES: dict[Store, _Table] = {
    "listings": _kind(_LISTING, "listings", _listing),
    "findings": _kind(_FINDING, "findings", _finding),
    "samples": _kind("s.id, s.first_seen, s.last_seen, b.body", "samples", _sample),
    "fingerprints": _Table("x.sha256, x.analyser_version, x.at, x.body", "fingerprints x",
                           ("x.sha256", "x.analyser_version"), ("x.sha256", "x.analyser_version"), _fingerprint),
    "history": _Table("x.listing_id, x.seq, x.at, x.run_id, x.field, x.old, x.new", "history x",
                      ("x.listing_id", "x.seq"), ("x.listing_id", "x.seq"), _change),
    "observations": _Table("o.listing_id, o.seq, o.at, o.state, o.run_id, o.detail, o.capture", "observations o",
                           (), ("o.listing_id", "o.seq"), _look),
    "pictures": _plain("pictures", "url"),
    "views": _plain("views", "listing_id", "at", "run_id"),
    "supplied": _plain("supplied", "listing_id", "file_sha256", "supplier"),
    "runs": _plain("runs", "id"),
}  # fmt: skip
