"""Putting listings, findings and samples: upsert by id, history of changed fields, first and last seen."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from hashlib import blake2b

from apk_analysis.fingerprint import Fingerprint
from index.ids import listing_id
from index.model import Finding, Judgement, Listing
from index.protocol import Judged, Kind, Put
from index.query.values import finding_texts, finding_values, listing_texts, listing_values, sample_texts, sample_values
from index.reading import decode, encode
from index.sqlite import rows
from index.sqlite.rows import Document

_TRACKED = tuple(f.name for f in fields(Listing) if f.name not in {"counters", "marketplace", "native_id"})
"""Listing fields that keep a history: not the numbers that move all the time, nor what makes the id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A listing as it is stored."""

    listing: Listing
    judgement: Judgement
    sample: str | None = None
    """SHA-256 of the sample that was last looked at."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One listing on its way in."""

    id: str
    judged: Judged
    content: bytes
    """Hash of all that makes a difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """In which run and when something was put."""

    run_id: str
    at: str


def arrival(judged: Judged) -> Arrival:
    """The listing with its id and hash. Raises ValueError for findings of another listing."""
    listing, findings = judged.listing, judged.findings
    own_id = listing_id(listing.marketplace, listing.native_id)
    if any(finding.listing_id != own_id for finding in findings):
        raise ValueError(f"a finding put with {own_id} belongs to another listing")
    # The same page archived again is no change: only what the capture shows counts.
    shown = [finding.capture.sha256 if finding.capture else None for finding in findings]
    bare = [replace(finding, capture=None, first_seen="", last_seen="") for finding in findings]
    sample = (judged.sample.sha256, judged.sample.analyser_version) if judged.sample else None
    whole = encode((listing, judged.judgement, bare, shown, sample, judged.ties))
    return Arrival(own_id, judged, blake2b(whole, digest_size=16).digest())


def put(opened: sqlite3.Connection, arrivals: Sequence[Arrival], occasion: Occasion) -> list[Put]:
    """Inside a transaction: stores the arrivals and says what became of each."""
    known = _known(opened, arrivals)
    outcomes, seen = [], []
    for one in arrivals:
        rowid, content = known.get(one.id, (None, b""))
        if rowid is not None and content == one.content:
            seen.append(rowid)
            outcomes.append(Put(id=one.id, outcome="unchanged"))
            continue
        if one.judged.sample:
            put_sample(opened, one.judged.sample, occasion.at)
        if rowid is None:
            rowid = _insert(opened, one, occasion)
            outcomes.append(Put(id=one.id, outcome="new"))
        else:
            changed = _update(opened, rowid, one, occasion)
            outcomes.append(Put(id=one.id, outcome="changed" if changed else "unchanged", changed=changed))
        known[one.id] = (rowid, one.content)
    _see_again(opened, seen, occasion.at)
    return outcomes


def _known(opened: sqlite3.Connection, arrivals: Sequence[Arrival]) -> dict[str, tuple[int | None, bytes]]:
    found = opened.execute(
        "SELECT l.id, l.rowid, s.content FROM json_each(?) wanted"
        " CROSS JOIN listings l ON l.id = wanted.value CROSS JOIN listings_seen s ON s.rowid = l.rowid",
        (json.dumps([one.id for one in arrivals]),),
    )
    return {known_id: (rowid, content) for known_id, rowid, content in found}


def _see_again(opened: sqlite3.Connection, seen: Sequence[int], at: str) -> None:
    """Moves last_seen of unchanged listings and of the findings they still have. A later look is never taken back."""
    marks = json.dumps(seen)
    opened.execute(
        "UPDATE listings_seen SET last_seen = ? WHERE rowid IN (SELECT value FROM json_each(?)) AND last_seen < ?",
        (at, marks, at),
    )
    opened.execute(
        "UPDATE findings_seen SET last_seen = ? WHERE last_seen < ? AND rowid IN ("
        " SELECT f.rowid FROM json_each(?) mark CROSS JOIN listings l ON l.rowid = mark.value"
        " CROSS JOIN findings f ON f.listing_id = l.id WHERE f.proposed)",
        (at, at, marks),
    )


def _document(one: Arrival, sample: str | None, texts: dict[str, str]) -> Document:
    body = Body(listing=one.judged.listing, judgement=one.judged.judgement, sample=sample)
    values = listing_values(body.listing, body.judgement, sample)
    return Document(kind="listings", id=one.id, body=encode(body).decode(), values=values, texts=texts)


def _insert(opened: sqlite3.Connection, one: Arrival, occasion: Occasion) -> int:
    texts = listing_texts(one.judged.listing)
    sample = one.judged.sample.sha256 if one.judged.sample else None
    rowid = rows.order_key(opened, "listings", one.id, occasion.at)
    rows.insert(opened, rowid, _document(one, sample, texts), occasion.at)
    opened.execute("INSERT INTO listings_seen VALUES (?, ?, ?)", (rowid, occasion.at, one.content))
    _tie(opened, rowid, one.judged.ties)
    for finding in one.judged.findings:
        _put_finding(opened, finding, None, {}, texts, occasion.at)
    return rowid


def _update(opened: sqlite3.Connection, rowid: int, one: Arrival, occasion: Occasion) -> tuple[str, ...]:
    old = decode(Body, opened.execute("SELECT body FROM listings_body WHERE rowid = ?", (rowid,)).fetchone()[0])
    sample = one.judged.sample.sha256 if one.judged.sample else old.sample
    before, after = listing_texts(old.listing), listing_texts(one.judged.listing)
    rows.replace(opened, rowid, before, _document(one, sample, after))
    opened.execute(
        "UPDATE listings_seen SET last_seen = max(last_seen, ?), content = ? WHERE rowid = ?",
        (occasion.at, one.content, rowid),
    )
    opened.execute("DELETE FROM ties WHERE listing = ?", (rowid,))
    _tie(opened, rowid, one.judged.ties)
    _update_findings(opened, one, before, after, occasion.at)
    return _remember(
        opened, one, old, Body(listing=one.judged.listing, judgement=one.judged.judgement, sample=sample), occasion
    )


def _tie(opened: sqlite3.Connection, rowid: int, keys: tuple[str, ...]) -> None:
    opened.executemany("INSERT OR IGNORE INTO ties VALUES (?, ?)", [(key, rowid) for key in keys])


def _remember(opened: sqlite3.Connection, one: Arrival, old: Body, new: Body, occasion: Occasion) -> tuple[str, ...]:
    """Writes the history and names the changed fields."""
    pairs = {name: (getattr(old.listing, name), getattr(new.listing, name)) for name in _TRACKED}
    pairs |= {name: (getattr(old.judgement, name), getattr(new.judgement, name)) for name in ("verdict", "brand")}
    pairs["sample"] = (old.sample, new.sample)
    changed = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    opened.executemany(
        "INSERT INTO history SELECT ?1, count(*), ?2, ?3, ?4, ?5, ?6 FROM history WHERE listing_id = ?1",
        [
            (one.id, occasion.at, occasion.run_id, name, encode(was).decode(), encode(now).decode())
            for name, (was, now) in changed.items()
        ],
    )
    return tuple(changed)


def _update_findings(
    opened: sqlite3.Connection, one: Arrival, before: dict[str, str], after: dict[str, str], at: str
) -> None:
    """Stores the findings of a listing that was there already; those no longer proposed are kept as benign."""
    rest = {
        finding.id: (rowid, finding)
        for rowid, finding in (
            (rowid, decode(Finding, body))
            for rowid, body in opened.execute(
                "SELECT f.rowid, b.body FROM findings f JOIN findings_body b ON b.rowid = f.rowid WHERE f.listing_id = ?",
                (one.id,),
            )
        )
    }
    for finding in one.judged.findings:
        _put_finding(opened, finding, rest.pop(finding.id, None), before, after, at)
    for rowid, finding in rest.values():
        withdrawn = replace(finding, verdict="benign")
        rows.replace(opened, rowid, finding_texts(finding, before), _finding(withdrawn, after, proposed=False))


def _put_finding(
    opened: sqlite3.Connection,
    finding: Finding,
    old: tuple[int, Finding] | None,
    before: dict[str, str],
    after: dict[str, str],
    at: str,
) -> None:
    document = _finding(replace(finding, first_seen="", last_seen=""), after, proposed=True)
    if old:
        rows.replace(opened, old[0], finding_texts(old[1], before), document)
        opened.execute("UPDATE findings_seen SET last_seen = max(last_seen, ?) WHERE rowid = ?", (at, old[0]))
        return
    rowid = rows.order_key(opened, "findings", finding.id, at)
    rows.insert(opened, rowid, document, at)
    opened.execute("INSERT INTO findings_seen VALUES (?, ?)", (rowid, at))


def _finding(finding: Finding, listing: dict[str, str], *, proposed: bool) -> Document:
    values = {**finding_values(finding), "proposed": int(proposed)}
    texts = finding_texts(finding, listing)
    return Document(kind="findings", id=finding.id, body=encode(finding).decode(), values=values, texts=texts)


def put_sample(opened: sqlite3.Connection, sample: Fingerprint, at: str) -> None:
    """Inside a transaction: stores the fingerprint; searches see that of the newest analyser version."""
    body = encode(sample).decode()
    opened.execute(
        "INSERT INTO fingerprints VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET at = excluded.at, body = excluded.body WHERE body != excluded.body",
        (sample.sha256, sample.analyser_version, at, body),
    )
    kind: Kind = "samples"
    texts = sample_texts(sample)
    document = Document(kind=kind, id=sample.sha256, body=body, values=sample_values(sample), texts=texts)
    found = opened.execute(
        "SELECT s.rowid, b.body FROM samples s JOIN samples_body b ON b.rowid = s.rowid WHERE s.id = ?",
        (sample.sha256,),
    ).fetchone()
    if found is None:
        rowid = rows.order_key(opened, kind, sample.sha256, at)
        rows.insert(opened, rowid, document, at)
        opened.execute("INSERT INTO samples_seen VALUES (?, ?)", (rowid, at))
        return
    rowid, old = found[0], decode(Fingerprint, found[1])
    if sample.analyser_version >= old.analyser_version and found[1] != body:
        rows.replace(opened, rowid, sample_texts(old), document)
    opened.execute("UPDATE samples_seen SET last_seen = max(last_seen, ?) WHERE rowid = ?", (at, rowid))
