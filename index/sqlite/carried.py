"""Writing rows of another engine into the embedded index, inside one transaction.

Full text is contentless: a deletion has to name the tokens that were inserted. So a finding is always indexed with the
texts of its listing as this file has it, and whoever writes a listing indexes its findings anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from apk_analysis.fingerprint import Fingerprint
from index.arrivals import Body
from index.model import Finding, Listing, Run
from index.query.values import (
    finding_texts,
    finding_values,
    listing_texts,
    listing_values,
    sample_texts,
    sample_values,
)
from index.reading import decode, encode, read
from index.sqlite import similar
from index.sqlite.rows import Document, Rows
from index.transfer.rows import Row, Store

Texts = dict[str, str]
_NO_LISTING = Listing(marketplace="", native_id="", url="", title="", source_kind="app_store")


def write(opened: sqlite3.Connection, store: Store, rows: Sequence[Row]) -> None:
    """Writes the rows in place of those of the same keys. Raises ReadError for objects that are none."""
    if store in _KINDS:
        writing = Rows(opened)
        for row in rows:
            _KINDS[store](writing, row)
        writing.finish()
        return
    statement, cells = _PLAIN[store]
    opened.executemany(statement, [cells(row) for row in rows])


def _listing(rows: Rows, row: Row) -> None:
    body, name = read(Body, row.value["body"], row.value["id"]), row.value["id"]
    values = listing_values(body.listing, body.judgement, body.sample)
    texts = listing_texts(body.listing)
    findings = _findings_of(rows.opened, name)
    document = Document(
        kind="listings",
        id=name,
        body=_json(row.value["body"]),
        values={**values, "content": bytes.fromhex(row.value["content"])},
        texts=texts,
    )
    place = _put(rows, row, document, lambda stored: listing_texts(decode(Body, stored).listing))
    rows.opened.execute("DELETE FROM ties WHERE place = ?", (place,))
    rows.opened.executemany("INSERT OR IGNORE INTO ties VALUES (?, ?)", [(key, place) for key in row.value["ties"]])
    for number, at, proposed, stored, before in findings:
        rows.replace(number, at, before, _finding_document(stored, texts, proposed=proposed))


def _finding(rows: Rows, row: Row) -> None:
    texts = _texts_of(rows.opened, read(Finding, row.value["body"], row.value["id"]).listing_id)
    document = _finding_document(_json(row.value["body"]), texts, proposed=row.value["proposed"])
    _put(rows, row, document, lambda stored: finding_texts(decode(Finding, stored), texts))


def _sample(rows: Rows, row: Row) -> None:
    name, body = row.value["id"], row.value["body"]
    sample = read(Fingerprint, body, name)
    values, texts = sample_values(sample), sample_texts(sample)
    document = Document(kind="samples", id=name, body=_json(body), values=values, texts=texts)
    _put(rows, row, document, lambda stored: sample_texts(decode(Fingerprint, stored)))
    similar.remember(rows.opened, sample)


def _put(rows: Rows, row: Row, document: Document, before: Callable[[str], Texts]) -> int:
    """One document under its id; the place where it stands. `before` makes the tokens of what was stored."""
    opened, kind = rows.opened, document.kind
    known = opened.execute(
        f"SELECT k.number, k.place, b.body FROM {kind} k JOIN {kind}_body b USING (number) WHERE k.id = ?",  # noqa: S608 - all parts are ours
        (document.id,),
    ).fetchone()
    if known:
        number, place, stored = known
        rows.replace(number, place, before(stored), document)
    else:
        number, place = rows.insert(document, row.value["first_seen"])
    last = row.value["last_seen"]
    opened.execute(f"UPDATE {kind} SET last_seen = ? WHERE number = ?", (last, number))  # noqa: S608 - ours
    return int(place)


def _finding_document(body: str, listing: Texts, *, proposed: bool) -> Document:
    finding = decode(Finding, body)
    values = {**finding_values(finding), "proposed": int(proposed)}
    return Document(kind="findings", id=finding.id, body=body, values=values, texts=finding_texts(finding, listing))


def _texts_of(opened: sqlite3.Connection, listing_id: str) -> Texts:
    """Tokens of a listing as this file has it; of one that it does not have, none."""
    found = opened.execute(
        "SELECT b.body FROM listings l JOIN listings_body b USING (number) WHERE l.id = ?", (listing_id,)
    ).fetchone()
    return listing_texts(decode(Body, found[0]).listing) if found else listing_texts(_NO_LISTING)


def _findings_of(opened: sqlite3.Connection, listing_id: str) -> list[tuple[int, int, bool, str, Texts]]:
    """Findings of a listing that are there: number, place, whether proposed, JSON, tokens under which they stand."""
    stored = opened.execute(
        "SELECT f.number, f.place, f.proposed, b.body FROM findings f JOIN findings_body b USING (number)"
        " WHERE f.listing_id = ?",
        (listing_id,),
    ).fetchall()
    texts = _texts_of(opened, listing_id) if stored else {}
    return [
        (number, place, bool(proposed), body, finding_texts(decode(Finding, body), texts))
        for number, place, proposed, body in stored
    ]


def _json(value: object) -> str:
    return encode(value).decode()


def _change(row: Row) -> tuple[object, ...]:
    said = row.value["body"]
    return (*row.key, said["at"], said["run_id"], said["field"], _json(said["old"]), _json(said["new"]))


def _look(row: Row) -> tuple[object, ...]:
    said = row.value["body"]
    capture = _json(said["capture"]) if said["capture"] else None
    return (row.key[0], said["at"], said["state"], said["run_id"], said["detail"], capture)


def _supplied(row: Row) -> tuple[object, ...]:
    return (*row.key, row.value["body"]["at"], _json(row.value["body"]))


def _run(row: Row) -> tuple[object, ...]:
    run = read(Run, row.value["body"], str(row.key[0]))
    return (run.id, run.marketplace, run.started_at, _json(row.value["body"]))


_INSERT_LOOK = "INSERT INTO observations (listing_id, at, state, run_id, detail, capture) VALUES (?, ?, ?, ?, ?, ?)"
_KINDS: dict[Store, Callable[[Rows, Row], None]] = {"listings": _listing, "findings": _finding, "samples": _sample}
_PLAIN: dict[Store, tuple[str, Callable[[Row], tuple[object, ...]]]] = {
    "fingerprints": ("INSERT OR REPLACE INTO fingerprints VALUES (?, ?, ?, ?)",
                     lambda row: (*row.key, row.value["at"], _json(row.value["body"]))),
    "history": ("INSERT OR IGNORE INTO history VALUES (?, ?, ?, ?, ?, ?, ?)", _change),
    "observations": (_INSERT_LOOK, _look),
    "pictures": ("INSERT OR REPLACE INTO pictures VALUES (?, ?)", lambda row: (*row.key, _json(row.value["body"]))),
    "views": ("INSERT OR REPLACE INTO views VALUES (?, ?, ?, ?)", lambda row: (*row.key, _json(row.value["body"]))),
    "supplied": ("INSERT OR IGNORE INTO supplied VALUES (?, ?, ?, ?, ?)", _supplied),
    "runs": ("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?)", _run),
}  # fmt: skip
