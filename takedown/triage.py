"""Writing answers down: once, over what somebody else said only with open eyes, and taken back only while nothing left
the house. Nothing here looks at the index; whoever calls says what was seen.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from index.messages import t
from index.records import Decisions, Entry, Overtaken, RecordKind
from takedown.answers import Answer, Answers, answers_about, records_about, stands
from takedown.decision import ANSWERS, Decision
from takedown.leases import Held, given_back, holder

_TRIES = 3
"""How often a command that somebody overtook looks again before it gives up."""


class TriageError(ValueError):
    """What was asked cannot be decided so; the message says why, and what would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of a command."""

    answer: Answer
    made: bool
    """False: it had been written down before, by the same command."""


def write(
    records: Decisions,
    said: Decision,
    *,
    now: datetime,
    version: int | None = None,
    reopened: Collection[str] = (),
    take: bool = False,
) -> Written:
    """Writes an answer, an assignment or a note down, exactly once: the same command again finds it written.

    A finding that somebody confirmed or dismissed otherwise is answered anew only where it is among `reopened`, or
    where `version` names the newest version of the unit. `take`: although somebody else works on the unit.
    Raises TriageError, and Overtaken where others were faster again and again.
    """
    for attempt in range(_TRIES):
        latest = records.latest("decision", said.unit)  # read first: what comes in meanwhile makes `after` too old
        newest = latest.version if latest else 0
        known = answers_about(records, said.finding_ids)
        if (former := _written(known, said)) is not None:
            return Written(answer=former, made=False)
        held = _holder(records, said, now, take=take)
        if version is not None and version != newest:
            raise TriageError(t("triage.other_version", unit=said.unit, version=newest, given=version))
        if version is None and said.kind in ANSWERS:
            _nobody_said_otherwise(known, said, reopened, newest)
        entries = [Entry(kind="decision", id=said.unit, value=said, after=newest, about=said.finding_ids)]
        if held is not None and said.kind in ANSWERS:
            entries.append(given_back(said.unit, held, at=said.decided_at))
        try:
            done = records.append_all(
                entries, at=said.decided_at, by=said.decided_by, unmoved=_others(known, said.unit)
            )
        except Overtaken:
            if attempt == _TRIES - 1:
                raise
            continue
        return Written(answer=Answer(version=done[0].version, seq=done[0].seq, decision=said), made=True)
    raise AssertionError  # the last attempt returned or raised


def undo(records: Decisions, unit: str, *, at: str, by: str, version: int | None = None, note: str = "") -> Written:
    """Takes back what `by` said last about the unit, or `version`, whoever said it: what stood before stands again.

    The same command again finds it done. Raises TriageError where there is nothing to take back, or where a notice
    about one of its findings was sent: then it is a withdrawal. Raises Overtaken.
    """
    versions = [answer for answer in _versions(records, unit) if answer.decision.finding_ids]
    if not versions:
        raise TriageError(t("triage.nothing_to_undo", unit=unit))
    last = versions[-1]
    if version is None and last.decision.kind == "undo" and last.decision.decided_by == by:
        return Written(answer=last, made=False)
    standing = stands(versions)
    mine = (
        one for one in reversed(standing) if version == one.version or (not version and one.decision.decided_by == by)
    )
    target = next(mine, None)
    if target is None:
        done = next((one for one in reversed(versions) if one.decision.undoes == version), None)
        if version is not None and done is not None:
            return Written(answer=done, made=False)
        raise TriageError(t("triage.nothing_to_undo", unit=unit))
    steps = _nothing_was_sent(records, target) if target.decision.kind in ANSWERS else {}
    said = replace(
        Decision(
            unit=unit,
            finding_ids=target.decision.finding_ids,
            kind="undo",
            decided_by=by,
            decided_at=at,
            undoes=target.version,
        ),
        note=note,
    )
    entry = Entry(kind="decision", id=unit, value=said, after=last.version, about=said.finding_ids)
    (record,) = records.append_all([entry], at=at, by=by, unmoved=steps)
    return Written(answer=Answer(version=record.version, seq=record.seq, decision=said), made=True)


def _versions(records: Decisions, unit: str) -> list[Answer]:
    return Answers(records.versions("decision", unit), records).units.get(unit, [])


def _written(known: Answers, said: Decision) -> Answer | None:
    """The version that says the very same already."""
    if said.kind == "note":
        versions = known.units.get(said.unit, [])
        last = versions[-1].decision if versions else None
        same = last and (last.kind, last.note, last.decided_by) == ("note", said.note, said.decided_by)
        return versions[-1] if same else None
    if said.kind == "assign":
        versions = known.units.get(said.unit, [])
        held = {known.assigned(name) for name in said.finding_ids}
        named = next((one for one in reversed(versions) if one.decision.kind == "assign"), None)
        return named if held == {said.to} else None
    standing = [known.of(name) for name in said.finding_ids]
    if not all(one is not None and _same(one.decision, said) for one in standing):
        return None
    return max((one for one in standing if one is not None), key=lambda one: one.seq)


def _same(one: Decision, said: Decision) -> bool:
    """Whether `said` only repeats `one`, about the same evidence: whoever is second agrees. New words are no repeat."""
    return said.note in {"", one.note} and all(getattr(one, name) == getattr(said, name) for name in _SAYS)


_SAYS = ("unit", "kind", "scope", "reason", "until", "fact", "to", "evidence")


def _holder(records: Decisions, said: Decision, now: datetime, *, take: bool) -> Held | None:
    """The lease of whoever decides. Raises TriageError where it is somebody else's."""
    held = holder(records.latest("lease", said.unit), now)
    if held is None or held.by == said.decided_by:
        return held
    if not take and said.kind in ANSWERS:
        raise TriageError(t("triage.held", unit=said.unit, by=held.by, until=held.until))
    return None


def _nobody_said_otherwise(known: Answers, said: Decision, reopened: Collection[str], newest: int) -> None:
    for name in said.finding_ids:
        former = known.verdict(name)
        if former is None or name in reopened:
            continue
        before = former.decision
        if (before.kind, before.reason) != (said.kind, said.reason):
            raise TriageError(
                t(
                    "triage.decided_otherwise",
                    unit=said.unit,
                    by=before.decided_by,
                    at=before.decided_at,
                    kind=t(f"triage.kind.{before.kind}"),
                    version=newest,
                )
            )


def _others(known: Answers, unit: str) -> dict[tuple[RecordKind, str], int]:
    """Other units under which something was said about these findings: they must not move either."""
    return {("decision", name): versions[-1].version for name, versions in known.units.items() if name != unit}


def _nothing_was_sent(records: Decisions, target: Answer) -> dict[tuple[RecordKind, str], int]:
    """The notices about its findings, with how far each is. Raises TriageError where one was sent."""
    steps: dict[tuple[RecordKind, str], int] = {}
    sent: set[str] = set()
    for record in records_about(records, "step", target.decision.finding_ids):
        steps["step", record.id] = max(record.version, steps.get(("step", record.id), 0))
        if record.value.get("state") == "sent":
            sent.add(record.id)
    if sent:
        raise TriageError(t("triage.sent", unit=target.decision.unit, notices=", ".join(sorted(sent))))
    return steps
