"""What a report says, part by part. Every number names its query; what nobody measured says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import get_args

from takedown.decision import DismissReason
from takedown.lifecycle.medians import Share, Span
from takedown.lifecycle.outcome import Became
from takedown.lifecycle.statistics import Figures
from takedown.reports.figures import Number, Row, Said, Section, Table, Where, row, said, same, within, worded
from takedown.reports.gathering import Gathered, Watched
from takedown.reports.headings import Heading, Scheme
from takedown.reports.ledger import OPEN, YES, Conditions

MOST_GROUPS = 20
MOST_RELISTINGS = 50
"""In the document; the commands beside the numbers have all."""
VERDICTS = ("violation", "lead")
LOOKED = frozenset({"blocked", "unseen", "unsure", "moved"})
"""Outcomes that say that nobody could see."""


def sections(found: Gathered) -> list[Section]:
    """All of them, in order."""
    made = _Sections(found)
    main, *others = found.source.schemes
    return [
        made.summary(),
        made.scheme(main, confirmed=True),
        *(made.scheme(one) for one in others),
        made.brands(),
        made.marketplaces(),
        made.decisions(),
        made.notices(),
        made.outcomes(),
        made.groups(),
        made.relistings(),
        made.unmeasured(),
    ]


class _Sections:
    def __init__(self, found: Gathered) -> None:
        self.found, self.period = found, found.period
        self.counts, self.source = found.counts, found.source
        self.new = f"{self.period.first_seen} AND NOT verdict:benign"
        self.measured = sum(one.measured for one in found.watched)
        self.dates = f"--from {self.period.first} --to {self.period.last}"

    def summary(self) -> Section:
        """The main numbers."""
        period = self.period
        listings = self.source.index.count(period.first_seen, kind="listings")
        rows = [
            row(said("summary.new"), self._new(())),
            *(row(said(f"summary.{one}"), self._new((), one)) for one in VERDICTS),
            row(said("summary.listings"), self._seen(listings, period.first_seen, kind="listings")),
            *(
                row(said(f"summary.{one}"), self._counted("findings", (("new", YES), ("decision", one))))
                for one in ("confirm", "dismiss", OPEN)
            ),
            row(said("summary.sent"), self._counted("targets", (("sent_in", YES),))),
        ]
        notes = [said("note.suspected"), self._coverage()]
        if not period.over:
            notes.append(said("note.not_over", as_of=period.as_of))
        return Section(title=said("section.summary"), notes=tuple(notes), table=_table(("what", "count"), (7, 3), rows))

    def scheme(self, scheme: Scheme, *, confirmed: bool = False) -> Section:
        """New findings under the headings of one taxonomy."""
        key = f"scheme:{scheme.id}"
        rows = [self._heading(key, heading, confirmed=confirmed) for heading in scheme.headings]
        known = " OR ".join(scheme.violations)
        rest = f"{self.new} AND NOT violation:({known})" if known else self.new
        if self.counts.new[key, ""]:
            cells = [self._found(self.counts.new[key, ""], rest), *self._verdicts((key, ""), rest)]
            rows.append(row(said("heading.none"), *cells, *([said("dash")] if confirmed else [])))
        notes = [said("note.headings")]
        if scheme.note_zh or scheme.note_en:
            notes.insert(0, Said(zh=scheme.note_zh, en=scheme.note_en))
        head = ("heading", "new", *VERDICTS, *(("confirmed",) if confirmed else ()))
        widths = (4.4, 1.4, 1.4, 1.4, 1.4) if confirmed else (5.2, 1.6, 1.6, 1.6)
        title = within("section.scheme", Said(zh=scheme.zh, en=scheme.en))
        return Section(title=title, notes=tuple(notes), table=_table(head, widths, rows))

    def brands(self) -> Section:
        """New findings by the brand they concern, most first."""
        names = sorted({key[1] for key in self.counts.new if key[:1] == ("brand",) and len(key) == 2})
        names.sort(key=lambda name: -self.counts.new["brand", name])
        rows = []
        for name in names:
            query = f'{self.new} AND brand:"{name}"' if name else f"{self.new} AND NOT brand:*"
            profile = self.source.profiles.get(name)
            label = f"{profile.names[0].text} ({name})" if profile else name
            conditions = (("new", YES), ("brand", name), ("decision", "confirm"))
            rows.append(
                row(
                    same(label) if name else said("brand.none"),
                    self._found(self.counts.new["brand", name], query),
                    *self._verdicts(("brand", name), query),
                    self._counted("findings", conditions),
                )
            )
        head = ("brand", "new", *VERDICTS, "confirmed")
        notes = () if rows else (said("note.no_rows"),)
        return Section(title=said("section.brands"), notes=notes, table=_table(head, (4.4, 1.4, 1.4, 1.4, 1.4), rows))

    def marketplaces(self) -> Section:
        """What was seen where, and whether that may be relied on."""
        rows = [self._marketplace(one) for one in self.found.watched]
        return Section(
            title=said("section.marketplaces"),
            notes=(said("note.health"), self._coverage()),
            table=_table(("marketplace", "health", "runs", "listings", "new"), (4, 1.8, 1.4, 1.4, 1.4), rows),
        )

    def decisions(self) -> Section:
        """Findings that people answered in the period, as it stands."""
        rows = []
        for kind in ("confirm", "dismiss"):
            conditions = (("decided_in", YES), ("decision", kind))
            rows.append(row(said(f"decision.{kind}"), self._counted("findings", conditions)))
            for reason in get_args(DismissReason) if kind == "dismiss" else ():
                number = self._counted("findings", (*conditions, ("reason", reason)))
                if number.value:
                    rows.append(row(within("decision.of", said(f"reason.{reason}")), number))
        rows += [
            row(said(f"decision.{kind}"), self._counted("findings", (("decided_in", YES), ("decision", kind))))
            for kind in ("wait", "escalate")
        ]
        return Section(
            title=said("section.decisions"),
            notes=(said("note.decisions"),),
            table=_table(("decision", "count"), (7, 3), rows),
        )

    def notices(self) -> Section:
        """What notices that were sent in the period achieved."""
        rows = [self._figures(one) for one in self.found.figures if one.notices]
        head = ("of", "notices", "targets", "success", "relisted", "to_notice", "to_removal")
        notes = [said("note.notices")] if rows else [said("note.no_notices")]
        return Section(
            title=said("section.notices"),
            notes=tuple(notes),
            table=_table(head, (2.8, 1, 1, 1.3, 1.3, 1.3, 1.3), rows),
        )

    def outcomes(self) -> Section:
        """What became of their targets."""
        sent = ("sent_in", YES)
        rows = [
            row(worded(f"life.became.{one}"), number)
            for one in get_args(Became)
            if (number := self._counted("targets", (sent, ("outcome", one)))).value
        ]
        notes = (said("note.outcomes") if rows else said("note.no_notices"),)
        return Section(title=said("section.outcomes"), notes=notes, table=_table(("outcome", "count"), (7, 3), rows))

    def groups(self) -> Section:
        """Operator groups with a member that was first seen in the period."""
        fresh = [
            (group, sum(self.period.holds(member.first_seen) for member in group.members))
            for group in self.source.groups.groups
        ]
        moved = [(group, count) for group, count in fresh if count]
        rows = [
            row(
                same(group.id),
                Number(value=len(group.members), command=f"copycatch groups show {group.id} --json"),
                Number(value=count, command=f"copycatch groups show {group.id} --json"),
                same(_names(group.marketplaces)),
                same(_names(group.brands)),
                Number(value=group.confirmed, command=f"copycatch groups show {group.id} --json"),
            )
            for group, count in moved[:MOST_GROUPS]
        ]
        notes = [said("note.groups", count=len(moved), shown=len(rows))] if rows else [said("note.no_groups")]
        head = ("group", "members", "new_members", "where", "brand", "confirmed")
        return Section(
            title=said("section.groups"), notes=tuple(notes), table=_table(head, (2.6, 1, 1, 2.4, 1.8, 1.2), rows)
        )

    def relistings(self) -> Section:
        """What came again in the period."""
        held = [one for one in self.source.relistings if self.period.holds(one.seen_at)]
        rows = [
            row(
                said(f"how.{one.how}"),
                same(one.title),
                same(one.marketplace),
                same(one.seen_at[:10]),
                same(one.earlier_title),
                Said(zh=one.zh, en=one.en),
            )
            for one in held[:MOST_RELISTINGS]
        ]
        note = said("note.relisted", count=len(held), shown=len(rows), first=self.period.first)
        head = ("how", "title", "marketplace", "seen_at", "earlier", "why")
        return Section(
            title=said("section.relisted"),
            notes=(note if rows else said("note.no_relisted"),),
            table=_table(head, (1, 2, 1.6, 1.1, 1.8, 2.5), rows),
        )

    def unmeasured(self) -> Section:
        """What could not be seen, so that nobody takes it for nothing."""
        rows = [
            row(same(one.name), said(f"unmeasured.{one.state}"), said("dash"))
            for one in self.found.watched
            if not one.measured
        ]
        rows += [
            row(Said(zh=heading.zh, en=heading.en), said("unmeasured.blind"), said("dash"))
            for heading in self.source.schemes[0].headings
            if heading.blind
        ]
        names = sorted(key[1] for key in self.counts.new if key[:1] == ("unseen",))
        for name in names:
            number = Number(value=self.counts.new["unseen", name], search=f'{self.new} AND unseen:"{name}"')
            rows.append(row(said("unmeasured.findings"), worded(name), number))
        rows += [
            row(said("unmeasured.targets"), worded(f"life.became.{one}"), number)
            for one in sorted(LOOKED)
            if (number := self._counted("targets", (("sent_in", YES), ("outcome", one)))).value
        ]
        return Section(
            title=said("section.unmeasured"),
            notes=(said("note.unmeasured"),),
            table=_table(("what", "why", "count"), (4, 4.4, 1.6), rows),
        )

    def _heading(self, key: str, heading: Heading, *, confirmed: bool) -> Row:
        label = Said(zh=f"{heading.id} {heading.zh}", en=f"{heading.id} {heading.en}")
        width = 4 if confirmed else 3
        if not heading.violations or heading.blind:
            why = "blind" if heading.blind else "no_counterpart"
            return row(label, said(f"heading.{why}"), *[said("dash")] * (width - 1))
        query = f"{self.new} AND violation:({' OR '.join(heading.violations)})"
        cells = [self._found(self.counts.new[key, heading.id], query), *self._verdicts((key, heading.id), query)]
        if confirmed:
            conditions = (("new", YES), ("category", f"+{heading.id}"), ("decision", "confirm"))
            cells.append(self._counted("findings", conditions))
        return row(label, *cells)

    def _marketplace(self, one: Watched) -> Row:
        place = f'marketplace:"{_quoted(one.name)}"'
        listings = f"{self.period.first_seen} AND {place}"
        seen = self.source.index.count(listings, kind="listings")
        new = self.counts.new["marketplace", one.name]
        return row(
            same(one.name),
            said(f"health.{one.state}"),
            said("runs", healthy=one.healthy, runs=one.runs),
            _measured(one.measured, Number(value=seen, search=listings, kind="listings")),
            _measured(one.measured, Number(value=new, search=f"{self.new} AND {place}")),
        )

    def _figures(self, one: Figures) -> Row:
        command = f"copycatch notice statistics {self.dates} --json"
        label = said("of.all") if one.by == "all" else said(f"of.{one.by}", name=one.key)
        return row(
            label,
            Number(value=one.notices, command=command),
            Number(value=one.targets, command=command),
            _share(one.success, command),
            _share(one.relisted, command),
            _hours(one.detect_to_notice, command),
            _hours(one.notice_to_removal, command),
        )

    def _new(self, key: tuple[str, ...], verdict: str = "") -> Number:
        query = self.new + (f" AND verdict:{verdict}" if verdict else "")
        return self._found(self.counts.new[(*key, verdict) if verdict else key], query)

    def _verdicts(self, key: tuple[str, ...], query: str) -> Iterator[Number]:
        for verdict in VERDICTS:
            yield self._found(self.counts.new[(*key, verdict)], f"{query} AND verdict:{verdict}")

    def _found(self, count: int, query: str) -> Number:
        return self._seen(count, query)

    def _seen(self, count: int, query: str, kind: str = "findings") -> Number:
        """A number over all marketplaces: where none was measured, it is not known."""
        return _measured(self.measured > 0, Number(value=count, search=query, kind=kind))  # type: ignore[arg-type] # one of the literals

    def _counted(self, sheet: str, conditions: Conditions) -> Number:
        return Number(
            value=self.counts.rows[sheet, conditions],
            where=Where(sheet=sheet, conditions=conditions),  # type: ignore[arg-type] # a literal
        )

    def _coverage(self) -> Said:
        return said("note.coverage", measured=self.measured, all=len(self.found.watched))


def _measured(whether: bool, number: Number) -> Number:  # noqa: FBT001 - reads as a sentence
    """The number, or what was met of it at least."""
    if whether:
        return number
    return Number(value=None, least=int(number.value or 0), search=number.search, kind=number.kind)


def _share(one: Share | None, command: str) -> Number:
    if one is None:
        return Number(value=None, command=command, unit="share")
    return Number(value=round(one.share, 4), command=command, unit="share", of=one.n)


def _hours(one: Span | None, command: str) -> Number:
    if one is None or one.median is None:
        return Number(value=None, command=command, unit="hours", of=one.n if one else 0)
    return Number(value=round(one.median, 1), command=command, unit="hours", of=one.n)


def _table(head: Sequence[str], widths: Sequence[float], rows: Iterable[Row]) -> Table:
    total = sum(widths)
    return Table(head=tuple(head), widths=tuple(round(one / total, 4) for one in widths), rows=tuple(rows))


def _names(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in list(counts.items())[:4]) + (" …" if len(counts) > 4 else "")


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')
