"""What is due: answers of recipients, ours to counter-notices, and what waits for somebody here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from takedown.lifecycle.outcome import sent_at
from takedown.lifecycle.resubmission import continued
from takedown.lifecycle.steps import receipt
from takedown.notice import Notice

Duty = Literal[
    "answer",  # the recipient's answer is due
    "counter",  # we must complain or sue, or what was removed comes back
    "send",  # exported, and nobody said that it was sent
    "refused",  # the recipient refused or wants more: submit again, escalate, or close
    "relisted",  # it is back: a new notice is wanted
]
ANSWERS: dict[str, Duty] = {
    "sent": "answer",
    "acknowledged": "answer",
    "partially_actioned": "answer",
    "counter_notice": "counter",
    "exported": "send",
    "rejected": "refused",
    "relisted": "relisted",
}
"""State -> what waits in it."""
OURS: frozenset[Duty] = frozenset({"counter", "send", "refused", "relisted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One notice that waits for something."""

    notice: Notice
    duty: Duty
    since: str
    """Since when it has waited."""
    due_at: str
    """Empty where no rule has a number: 'without delay'."""
    due_rule: str
    overdue: bool
    receipt: str

    @property
    def ours(self) -> bool:
        """Whether it waits for us."""
        return self.duty in OURS


def waiting(notices: Iterable[Notice], now: str) -> list[Waiting]:
    """All that waits, overdue first, then by term; without a term last, oldest first. What was submitted again waits
    only in its newer notice.
    """
    known = list(notices)
    newer = continued(known)
    return sorted(
        (each for notice in known for each in _duty(notice, notice.id in newer, now)),
        key=lambda each: (not each.overdue, each.due_at or "~", each.since, each.notice.id),
    )


def _duty(notice: Notice, submitted_again: bool, now: str) -> Iterator[Waiting]:  # noqa: FBT001 - read once, above
    duty = ANSWERS.get(notice.state)
    if duty is None or (submitted_again and duty != "counter"):
        return
    last = notice.steps[-1]
    entered = last
    for step in reversed(notice.steps):
        if step.state != notice.state:
            break
        entered = step
    since = sent_at(notice) if duty == "answer" else entered.at
    yield Waiting(
        notice=notice,
        duty=duty,
        since=since,
        due_at=last.due_at,
        due_rule=last.due_rule,
        overdue=bool(last.due_at) and last.due_at < now,
        receipt=receipt(notice),
    )
