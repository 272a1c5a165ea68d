"""Taking out: listings with all that is kept of them, and words out of what is kept."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence

from index.arrivals import Body
from index.model import Finding, Picture, Supplied, View
from index.query.values import finding_texts, listing_texts, listing_values
from index.reading import decode, encode
from index.redacting import Redaction
from index.sqlite.rows import Document
from index.sqlite.writing import Writer, finding_document

BESIDE = ("history", "observations", "views", "supplied")
"""Tables of what is kept of a listing, by its id."""
SAYING = {"history": "old, new", "observations": "detail", "views": "body", "supplied": "body, supplier"}
"""Table -> columns with words from outside."""


def delete(writer: Writer, listing_ids: Sequence[str]) -> int:
    """Deletes them; says how many were there."""
    opened, there = writer.opened, 0
    opened.execute("PRAGMA secure_delete = ON")
    for name in listing_ids:
        for number, place, body in _listing(opened, name):
            texts = listing_texts(body.listing)
            for own, own_place, finding, _ in _findings(opened, name):
                writer.rows.drop("findings", own, own_place, finding_texts(finding, texts))
            writer.rows.drop("listings", number, place, texts)
            opened.execute("DELETE FROM ties WHERE place = ?", (place,))
            there += 1
        for table in BESIDE:
            opened.execute(f"DELETE FROM {table} WHERE listing_id = ?", (name,))  # noqa: S608 - ours
    return there


def mentions(opened: sqlite3.Connection, redaction: Redaction) -> set[str]:
    """Listings of which any row says one of the words."""
    found: set[str] = set()
    for statement in (
        "SELECT l.id, b.body FROM listings l JOIN listings_body b USING (number)",
        "SELECT f.listing_id, b.body FROM findings f JOIN findings_body b USING (number)",
        *(f"SELECT listing_id, {columns} FROM {table}" for table, columns in SAYING.items()),  # noqa: S608 - ours
    ):
        for name, *said in opened.execute(statement):
            if name not in found and any(redaction.found(_value(one)) for one in said):
                found.add(name)
    return found


def _value(raw: str) -> object:
    """JSON as it was stored; what is none as it stands."""
    try:
        return json.loads(raw)
    except ValueError:
        return raw


def redact(writer: Writer, listing_ids: Sequence[str], redaction: Redaction) -> None:
    """Blots the words out of all that is kept of these listings."""
    opened = writer.opened
    opened.execute("PRAGMA secure_delete = ON")
    for name in listing_ids:
        for number, place, body in _listing(opened, name):
            new = redaction.of(body)
            before, after = listing_texts(body.listing), listing_texts(new.listing)
            for own, own_place, finding, proposed in _findings(opened, name):
                document = finding_document(redaction.of(finding), after, proposed=proposed)
                writer.rows.replace(own, own_place, finding_texts(finding, before), document)
            (content,) = opened.execute("SELECT content FROM listings WHERE number = ?", (number,)).fetchone()
            values = {**listing_values(new.listing, new.judgement, new.sample), "content": content}
            document = Document(kind="listings", id=name, body=encode(new).decode(), values=values, texts=after)
            writer.rows.replace(number, place, before, document)
        _beside(opened, name, redaction)


def _beside(opened: sqlite3.Connection, name: str, redaction: Redaction) -> None:
    def anew(raw: str) -> str:
        return encode(redaction.value(json.loads(raw))).decode()

    for seq, old, new in opened.execute("SELECT seq, old, new FROM history WHERE listing_id = ?", (name,)).fetchall():
        opened.execute(
            "UPDATE history SET old = ?, new = ? WHERE listing_id = ? AND seq = ?", (anew(old), anew(new), name, seq)
        )
    looks = opened.execute("SELECT seq, detail FROM observations WHERE listing_id = ?", (name,)).fetchall()
    opened.executemany(
        "UPDATE observations SET detail = ? WHERE seq = ?", [(redaction.text(detail), seq) for seq, detail in looks]
    )
    views = opened.execute("SELECT at, run_id, body FROM views WHERE listing_id = ?", (name,)).fetchall()
    opened.executemany(
        "UPDATE views SET body = ? WHERE listing_id = ? AND at = ? AND run_id = ?",
        [(encode(redaction.of(decode(View, body))).decode(), name, at, run) for at, run, body in views],
    )
    brought = opened.execute(
        "SELECT file_sha256, supplier, body FROM supplied WHERE listing_id = ?", (name,)
    ).fetchall()
    opened.executemany(
        "UPDATE OR REPLACE supplied SET supplier = ?, body = ?"
        " WHERE listing_id = ? AND file_sha256 = ? AND supplier = ?",
        [
            (redaction.text(supplier), encode(redaction.of(decode(Supplied, body))).decode(), name, digest, supplier)
            for digest, supplier, body in brought
        ],
    )


def redact_pictures(opened: sqlite3.Connection, redaction: Redaction) -> None:
    """The same of what pictures say, whichever listings show them."""
    opened.execute("PRAGMA secure_delete = ON")
    for url, body in opened.execute("SELECT url, body FROM pictures").fetchall():
        if redaction.found(json.loads(body)):
            new = encode(redaction.of(decode(Picture, body))).decode()
            opened.execute("UPDATE pictures SET body = ? WHERE url = ?", (new, url))


def _listing(opened: sqlite3.Connection, name: str) -> Iterator[tuple[int, int, Body]]:
    """The listing, if it is there."""
    rows = opened.execute(
        "SELECT l.number, l.place, b.body FROM listings l JOIN listings_body b USING (number) WHERE l.id = ?", (name,)
    ).fetchall()
    return ((number, place, decode(Body, body)) for number, place, body in rows)


def _findings(opened: sqlite3.Connection, name: str) -> Iterator[tuple[int, int, Finding, bool]]:
    rows = opened.execute(
        "SELECT f.number, f.place, b.body, f.proposed FROM findings f JOIN findings_body b USING (number)"
        " WHERE f.listing_id = ?",
        (name,),
    ).fetchall()
    return ((number, place, decode(Finding, body), bool(proposed)) for number, place, body, proposed in rows)
