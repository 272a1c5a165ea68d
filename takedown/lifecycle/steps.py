"""Steps after an export, as people write them down. Every one goes through the book of notices: one step follows
another, and of two people at once the second is told (`Overtaken`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from index.messages import t
from index.records import Decisions, Entry, Overtaken
from takedown.lifecycle.asks import Ask, entry
from takedown.lifecycle.deadlines import Due, counter_due, due
from takedown.lifecycle.outcome import DOWN, SENT, told
from takedown.lifecycle.said import Said, chosen, happened, long, short
from takedown.lifecycle.workdays import Workdays
from takedown.notice import Notice, State, Step
from takedown.notices import NoticeBook, NoticeError
from takedown.recipients.model import Recipient

TRIES = 20
"""How often something that a recipient asked is written down anew because others wrote down theirs."""


class AfterSending:
    """Writes steps down. `by` is the account of the person who does; `now` the clock. Raises NoticeError, Overtaken."""

    def __init__(self, records: Decisions, recipients: Mapping[str, Recipient], calendar: Workdays) -> None:
        self._records, self.recipients, self._calendar = records, recipients, calendar
        self.book = NoticeBook(records)

    def sent(self, notice: Notice, said: Said, *, now: str, by: str) -> Notice:
        """It went out: how, to whom, and with what proof. Once more: a further proof or channel; the term stays."""
        recipient = self.recipients.get(notice.content.recipient)
        step = self._step("sent", notice, said, now=now, by=by)
        step = replace(
            step,
            digest=notice.content.digest,
            channel=step.channel or (recipient.channel if recipient else ""),
            to=step.to or short("to", _address(notice, recipient)),
        )
        if not step.channel or not step.to:
            raise NoticeError(t("life.needed", name=t("life.part.channel" if not step.channel else "life.part.to")))
        if not step.due_at and notice.state == "sent":
            step = replace(step, due_at=notice.steps[-1].due_at, due_rule=notice.steps[-1].due_rule)
        elif not step.due_at and recipient:
            country = recipient.country or notice.content.jurisdiction
            step = _until(step, due(recipient.deadline, step.at, country, self._calendar))
        return self._write(notice, step, now=now, by=by)

    def acknowledged(self, notice: Notice, said: Said, *, now: str, by: str) -> Notice:
        """The recipient confirmed that it has it: with a number, or at least a picture of what it answered."""
        if not said.receipt.strip() and not said.files:
            raise NoticeError(t("life.needed", name=t("life.part.receipt")))
        step = self._step("acknowledged", notice, said, now=now, by="recipient")
        step = step if step.due_at else replace(step, due_at=due_at(notice), due_rule=_rule(notice))
        return self._write(notice, step, now=now, by=by)

    def acted(self, notice: Notice, said: Said, *, now: str, by: str, witness: bool = False) -> Notice:
        """The recipient says it acted; that alone moves nothing, looks do. `witness`: the person saw it with their own
        eyes and shows a picture, for where machines are not let in: that does.
        """
        names = self._open(notice, said)
        if witness:
            if not said.files:
                raise NoticeError(t("life.needed", name=t("life.part.picture")))
            long("statement", said.note, needed=True)
            became = {**{name: what for name, (what, _) in told(notice).items()}, **dict.fromkeys(names, "witnessed")}
            rest = [each for each in notice.content.targets if became.get(each.finding_id) not in _DONE]
            step = self._step("partially_actioned" if rest else "actioned", notice, said, now=now, by=by)
            step = replace(step, targets=dict.fromkeys(names, "witnessed"))
            step = replace(step, due_at=due_at(notice), due_rule=_rule(notice)) if rest else step
            return self._write(notice, step, now=now, by=by)
        state: State = "acknowledged" if notice.state == "sent" else notice.state
        step = self._step(state, notice, said, now=now, by="recipient")
        step = replace(step, targets=dict.fromkeys(names, "said"), due_at=due_at(notice), due_rule=_rule(notice))
        return self._write(notice, step, now=now, by=by)

    def rejected(self, notice: Notice, said: Said, *, now: str, by: str) -> Notice:
        """The recipient refused, for all targets or some; its reason, and what it wants, are kept for the next notice
        to it.
        """
        reason = long("reason", said.reason, needed=True)
        done = {name for name, (what, _) in told(notice).items() if what in _DONE}
        names = tuple(name for name in self._open(notice, said) if said.targets or name not in done)
        whole = {each.finding_id for each in notice.content.targets} == set(names) | done and not any(
            what in DOWN for what, _ in told(notice).values()
        )
        state: State = "rejected" if whole else "acknowledged" if notice.state == "sent" else notice.state
        step = self._step(state, notice, said, now=now, by="recipient")
        step = replace(step, targets=dict.fromkeys(names, "refused"))
        if not whole:
            step = replace(step, due_at=due_at(notice), due_rule=_rule(notice))
        asked = tuple(each for each in (long("asked", each) for each in said.asked) if each)
        ask = Ask(notice=notice.id, at=step.at, reason=reason, asked=asked, receipt=step.receipt)
        return self._write(notice, step, now=now, by=by, ask=ask)

    def countered(self, notice: Notice, said: Said, *, now: str, by: str) -> Notice:
        """Somebody answered with a counter-notice. From here on a term runs for us, where the law has one."""
        long("reason", said.reason, needed=True)
        step = self._step("counter_notice", notice, said, now=now, by="recipient")
        if not step.due_at and (counted := counter_due(notice.content, step.at, self._calendar)):
            step = _until(step, counted)
            if notice.state == "counter_notice" and "" < due_at(notice) < step.due_at:  # a further letter of theirs
                step = replace(step, due_at=due_at(notice), due_rule=_rule(notice))
        return self._write(notice, step, now=now, by=by)

    def closed(self, notice: Notice, said: Said, *, now: str, by: str) -> Notice:
        """Nothing more is to be done about it."""
        long("reason", said.reason, needed=True)
        return self._write(notice, self._step("closed", notice, said, now=now, by=by), now=now, by=by)

    def _open(self, notice: Notice, said: Said) -> tuple[str, ...]:
        """The targets it is about, as far as nobody took the request for them back."""
        if notice.state not in SENT:
            states = {"state": t(f"notice.state.{notice.state}")}
            raise NoticeError(t("life.not_sent", id=notice.id, **states))
        back = {name for name, (what, _) in told(notice).items() if what == "withdrawn"}
        names = tuple(name for name in chosen(notice, said.targets) if name not in back)
        if not names:
            raise NoticeError(t("life.all_withdrawn", id=notice.id))
        return names

    def _step(self, state: State, notice: Notice, said: Said, *, now: str, by: str) -> Step:
        return Step(
            state=state,
            at=happened(notice, said.at, now),
            by=by,
            note=long("note", said.note),
            receipt=short("receipt", said.receipt),
            reason=long("reason", said.reason),
            due_at=said.due_at,
            due_rule="stated" if said.due_at else "",
            channel=short("channel", said.channel),
            to=short("to", said.to),
            files=said.files,
        )

    def _write(self, notice: Notice, step: Step, *, now: str, by: str, ask: Ask | None = None) -> Notice:
        """The step, and what was asked, in one transaction."""
        recipient, about = notice.content.recipient, tuple(each.finding_id for each in notice.content.targets)
        for left in reversed(range(TRIES)):
            also: list[Entry] = [entry(self._records, recipient, ask, about)] if ask else []
            try:
                return self.book.step(notice, step, by=by, at=now, also=also)
            except Overtaken:
                moved = len(self._records.versions("step", notice.id)) != len(notice.steps)
                if ask is None or moved or not left:
                    raise
        raise AssertionError  # the last try either returned or raised


_DONE = {*DOWN, "before", "withdrawn"}


def due_at(notice: Notice) -> str:
    """Until when the recipient's answer is due, or ours to a counter-notice; empty where nothing is."""
    return notice.steps[-1].due_at


def receipt(notice: Notice) -> str:
    """The newest number that the recipient gave; empty where it gave none."""
    return next((step.receipt for step in reversed(notice.steps) if step.receipt), "")


def _address(notice: Notice, recipient: Recipient | None) -> str:
    """Where it goes, unless the person says otherwise: as the notice says, else its form, else the recipient."""
    said = notice.content.fields.get("to_address", "")
    form = recipient.form(notice.content.form) if recipient else None
    return said or (form.address if form else "") or (recipient.address if recipient else "")


def _rule(notice: Notice) -> str:
    return notice.steps[-1].due_rule


def _until(step: Step, counted: Due) -> Step:
    return replace(step, due_at=counted.at, due_rule=counted.rule)
