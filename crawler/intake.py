"""What people bring, carried through the same path as what is crawled, and what becomes of each thing. No network."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from apk_analysis.fingerprint import Problem
from crawler.admission import admitted
from crawler.carry import BATCH, Carrier
from crawler.runs import Order, run_id
from crawler.supplied.brought import Brought, Entry, Kept, Outcome, Unreadable, UnreadableError
from crawler.supplied.decided import UNDECIDED, Decided
from crawler.supplied.evidence import Evidence
from crawler.supplied.headings import name_of
from crawler.supplied.private import by_kind, in_words
from crawler.supplied.rows import MARKETPLACE
from crawler.supplied.sample_file import BroughtSamples, sample_listing
from crawler.tally import Progress, Tally
from index.home import Home
from index.ids import listing_id
from index.messages import t
from index.model import Run, Supplied, Supply
from index.open import open_allowed, open_index, open_registry
from index.profiles import load_profiles
from index.protocol import Judged, Put
from index.reading import ReadError
from index.settings import Settings
from index.times import utc

SPIDER = "import"
ASKED = 40
"""Listings whose findings are asked for at once."""
MOST_HELD = 64 << 20
"""Bytes of pages that are in memory at once, roughly."""
Told = Callable[[Entry, Outcome | None], None]
"""Hears of everything in order; a row that is no listing has no outcome."""


def intake(
    entries: Iterable[Entry],
    *,
    source: str,
    supply: Supply,
    home: Home,
    settings: Settings,
    progress: Callable[[Progress], None] | None = None,
    told_of: Told = lambda _entry, _outcome: None,
) -> Run:
    """Judges and stores what was brought, in constant memory; nothing is fetched. Returns the recorded run.

    `source` names where it comes from ('import:shops') and becomes the run's marketplace. Broken off and started again,
    it stores nothing twice. The counts 'row_new', 'row_known', ... add up to 'rows'.
    Raises HomeError, IndexUnavailable, and OSError when the disk is full.
    """
    return asyncio.run(_Intake(source, supply, home.prepare(), settings, progress, told_of).carry(entries))


class _Intake:
    def __init__(  # noqa: PLR0917 - as `intake`
        self,
        source: str,
        supply: Supply,
        home: Home,
        settings: Settings,
        progress: Callable[[Progress], None] | None,
        told_of: Told,
    ) -> None:
        self._home, self._settings, self._supply = home, settings, supply
        self._progress, self._told_of = progress, told_of
        self._tally = Tally()
        order = Order(spider=SPIDER, start=(source,))
        self._run = Run(
            id=run_id(order), marketplace=source, spider=SPIDER, started_at=utc(), start=(source,), supplied=supply
        )
        self._index = open_index(home, settings.index)
        self._decided = Decided(home)
        self._samples = BroughtSamples(home, settings)
        self._evidence = Evidence(home.archive, self._run.id, supply, self._tally)
        self._first: dict[str, str] = {}
        """Listing id -> where it stood first in this file."""
        self._stored: dict[str, tuple[Judged, Put]] = {}
        self._earlier: dict[str, list[str]] = {}
        """Of listings that were there before: id -> ids of their findings."""
        self._carrier = Carrier(
            index=self._index,
            run_id=self._run.id,
            tally=self._tally,
            profiles=load_profiles(home.brands),
            registry=open_registry(home),
            allowed=open_allowed(home),
            samples=self._samples,
            supplied=True,
            told=self._hear,
        )

    async def carry(self, entries: Iterable[Entry]) -> Run:
        outcome: Literal["healthy", "unhealthy", "interrupted"] = "interrupted"
        try:
            self._index.record_run(self._run)
            for batch in _batches(entries):
                await self._batch(batch)
                self._report()
            counts = self._tally.counters
            taken = counts["rows"] - counts["row_unreadable"]
            outcome = "healthy" if taken else "unhealthy"
        finally:
            self._samples.close()
            run = self._finished(outcome, self._evidence.seal())
            self._index.record_run(run)
            self._decided.close()
            self._index.close()
        return run

    async def _batch(self, batch: list[Entry]) -> None:
        ready = [await self._ready(entry) if isinstance(entry, Brought) else entry for entry in batch]
        plain = [entry for entry in ready if isinstance(entry, Brought) and entry.listing and not entry.page]
        elsewhere = self._index.addresses({entry.listing.url for entry in plain if entry.listing and entry.listing.url})
        outcomes: list[Outcome | None] = []
        under_way = []
        for entry in ready:
            settled = self._settled(entry, elsewhere)
            outcomes.append(settled)
            if settled is None and isinstance(entry, Brought) and entry.listing is not None:
                future = self._carrier.carry(entry.listing, partial(self._evidence.keep, entry.page))
                under_way += [future] if future is not None else []
        await asyncio.gather(*under_way)
        self._earlier = self._findings([name for name, (_, put) in self._stored.items() if put.outcome != "new"])
        self._say(
            ready,
            [self._outcome(e, o) if isinstance(e, Brought) else None for e, o in zip(ready, outcomes, strict=True)],
        )
        self._stored.clear()
        self._evidence.forget()

    async def _ready(self, entry: Brought) -> Brought:
        """With the listing of its sample, and admitted; else with the reason why not."""
        try:
            if entry.sample is not None:
                fingerprint = await self._samples.taken(entry, self._index.sample, self._index.put_sample)
                entry = replace(entry, listing=sample_listing(fingerprint, entry.place))
                self._samples.expect(_id(entry), fingerprint)
            if entry.listing is not None:
                admitted(entry.listing, addressed=False)
        except UnreadableError as error:
            return replace(entry, listing=None, why=error.why)
        except ReadError as error:
            return replace(entry, listing=None, why=Unreadable("not_fitting", {"error": str(error)[:300]}))
        return entry

    def _settled(self, entry: Entry, elsewhere: dict[str, str]) -> Outcome | None:
        """What is known without carrying it: unreadable, a duplicate, or there already by a crawl."""
        if isinstance(entry, Kept):
            return None
        if entry.why is not None or entry.listing is None:
            return Outcome(state="unreadable", note=str(entry.why or Unreadable("nothing_found", {"problem": "-"})))
        name = _id(entry)
        if name in self._first:
            return Outcome(
                state="duplicate", note=t("intake.note.duplicate", place=self._first[name]), id=name, listing_id=name
            )
        self._first[name] = entry.place
        found = elsewhere.get(entry.listing.url)
        if found is not None and found != name and not entry.page:
            return self._known(found, entry.listing.marketplace)
        return None

    def _known(self, name: str, marketplace: str) -> Outcome | None:
        """A listing that a crawl found at the same address; None where it is but another list's word."""
        stored = self._index.get(name)
        where = str(stored.value.get("marketplace")) if stored else marketplace
        if stored is None or where == marketplace or where.startswith(f"{MARKETPLACE}:"):
            return None
        judgement = stored.value.get("judgement")
        verdict = judgement.get("verdict") if isinstance(judgement, dict) else None
        findings = self._findings([name]).get(name, [])
        return Outcome(
            state="known",
            note=t("intake.note.crawled", marketplace=where[:200]),
            id=findings[0] if findings else name,
            listing_id=name,
            verdict=verdict,
            decision=self._decided.about(findings) if findings else UNDECIDED,
        )

    def _findings(self, names: Sequence[str]) -> dict[str, list[str]]:
        """Listing id -> ids of its findings, those first that matter most."""
        found: dict[str, list[str]] = {}
        for start in range(0, len(names), ASKED):
            query = " OR ".join(f'listing_id:"{name}"' for name in names[start : start + ASKED])
            for hit in self._index.search(query, sort="-priority", limit=100 * ASKED):
                found.setdefault(str(hit.value.get("listing_id")), []).append(hit.id)
        return found

    def _outcome(self, entry: Brought, settled: Outcome | None) -> Outcome:
        """What became of it, with what a person should know of how it was read."""
        if settled is None:
            name = _id(entry)
            if name not in self._stored:
                return Outcome(state="unreadable", note=str(Unreadable("not_fitting", {"error": entry.place})))
            judged, put = self._stored[name]
            settled = self._carried(entry, judged, put)
        notes = [part for part in (settled.note, *entry.notes) if part]
        if entry.page and entry.page.cut:
            notes.append(t("intake.note.cut", cut=in_words(by_kind(entry.page.cut))))
        return replace(settled, note=t("intake.between").join(notes))

    def _carried(self, entry: Brought, judged: Judged, put: Put) -> Outcome:
        findings = [finding.id for finding in judged.findings]
        found = Outcome(
            state="new",
            id=findings[0] if findings else put.id,
            listing_id=put.id,
            verdict=judged.judgement.verdict,
            decision=UNDECIDED,
        )
        if put.outcome != "new":
            every = [*findings, *self._earlier.get(put.id, ())]
            changed = t("intake.note.changed", fields=", ".join(map(name_of, put.changed))) if put.changed else ""
            note = t("intake.note.not_seen") if entry.only_address else changed
            return replace(found, state="known", note=note, decision=self._decided.about(dict.fromkeys(every)))
        if entry.only_address:
            return replace(found, state="needs_capture", note=t("intake.note.not_seen"))
        return found

    def _say(self, entries: list[Entry], outcomes: list[Outcome | None]) -> None:
        brought = []
        for entry, outcome in zip(entries, outcomes, strict=True):
            if isinstance(entry, Brought) and outcome is not None:
                self._tally.count("rows")
                self._tally.count(f"row_{outcome.state}")
                if outcome.state == "duplicate":
                    self._tally.count("duplicates")
                if outcome.state == "unreadable":
                    self._tally.problem(
                        entry.why.problem if entry.why else Problem(part="supplied", kind="not_fitting")
                    )
                if outcome.listing_id:
                    brought.append(self._supplied(entry, outcome.listing_id))
            self._told_of(entry, outcome)
        self._index.put_supplied(brought)

    def _supplied(self, entry: Brought, name: str) -> Supplied:
        capture = self._evidence.keep(entry.page)
        return Supplied(
            listing_id=name, run_id=self._run.id, at=utc(), place=entry.place, supply=self._supply, capture=capture
        )

    def _hear(self, judged: Judged, put: Put) -> None:
        self._stored[put.id] = (judged, put)

    def _finished(self, outcome: Literal["healthy", "unhealthy", "interrupted"], seal: str | None) -> Run:
        counts, problems = self._tally.counts, self._tally.problems
        return replace(self._run, outcome=outcome, finished_at=utc(), counts=counts, problems=problems, seal=seal)

    def _report(self) -> None:
        if self._progress is not None:
            counts = self._tally.counts
            self._progress(Progress(spider=SPIDER, marketplace=self._run.marketplace, counts=counts, waiting=0))


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """So many at a time as one transaction takes, and as fit into memory."""
    batch: list[Entry] = []
    held, last = 0, None
    for entry in entries:
        page = entry.page if isinstance(entry, Brought) else None
        if page is not None and page is not last:
            held, last = held + len(page.body), page
        batch.append(entry)
        if len(batch) >= BATCH or held > MOST_HELD:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _id(entry: Brought) -> str:
    assert entry.listing is not None  # noqa: S101 - callers have looked
    return listing_id(entry.listing.marketplace, entry.listing.native_id)
