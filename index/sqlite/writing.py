"""Putting listings, findings and samples: upsert by id, history of changed fields, first and last seen."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from apk_analysis.fingerprint import Fingerprint
from index.arrivals import Arrival, Body, changes, same_page
from index.model import Finding
from index.protocol import Glance, Kind, Put
from index.query.values import finding_texts, finding_values, listing_texts, listing_values, sample_texts, sample_values
from index.reading import decode, encode
from index.sqlite import similar
from index.sqlite.rows import Document, Rows
from index.standing import PAGE


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where the index has a listing, and the hash of what it has."""

    number: int
    place: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Writer:
    """One write transaction: everything that is put on one occasion."""

    opened: sqlite3.Connection
    at: str
    run_id: str = ""
    looked: bool = True
    """False: nothing was looked at, what is known was judged anew. Then no last_seen moves, and a listing that is not
    there, or that a crawl changed meanwhile, is left alone."""
    rows: Rows = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", Rows(self.opened))

    def put(self, arrivals: Sequence[Arrival]) -> list[Put]:
        """Stores the arrivals and says what became of each."""
        known = self._known(arrivals)
        outcomes: list[Put] = []
        seen: list[int] = []
        for one in arrivals:
            spot = known.get(one.id)
            if spot and spot.content == one.content:
                seen.append(spot.number)
                outcomes.append(Put(id=one.id, outcome="unchanged"))
                continue
            if not self.looked and (spot is None or not self._same(spot, one)):
                outcomes.append(Put(id=one.id, outcome="unchanged"))
                continue
            if one.judged.sample:
                self.put_sample(one.judged.sample)
            if spot is None:
                known[one.id] = self._insert(one)
                outcomes.append(Put(id=one.id, outcome="new"))
            else:
                changed = self._update(spot, one)
                known[one.id] = replace(spot, content=one.content)
                outcomes.append(Put(id=one.id, outcome="changed" if changed else "unchanged", changed=changed))
        self._see_again(seen)
        self._keep_captures(arrivals)
        return outcomes

    def see_again(self, listing_ids: Sequence[str]) -> dict[str, Glance]:
        """Moves last_seen of the listings that are there, and says how they stand."""
        rows = self.opened.execute(
            "SELECT l.number, l.id, l.verdict, l.first_seen"
            " FROM json_each(?) wanted CROSS JOIN listings l ON l.id = wanted.value",
            (json.dumps(listing_ids),),
        ).fetchall()
        self._see_again([row[0] for row in rows])
        return {name: Glance(verdict=verdict, first_seen=first) for _, name, verdict, first in rows}

    def _known(self, arrivals: Sequence[Arrival]) -> dict[str, _Spot]:
        found = self.opened.execute(
            "SELECT l.id, l.number, l.place, l.content"
            " FROM json_each(?) wanted CROSS JOIN listings l ON l.id = wanted.value",
            (json.dumps([one.id for one in arrivals]),),
        )
        return {known_id: _Spot(number, place, content) for known_id, number, place, content in found}

    def _same(self, spot: _Spot, one: Arrival) -> bool:
        """Whether the listing is the one that was judged, apart from what was read in its pictures."""
        stored = self.opened.execute("SELECT body FROM listings_body WHERE number = ?", (spot.number,)).fetchone()[0]
        return same_page(decode(Body, stored).listing, one.judged.listing)

    def _see_again(self, numbers: Sequence[int]) -> None:
        """Moves last_seen of unchanged listings and of the findings they still have; never backwards."""
        if not numbers or not self.looked:
            return
        marks = json.dumps(numbers)
        self.opened.execute(
            "UPDATE listings SET last_seen = ? WHERE number IN (SELECT value FROM json_each(?)) AND last_seen < ?",
            (self.at, marks, self.at),
        )
        self.opened.execute(
            "UPDATE findings SET last_seen = ? WHERE last_seen < ? AND number IN ("
            " SELECT f.number FROM json_each(?) mark CROSS JOIN listings l ON l.number = mark.value"
            " CROSS JOIN findings f ON f.listing_id = l.id WHERE f.proposed)",
            (self.at, self.at, marks),
        )

    def _keep_captures(self, arrivals: Sequence[Arrival]) -> None:
        """A page that is not the one that was archived last is an observation of its own."""
        pages = [(one.id, one.judged.capture) for one in arrivals if one.judged.capture] if self.looked else []
        self.opened.executemany(
            "INSERT INTO observations (listing_id, at, state, run_id, detail, capture)"
            " SELECT ?1, ?2, 'seen', ?3, ?6, ?4 WHERE ?5 IS NOT ("
            " SELECT json_extract(capture, '$.sha256') FROM observations"
            " WHERE listing_id = ?1 AND capture IS NOT NULL ORDER BY seq DESC LIMIT 1)",
            [(name, page.taken_at, self.run_id, encode(page).decode(), page.sha256, PAGE) for name, page in pages],
        )

    def _insert(self, one: Arrival) -> _Spot:
        texts = listing_texts(one.judged.listing)
        number, place = self.rows.insert(_listing(one, one.body(), texts), self.at)
        self._tie(place, one.judged.ties)
        for finding in one.judged.findings:
            self._put_finding(finding, None, {}, texts)
        return _Spot(number, place, one.content)

    def _update(self, spot: _Spot, one: Arrival) -> tuple[str, ...]:
        """Stores a listing anew and names its changed fields."""
        stored = self.opened.execute("SELECT body FROM listings_body WHERE number = ?", (spot.number,)).fetchone()[0]
        old = decode(Body, stored)
        new = one.body(old)
        before, after = listing_texts(old.listing), listing_texts(new.listing)
        self.rows.replace(spot.number, spot.place, before, _listing(one, new, after))
        self._see("listings", spot.number)
        self.opened.execute("DELETE FROM ties WHERE place = ?", (spot.place,))
        self._tie(spot.place, one.judged.ties)
        self._update_findings(one, before, after)
        changed = changes(old, new)
        self._remember(one.id, changed)
        return tuple(changed)

    def _tie(self, place: int, keys: tuple[str, ...]) -> None:
        self.opened.executemany("INSERT OR IGNORE INTO ties VALUES (?, ?)", [(key, place) for key in keys])

    def _remember(self, own_id: str, changed: Mapping[str, tuple[object, object]]) -> None:
        """The history of a listing is numbered through, so that one look-up reads it in order."""
        so_far = self.opened.execute("SELECT count(*) FROM history WHERE listing_id = ?", (own_id,)).fetchone()[0]
        self.opened.executemany(
            "INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (own_id, turn, self.at, self.run_id, name, encode(was).decode(), encode(now).decode())
                for turn, (name, (was, now)) in enumerate(changed.items(), so_far)
            ],
        )

    def _update_findings(self, one: Arrival, before: dict[str, str], after: dict[str, str]) -> None:
        """Findings of a listing that was there already; those no longer proposed are kept, as benign."""
        stored = self.opened.execute(
            "SELECT number, f.place, b.body FROM findings f JOIN findings_body b USING (number) WHERE f.listing_id = ?",
            (one.id,),
        ).fetchall()
        olds = ((number, place, decode(Finding, body)) for number, place, body in stored)
        rest = {old[2].id: old for old in olds}
        for finding in one.judged.findings:
            self._put_finding(finding, rest.pop(finding.id, None), before, after)
        for number, place, finding in rest.values():
            withdrawn = finding_document(replace(finding, verdict="benign"), after, proposed=False)
            self.rows.replace(number, place, finding_texts(finding, before), withdrawn)

    def _put_finding(
        self, finding: Finding, old: tuple[int, int, Finding] | None, before: dict[str, str], after: dict[str, str]
    ) -> None:
        document = finding_document(finding, after, proposed=True)
        if old:
            number, place, was = old
            self.rows.replace(number, place, finding_texts(was, before), document)
            self._see("findings", number)
        else:
            self.rows.insert(document, self.at)

    def put_sample(self, sample: Fingerprint) -> None:
        """Stores the fingerprint; searches see that of the newest analyser version."""
        body = encode(sample).decode()
        row = (sample.sha256, sample.analyser_version, self.at, body)
        self.opened.execute("INSERT OR REPLACE INTO fingerprints VALUES (?, ?, ?, ?)", row)
        texts = sample_texts(sample)
        document = Document(kind="samples", id=sample.sha256, body=body, values=sample_values(sample), texts=texts)
        found = self.opened.execute(
            "SELECT s.number, s.place, b.body FROM samples s JOIN samples_body b USING (number) WHERE s.id = ?",
            (sample.sha256,),
        ).fetchone()
        if found is None:
            self.rows.insert(document, self.at)
            similar.remember(self.opened, sample)
            return
        number, place, old = found[0], found[1], decode(Fingerprint, found[2])
        if sample.analyser_version >= old.analyser_version and sample != old:
            self.rows.replace(number, place, sample_texts(old), document)
            similar.remember(self.opened, sample)
        self._see("samples", number)

    def _see(self, kind: Kind, number: int) -> None:
        if not self.looked:
            return
        statement = f"UPDATE {kind} SET last_seen = max(last_seen, ?) WHERE number = ?"  # noqa: S608 - kind is ours
        self.opened.execute(statement, (self.at, number))


def _listing(one: Arrival, body: Body, texts: dict[str, str]) -> Document:
    values = {**listing_values(body.listing, body.judgement, body.sample), "content": one.content}
    return Document(kind="listings", id=one.id, body=encode(body).decode(), values=values, texts=texts)


def finding_document(finding: Finding, listing: dict[str, str], *, proposed: bool) -> Document:
    """What is stored of a finding; `listing`: the tokens of its listing's texts."""
    values = {**finding_values(finding), "proposed": int(proposed)}
    body = encode(replace(finding, first_seen="", last_seen="")).decode()
    return Document(kind="findings", id=finding.id, body=body, values=values, texts=finding_texts(finding, listing))
