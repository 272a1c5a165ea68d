"""What commands about sent notices share: who writes what down when, what looks say, and how it is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property
from pathlib import Path
from typing import Annotated

import typer

from console.acting import acting
from console.exits import CommandError, Exit
from console.notices import Desk, desk, summary
from console.terminal import emit, out, remark
from crawler.schedule.when import WhenError, zone_of
from index.messages import t
from index.plain import line
from index.times import utc
from takedown.lifecycle.keeping import keep
from takedown.lifecycle.outcome import Looks, Outcome, outcomes
from takedown.lifecycle.said import Said, backwards, last_second, moment
from takedown.lifecycle.steps import AfterSending, receipt
from takedown.lifecycle.workdays import workdays
from takedown.notice import Notice, Target
from takedown.recipients import recipients

NoticeId = Annotated[str, typer.Argument(metavar="ID", help=t("life.option.notice"), show_default=False)]
AtFlag = Annotated[str | None, typer.Option("--at", help=t("life.option.at"), metavar="TIME", show_default=False)]
DueFlag = Annotated[str | None, typer.Option("--due", help=t("life.option.due"), metavar="DAY", show_default=False)]
FilesFlag = Annotated[list[Path] | None, typer.Option("--file", help=t("life.option.file"), show_default=False)]
NoteFlag = Annotated[str, typer.Option("--note", help=t("life.option.note"), show_default=False)]
ReceiptFlag = Annotated[str, typer.Option("--receipt", help=t("life.option.receipt"), show_default=False)]
ReasonFlag = Annotated[str, typer.Option("--reason", help=t("life.option.reason"), show_default=False)]
TargetsFlag = Annotated[list[str] | None, typer.Option("--target", help=t("life.option.target"), show_default=False)]


@dataclass(frozen=True)
class Sending:
    """One person at work on notices that were sent."""

    held: Desk
    after: AfterSending
    by: str
    now: str
    zone: tzinfo

    def said(  # the options of a command, as they were given
        self,
        notice: Notice,
        *,
        at: str | None = None,
        due: str | None = None,
        files: Sequence[Path] | None = None,
        targets: Sequence[str] | None = None,
        asked: Sequence[str] | None = None,
        **words: str,
    ) -> Said:
        """What the person says, with its proofs kept. Raises NoticeError."""
        kept = [keep(path, self.held.place.path / "receipts") for path in files or ()]
        return Said(
            at=moment(at, self.zone, notice, self.now) if at else "",
            due_at=last_second(due, self.zone) if due else "",
            files=_named([(one.name, one.sha256) for one in kept]),
            targets=tuple(targets or ()),
            asked=tuple(asked or ()),
            **words,
        )

    def tell(self, notice: Notice, *, json: bool) -> int:
        """Says where the notice stands now: the contract of docs/schema/notice_step.json."""
        remarks = list(self._remarks(notice))
        if json:
            emit({**summary(notice), "receipt": receipt(notice), "step": notice.steps[-1], "remarks": remarks})
            return Exit.DONE
        state = t(f"notice.state.{notice.state}")
        out().print(line(t("life.now", id=notice.id, state=state, recipient=notice.content.recipient)), soft_wrap=True)
        if due := notice.steps[-1].due_at:
            what = "life.due_ours" if notice.state == "counter_notice" else "life.due_theirs"
            out().print(
                line(t(what, at=shown(due, self.zone), rule=rule_said(notice.steps[-1].due_rule))), soft_wrap=True
            )
        for each in remarks:
            remark(each)
        return Exit.DONE

    def _remarks(self, notice: Notice) -> Iterator[str]:
        last = notice.steps[-1]
        if backwards(notice):
            yield t("life.clock", before=notice.steps[-2].at, at=last.at)
        if "weekdays only" in last.due_rule:
            yield t("life.weekdays", years=last.due_rule.rpartition(": ")[2])
        if last.state == "sent" and not last.files and not last.receipt:
            yield t("life.no_proof_yet")
        if last.state == "counter_notice" and not last.due_at:
            yield t("life.no_number")


@contextmanager
def sending(name: str | None) -> Iterator[Sending]:
    """The desk, for somebody who may record what was sent and answered. Raises CommandError."""
    person = acting(name, "send")
    with desk() as held:
        yield Sending(held, after(held), person.name, utc(), zone(held))


def after(held: Desk) -> AfterSending:
    """Writes steps down, by the recipients' terms and the holidays of the home. Raises ReadError."""
    place = held.place.path
    return AfterSending(held.records, recipients(place / "recipients"), workdays(place / "holidays"))


def zone(held: Desk) -> tzinfo:
    """In which times are read and shown. Raises CommandError."""
    try:
        return zone_of(held.settings.schedule.zone)
    except WhenError as error:
        raise CommandError(str(error)) from error


def shown(at: str, where: tzinfo) -> str:
    """A time as people read it."""
    return datetime.fromisoformat(at).astimezone(where).strftime("%Y-%m-%d %H:%M") if at else ""


def rule_said(rule: str) -> str:
    """How a term was counted, in the reader's language."""
    if rule == "stated":
        return t("life.stated")
    number, _, unit = rule.partition(",")[0].partition(" ")
    return t(f"life.unit.{unit}", number=number)


def _named(files: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Name -> SHA-256; two files of one name are told apart."""
    found: dict[str, str] = {}
    for name, digest in files:
        found[name if name not in found else f"{digest[:8]}-{name}"] = digest
    return found


@dataclass(frozen=True)
class Watch:
    """What looks say of the targets of notices."""

    held: Desk

    def of(self, notice: Notice) -> list[Outcome]:
        """What became of each target."""
        return outcomes(notice, self._looks, self._healthy.__contains__)

    def _looks(self, target: Target) -> Looks:
        hit = self.held.index.get(target.listing_id)
        return Looks(
            observations=self.held.index.observations(target.listing_id), last_seen=hit.last_seen if hit else ""
        )

    @cached_property
    def _healthy(self) -> frozenset[str]:
        return frozenset(run.id for run in self.held.index.runs(limit=1_000_000) if run.outcome == "healthy")
