"""Putting listings, findings and samples: as in SQLite, without scripts and without a lock.

A listing's document is written last and only if nobody wrote it meanwhile: what belongs to it (findings, history,
observations, samples) has ids that follow from the content, so that whoever was interrupted or overtaken writes it
again without harm.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import count
from typing import Any

from elasticsearch import AsyncElasticsearch

from apk_analysis.fingerprint import Fingerprint
from index.arrivals import Arrival, Body, changes, same_page
from index.elastic.bulk import FORBIDDEN, Action, Refusal, blocked, write
from index.elastic.documents import finding_document, listing_document, sample_document
from index.elastic.mappings import Store
from index.messages import t
from index.model import Capture, Finding, Observation
from index.protocol import Glance, IndexUnavailable, Put
from index.reading import encode, read
from index.standing import PAGE

CONFLICT, GONE = 409, 404
SWAP = 1.0
"""Seconds until an index that may not be written is looked for again: a rebuilt one may be taking its place."""
ROUNDS = 20
"""Times a listing is read anew when others write it at the same moment."""
_KEPT = ("id", "first_seen", "last_seen", "content", "body", "finding_ids", "proposed_ids", "changes", "last_capture",
         "ties")  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Known:
    """A listing as the index has it, and as it becomes."""

    id: str
    first_seen: str
    last_seen: str
    content: str = ""
    body: Body | None = None
    """None while it is new."""
    findings: dict[str, tuple[Finding, str, str]] = field(default_factory=dict)
    """Id -> finding, its first_seen and last_seen."""
    proposed: tuple[str, ...] = ()
    finding_ids: tuple[str, ...] = ()
    changes: int = 0
    last_capture: str | None = None
    ties: tuple[str, ...] = ()
    index: str = ""
    """Where it was read: its version means something only there, and never in an index that took its place."""
    seq_no: int | None = None
    primary_term: int | None = None
    touched: bool = False
    """Whether more than last_seen has to be written."""


@dataclass(slots=True)
class Writer:
    """One batch of what is put on one occasion."""

    client: AsyncElasticsearch
    name: Callable[[Store], str]
    at: str
    run_id: str = ""
    looked: bool = True
    """As in `index.sqlite.writing`: False where what is known was judged anew."""
    refused: Callable[[list[Refusal]], None] = field(default_factory=lambda: expect_none)
    """Takes what the server refuses, or raises IndexUnavailable."""
    beside: list[Action] = field(default_factory=list)
    """What belongs to listings, to be written before them."""

    async def put(self, arrivals: Sequence[Arrival]) -> list[Put]:
        """Stores the arrivals and says what became of each. Raises IndexUnavailable for what the server refuses."""
        outcomes: dict[int, Put] = {}
        turns = list(enumerate(arrivals))
        refused: list[Refusal] = []
        for _ in range(ROUNDS):
            known = await self._known({one.id for _, one in turns})
            self.beside = []
            for turn, one in turns:
                outcomes[turn] = self._take(known, one)
            stored = [one for _, one in turns if one.id in known and known[one.id].touched]
            await self._samples([one.judged.sample for one in stored if one.judged.sample])
            self.refused(await write(self.client, self.beside))
            refused = await write(self.client, self._listings(known))
            self.refused([one for one in refused if not _passing(one)])
            refused = list(filter(_passing, refused))
            if any(map(blocked, refused)):
                await asyncio.sleep(SWAP)
            overtaken = {r.action.id for r in refused}
            turns = [(turn, one) for turn, one in turns if one.id in overtaken]
            if not turns:
                return [outcomes[turn] for turn in range(len(arrivals))]
        expect_none([one for one in refused if blocked(one)])
        raise IndexUnavailable(f"{turns[0][1].id} is written by too many at once")

    async def see_again(self, listing_ids: Sequence[str]) -> dict[str, Glance]:
        """Moves last_seen of the listings that are there, and says how they stand."""
        known = await self._known(set(listing_ids), findings=False)
        refused = await write(self.client, self._listings(known, seen=set(known)))
        self.refused([one for one in refused if one.status not in {CONFLICT, GONE}])
        return {
            name: Glance(verdict=one.body.judgement.verdict, first_seen=one.first_seen)
            for name, one in known.items()
            if one.body
        }

    async def put_sample(self, sample: Fingerprint) -> None:
        """Stores the fingerprint; searches see that of the newest analyser version."""
        await self._samples([sample])

    async def _known(self, ids: Iterable[str], *, findings: bool = True) -> dict[str, Known]:
        found = {}
        for doc in await fetch(self.client, self.name("listings"), sorted(ids), _KEPT):
            source = doc["_source"]
            found[doc["_id"]] = Known(
                id=doc["_id"],
                first_seen=source["first_seen"],
                last_seen=source["last_seen"],
                content=source["content"],
                body=read(Body, source["body"], doc["_id"]),
                proposed=tuple(source.get("proposed_ids", ())),
                finding_ids=tuple(source.get("finding_ids", ())),
                changes=source.get("changes", 0),
                last_capture=source.get("last_capture"),
                ties=tuple(source.get("ties", ())),
                index=doc["_index"],
                seq_no=doc["_seq_no"],
                primary_term=doc["_primary_term"],
            )
        if findings:
            wanted = {name: one.id for one in found.values() for name in one.finding_ids}
            for doc in await fetch(
                self.client, self.name("findings"), sorted(wanted), ("body", "first_seen", "last_seen")
            ):
                source = doc["_source"]
                whole = (read(Finding, source["body"], doc["_id"]), source["first_seen"], source["last_seen"])
                found[wanted[doc["_id"]]].findings[doc["_id"]] = whole
        return found

    def _take(self, known: dict[str, Known], one: Arrival) -> Put:
        """One arrival into what is known, and what belongs to it aside."""
        spot, content = known.get(one.id), one.content.hex()
        if spot and spot.content == content:
            self._see(spot)
            self._keep_capture(spot, one.judged.capture)
            return Put(id=one.id, outcome="unchanged")
        if not self.looked and (spot is None or not spot.body or not same_page(spot.body.listing, one.judged.listing)):
            return Put(id=one.id, outcome="unchanged")
        named: tuple[str, ...] = ()
        if spot is None:
            spot = known[one.id] = Known(id=one.id, first_seen=self.at, last_seen=self.at, body=None)
            outcome: Any = "new"
            spot.body = one.body()
        else:
            old = spot.body
            spot.body = one.body(old)
            named = tuple(self._remember(spot, old))
            outcome = "changed" if named else "unchanged"
            self._see(spot)
        spot.content, spot.ties, spot.touched = content, tuple(dict.fromkeys(one.judged.ties)), True
        self._findings(spot, one)
        self._keep_capture(spot, one.judged.capture)
        return Put(id=one.id, outcome=outcome, changed=named)

    def _see(self, spot: Known) -> None:
        if self.looked and spot.last_seen < self.at:
            spot.last_seen = self.at

    def _remember(self, spot: Known, old: Body | None) -> dict[str, tuple[object, object]]:
        changed = changes(old, spot.body) if old and spot.body else {}
        for name, (was, now) in changed.items():
            body = {"at": self.at, "run_id": self.run_id, "field": name, "old": was, "new": now}
            document = {"listing_id": spot.id, "seq": spot.changes, "at": self.at, "run_id": self.run_id, "field": name,
                        "body": body}  # fmt: skip
            self._beside("history", f"{spot.id}.{spot.changes}", document)
            spot.changes += 1
        return changed

    def _findings(self, spot: Known, one: Arrival) -> None:
        """Those of this arrival; those no longer proposed are kept, as benign."""
        proposed = {finding.id: finding for finding in one.judged.findings}
        for name, finding in proposed.items():
            _, first, last = spot.findings.get(name, (None, self.at, self.at))
            seen = max(last, self.at) if self.looked else last
            self._finding(spot, finding, first, seen, proposed=True)
        for name, (finding, first, last) in list(spot.findings.items()):
            if name not in proposed:
                self._finding(spot, replace(finding, verdict="benign"), first, last, proposed=False)
        spot.proposed = tuple(proposed)
        spot.finding_ids = tuple(spot.findings)

    def _finding(self, spot: Known, finding: Finding, first: str, last: str, *, proposed: bool) -> None:
        assert spot.body  # noqa: S101 - for the type checker
        spot.findings[finding.id] = (finding, first, last)
        document = finding_document(finding, spot.body.listing, proposed=proposed)
        self._beside("findings", finding.id, {"id": finding.id, "first_seen": first, "last_seen": last, **document})

    def _keep_capture(self, spot: Known, page: Capture | None) -> None:
        """A page that is not the one that was archived last is an observation of its own."""
        if page is None or not self.looked or page.sha256 == spot.last_capture:
            return
        spot.last_capture, spot.touched = page.sha256, True
        document = observation(
            Observation(
                listing_id=spot.id, at=page.taken_at, state="seen", run_id=self.run_id, detail=PAGE, capture=page
            )
        )
        self._beside("observations", f"{spot.id}.{digest(page.sha256, page.taken_at, self.run_id)}", document)

    def _beside(self, store: Store, name: str, document: object) -> None:
        self.beside.append(Action("index", self.name(store), name, document))

    def _listings(self, known: dict[str, Known], *, seen: set[str] | None = None) -> list[Action]:
        """The listings themselves, each only if it still stands as it was read."""
        actions = []
        for one in known.values():
            if one.touched:
                actions.append(self._listing(one))
            elif self.looked and (one.last_seen == self.at or (seen and one.last_seen < self.at)):
                seen_at = {"last_seen": self.at}
                actions.append(Action("update", self.name("listings"), one.id, seen_at))
                actions += [Action("update", self.name("findings"), name, seen_at) for name in one.proposed]
        return actions

    def _listing(self, one: Known) -> Action:
        assert one.body  # noqa: S101 - for the type checker
        document = {
            "id": one.id,
            "first_seen": one.first_seen,
            "last_seen": one.last_seen,
            **listing_document(one.body),
            "content": one.content,
            "ties": one.ties,
            "finding_ids": one.finding_ids,
            "proposed_ids": one.proposed,
            "changes": one.changes,
            "last_capture": one.last_capture,
        }
        op: Any = "create" if one.seq_no is None else "index"
        return Action(op, one.index or self.name("listings"), one.id, document, one.seq_no, one.primary_term)

    async def _samples(self, samples: Sequence[Fingerprint]) -> None:
        """Every analyser version's answer, and the newest one's for searching."""
        actions = [
            Action("index", self.name("fingerprints"), f"{s.sha256}.{s.analyser_version}",
                   {"id": s.sha256, "at": self.at, "body": s})
            for s in samples
        ]  # fmt: skip
        newest = {s.sha256: s for s in sorted(samples, key=lambda sample: sample.analyser_version)}
        fields = ("first_seen", "last_seen", "analyser_version", "body")
        known = {doc["_id"]: doc for doc in await fetch(self.client, self.name("samples"), sorted(newest), fields)}
        for name, sample in newest.items():
            actions += self._sample(name, sample, known.get(name, {}).get("_source"))
        self.refused(await write(self.client, actions))

    def _sample(self, name: str, sample: Fingerprint, old: dict[str, Any] | None) -> list[Action]:
        last = max(old["last_seen"], self.at) if old and self.looked else old["last_seen"] if old else self.at
        if old and sample.analyser_version < old["analyser_version"]:
            return [Action("update", self.name("samples"), name, {"last_seen": last})]
        first = old["first_seen"] if old else self.at
        document = {"id": name, "first_seen": first, "last_seen": last, **sample_document(sample)}
        return [Action("index", self.name("samples"), name, document)]


def digest(*parts: str) -> str:
    """A short name that follows from the parts."""
    return blake2b(encode(parts), digest_size=16).hexdigest()


_turns = count()


def observation(one: Observation) -> dict[str, Any]:
    """One look as a document; `seq` puts those of one moment in the order in which they were written."""
    shown = {"at": one.at, "state": one.state, "run_id": one.run_id, "detail": one.detail}
    seq = time.time_ns() + next(_turns)
    return {"listing_id": one.listing_id, "seq": seq, **shown, "body": {**shown, "capture": one.capture}}


async def fetch(
    client: AsyncElasticsearch, index: str, ids: Sequence[str], fields: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Documents by id, as they stand at this moment, with these fields or all; those not there are left out."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(ids), 500):
        some = list(ids[start : start + 500])
        answer = await client.mget(index=index, ids=some, source_includes=list(fields) or None)
        found += [doc for doc in answer["docs"] if doc.get("found")]
    return found


def _passing(refusal: Refusal) -> bool:
    """Whether it is worth reading anew and another attempt."""
    return refusal.status == CONFLICT or (refusal.status == FORBIDDEN and blocked(refusal))


def expect_none(refusals: list[Refusal]) -> None:
    """Raises IndexUnavailable for documents that the server refused."""
    if refusals:
        first = refusals[0]
        if blocked(first):
            raise IndexUnavailable(t("elastic.blocked", index=first.action.index, detail=first.reason))
        raise IndexUnavailable(f"{first.action.index}/{first.action.id}: {first.reason} ({len(refusals)} refused)")
