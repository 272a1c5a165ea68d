"""Taking the snapshot: one walk over index and records, rows written as they come, numbers counted on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any, BinaryIO

from index.model import Run
from index.profiles import Profile
from index.protocol import Index, Stored
from index.records import Decisions
from index.taxonomy import taxonomy
from takedown.answers import Answer, Answers, all_answers
from takedown.groups import Groups
from takedown.lifecycle.outcome import Looks, Outcome, outcomes, sent_at
from takedown.lifecycle.statistics import Figures, figures
from takedown.lifecycle.steps import receipt
from takedown.notice import Notice, Target
from takedown.notices import NoticeBook
from takedown.relisting import Relisting
from takedown.reports.figures import Section
from takedown.reports.headings import Scheme
from takedown.reports.ledger import OPEN, Conditions, Entry, countable, entry
from takedown.reports.period import Period
from takedown.reports.snapshot import SCHEMA, Head, Writer

MOST_RUNS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a report is made from."""

    index: Index
    records: Decisions
    profiles: Mapping[str, Profile]
    schemes: Sequence[Scheme]
    places: Collection[str]
    """Marketplaces that should be crawled, by name, whether or not they ever were."""
    crawls: Callable[[Run], bool]
    """Whether a run is a crawl of its marketplace (not a re-check, an import, a re-scoring)."""
    groups: Groups
    relistings: Sequence[Relisting] = ()

    @cached_property
    def runs(self) -> list[Run]:
        """All, newest first."""
        return self.index.runs(limit=MOST_RUNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """How one marketplace was watched in the period."""

    name: str
    state: str
    """Of its last run that ended in the period: 'healthy', 'unhealthy', 'blocked', 'interrupted'; 'never': none did."""
    runs: int = 0
    healthy: int = 0

    @property
    def measured(self) -> bool:
        """Whether its numbers say how it was: a run has seen it as it should be seen."""
        return self.healthy > 0


@dataclass(slots=True, kw_only=True)
class Counts:
    """What was counted on the way."""

    new: Counter[tuple[str, ...]] = field(default_factory=Counter)
    """New findings: by ([v]), ('brand', b[, v]), ('scheme:id', heading[, v]), where v is the verdict and a heading of
    '' takes what has none; and by ('marketplace', m), ('unseen', u)."""
    rows: Counter[tuple[str, Conditions]] = field(default_factory=Counter)
    """(Sheet of the ledger, conditions) -> rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """All that the sections of a report are written from."""

    source: Source
    period: Period
    counts: Counts
    watched: tuple[Watched, ...]
    figures: tuple[Figures, ...]
    """Of the notices that were sent in the period."""


@dataclass(frozen=True, slots=True)
class _Noticed:
    """One target of one notice."""

    notice: str
    state: str
    recipient: str
    sent_at: str
    outcome: str


def gather(
    source: Source, period: Period, out: BinaryIO, sections: Callable[[Gathered], Sequence[Section]]
) -> tuple[Head, str]:
    """Writes the snapshot; returns its head and hash. Raises IndexUnavailable, ReadError, OSError."""
    walk = _Walk(source, period)
    head = walk.head()
    writer = Writer(out, head)
    for row in walk.rows():
        walk.counts.rows.update((row.sheet, conditions) for conditions in countable(row))
        writer.add(row)
    found = Gathered(
        source=source,
        period=period,
        counts=walk.counts,
        watched=tuple(watched(source, period, walk.counts)),
        figures=tuple(walk.figures()),
    )
    return head, writer.end(sections(found), (one.name for one in found.watched if not one.measured))


def watched(source: Source, period: Period, counts: Counts) -> Iterator[Watched]:
    """Every marketplace that should be crawled, was crawled, or has new findings; by name."""
    of: dict[str, list[Run]] = {name: [] for name in source.places}
    for run in source.runs:
        if source.crawls(run):
            of.setdefault(run.marketplace, [])
            if run.finished_at and period.holds(run.finished_at) and run.finished_at <= period.as_of:
                of[run.marketplace].append(run)
    for key in counts.new:
        if key[:1] == ("marketplace",):
            of.setdefault(key[1], [])
    for name, runs in sorted(of.items()):
        last = max(runs, key=lambda run: run.finished_at or "", default=None)
        yield Watched(
            name=name,
            state="never" if last is None else last.outcome.replace("running", "interrupted"),
            runs=len(runs),
            healthy=sum(run.outcome == "healthy" for run in runs),
        )


class _Walk:
    """One walk over everything."""

    def __init__(self, source: Source, period: Period) -> None:
        self.source, self.period = source, period
        self.counts = Counts()
        self.answers: Answers = all_answers(source.records)
        self._healthy = {run.id for run in source.runs if run.outcome == "healthy"}
        self._of: dict[str, list[_Noticed]] = {}
        """Finding -> its notices, in the order in which they were drafted."""
        self._sent: list[tuple[Notice, list[Outcome]]] = []
        self._headings = [
            (f"scheme:{scheme.id}", heading.id, frozenset(heading.violations))
            for scheme in source.schemes
            for heading in scheme.headings
        ]
        self._known = {f"scheme:{scheme.id}": frozenset(scheme.violations) for scheme in source.schemes}

    def head(self) -> Head:
        """As everything is now."""
        count, chain = 0, ""
        for record in self.source.records.every():
            count, chain = count + 1, record.chain
        index = self.source.index
        return Head(
            schema=SCHEMA,
            period=self.period,
            chain=chain,
            records=count,
            listings=index.count("*", kind="listings"),
            findings=index.count("*"),
        )

    def rows(self) -> Iterator[Entry]:
        """The ledger: targets of notices first, since findings say what became of them."""
        touched: set[str] = set()
        for notice in NoticeBook(self.source.records).every():
            found = outcomes(notice, self._looks, self._healthy.__contains__)
            self._note(notice, found)
            if self.period.holds(sent_at(notice)):
                self._sent.append((notice, found))
            if any(self.period.holds(step.at) for step in notice.steps):
                touched |= {target.finding_id for target in notice.content.targets}
                yield from self._targets(notice, found)
        decided = {name for name in self.answers.findings() if self._decided_in(self.answers.of(name))}
        written = set()
        wanted = touched | decided
        hits = self.source.index.scan(f"{self.period.first_seen} AND NOT verdict:benign")
        for hit in hits:
            self._count(hit)
            if hit.id in wanted:
                written.add(hit.id)
            yield self._finding(hit, new=True)
        for name in sorted({self.source.records.current_id(one) for one in wanted} - written):
            other = self.source.index.get(name)
            if other is not None and other.id == name:
                yield self._finding(other, new=False)

    def figures(self) -> list[Figures]:
        """Of the notices that were sent in the period; what came again elsewhere is counted as T2 recognises it."""
        again = {name for one in self.source.relistings if one.how == "relisted" for name in one.earlier.finding_ids}
        return figures(self._sent, again)

    def _looks(self, target: Target) -> Looks:
        hit = self.source.index.get(target.listing_id)
        return Looks(
            observations=self.source.index.observations(target.listing_id), last_seen=hit.last_seen if hit else ""
        )

    def _note(self, notice: Notice, found: Sequence[Outcome]) -> None:
        for target, outcome in zip(notice.content.targets, found, strict=True):
            name = self.source.records.current_id(target.finding_id)
            sent = sent_at(notice)
            said = _Noticed(notice.id, notice.state, notice.content.recipient, sent, outcome.became if sent else "")
            self._of.setdefault(name, []).append(said)

    def _targets(self, notice: Notice, found: Sequence[Outcome]) -> Iterator[Entry]:
        content, sent = notice.content, sent_at(notice)
        for target, outcome in zip(content.targets, found, strict=True):
            yield entry(
                "targets",
                {
                    "notice": notice.id,
                    "finding_id": target.finding_id,
                    "recipient": content.recipient,
                    "basis": content.basis,
                    "state": notice.state,
                    "drafted_at": notice.steps[0].at,
                    "sent_in": self.period.holds(sent),
                    "sent_at": sent,
                    "receipt": receipt(notice),
                    "due_at": notice.steps[-1].due_at,
                    "outcome": outcome.became if sent else "",
                    "since": outcome.since if sent else "",
                    "title": target.title,
                    "marketplace": target.marketplace,
                    "url": target.url,
                },
            )

    def _finding(self, hit: Stored, *, new: bool) -> Entry:
        value: dict[str, Any] = hit.value
        answer = self.answers.of(hit.id)
        said = answer.decision if answer else None
        shorts = _shorts(value)
        notices = self._of.get(hit.id, [])
        last = notices[-1] if notices else None
        return entry(
            "findings",
            {
                "finding_id": hit.id,
                "new": new,
                **{name: value.get(name) for name in ("verdict", "title", "marketplace", "url", "brand")},
                "category": sorted({taxonomy()[short].category for short in shorts if short in taxonomy()}),
                "violation": shorts,
                "first_seen": hit.first_seen,
                "last_seen": hit.last_seen,
                "unit": said.unit if said else "",
                "decision": said.kind if said else OPEN,
                "reason": said.reason if said else "",
                "decided_in": self._decided_in(answer),
                "decided_at": said.decided_at if said else "",
                "decided_by": said.decided_by if said else "",
                "notice": [one.notice for one in notices],
                "state": last.state if last else "",
                "sent_at": last.sent_at if last else "",
                "outcome": last.outcome if last else "",
            },
        )

    def _decided_in(self, answer: Answer | None) -> bool:
        return answer is not None and self.period.holds(answer.decision.decided_at)

    def _count(self, hit: Stored) -> None:
        """A new finding under everything that it counts under."""
        value: dict[str, Any] = hit.value
        verdict, shorts = str(value["verdict"]), set(_shorts(value))
        under: list[tuple[str, ...]] = [(), ("brand", str(value.get("brand") or ""))]
        under += [(scheme, name) for scheme, name, held in self._headings if held & shorts]
        under += [(scheme, "") for scheme, known in self._known.items() if not known & shorts]
        self.counts.new.update([*under, *((*key, verdict) for key in under)])
        self.counts.new[("marketplace", str(value["marketplace"]))] += 1
        self.counts.new.update(("unseen", name) for name in dict.fromkeys(value.get("unseen") or ()))


def _shorts(value: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(str(one["id"]) for one in islice(value.get("violations") or (), 200)))
