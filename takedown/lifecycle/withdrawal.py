"""Taking back what was sent, from every recipient it went to. A decision that turned out to be wrong is undone exactly
as long as nothing left the house; afterwards this is the way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from index.messages import t
from index.records import Decisions
from takedown.lifecycle.outcome import sent_at, told
from takedown.lifecycle.resubmission import narrowed
from takedown.lifecycle.said import happened, long
from takedown.notice import Notice, Step
from takedown.notices import NoticeBook, NoticeError

Part = Literal["whole", "some", "draft"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """What one notice has to lose."""

    notice: Notice
    findings: tuple[str, ...]
    """Of its targets, those that are taken back."""
    part: Part
    """whole: nothing of it is left. some: the rest stands. draft: some of one that was never sent: it is edited."""
    sent: bool
    """Whether a recipient has it, and must be told."""


def concerned(records: Decisions, findings: Iterable[str]) -> list[Withdrawal]:
    """Every notice with one of these findings among its targets that were not taken back yet, drafts as well; in the
    order in which they were drafted. An exported one that nobody said was sent may have been: where all of it is taken
    back its recipient is told as well; where some is, it becomes a draft again, and who sent it has to say so before.
    """
    book, wanted = NoticeBook(records), {records.current_id(each): None for each in findings}
    names = {record.id: None for finding in wanted for record in records.about(finding) if record.kind == "notice"}
    return [each for name in names if (each := _of(records, book.get(name), set(wanted))) is not None]


def whole(notice: Notice) -> Withdrawal | None:
    """All of one notice; None where nothing is left to take back."""
    return _parted(notice, {each.finding_id for each in notice.content.targets})


def _of(records: Decisions, notice: Notice, wanted: set[str]) -> Withdrawal | None:
    ours = {each.finding_id for each in notice.content.targets if records.current_id(each.finding_id) in wanted}
    return _parted(notice, ours)


def _parted(notice: Notice, ours: set[str]) -> Withdrawal | None:
    back = {name for name, (what, _) in told(notice).items() if what == "withdrawn"}
    findings = tuple(dict.fromkeys(e.finding_id for e in notice.content.targets if e.finding_id in ours - back))
    if not findings or notice.state == "withdrawn":
        return None
    left = {each.finding_id for each in notice.content.targets} - back - set(findings)
    part: Part = "whole" if not left else "some" if sent_at(notice) else "draft"
    sent = bool(sent_at(notice)) or (part == "whole" and notice.state == "exported")
    return Withdrawal(notice=notice, findings=findings, part=part, sent=sent)


def withdraw(
    records: Decisions, given: Iterable[Withdrawal], *, reason: str, now: str, by: str, at: str = ""
) -> list[Notice]:
    """Takes all of it back: those that were sent in one transaction, so that no recipient is forgotten; drafts of which
    something is left are edited before. Raises NoticeError, Overtaken (then what was sent is as it was).
    """
    reason = long("reason", reason, needed=True)
    book, every = NoticeBook(records), list(given)
    if not every:
        raise NoticeError(t("life.nothing_to_withdraw"))
    edited = [
        book.edit(each.notice, narrowed(each.notice.content, without=each.findings), at=now, by=by)
        for each in every
        if each.part == "draft"
    ]
    steps = [(each.notice, _step(each, reason, at, now, by)) for each in every if each.part != "draft"]
    return [*edited, *(book.step_all(steps, by=by, at=now) if steps else ())]


def _step(given: Withdrawal, reason: str, at: str, now: str, by: str) -> Step:
    notice = given.notice
    state = "withdrawn" if given.part == "whole" else notice.state
    return Step(
        state=state,
        at=happened(notice, at, now),
        by=by,
        digest=notice.content.digest,
        reason=reason,
        due_at="" if given.part == "whole" else notice.steps[-1].due_at,
        due_rule="" if given.part == "whole" else notice.steps[-1].due_rule,
        targets=dict.fromkeys(given.findings, "withdrawn"),
    )
