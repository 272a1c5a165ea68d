"""How what people decided stands: every version of every unit, folded into one answer for each finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from index.reading import read
from index.records import Decisions, Record, RecordKind
from takedown.decision import ANSWERS, SAYS_WHAT_IT_IS, Decision

FEW = 50
"""Findings up to which the store is asked about each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One version of a unit's record."""

    version: int
    seq: int
    """Its place among all records."""
    decision: Decision

    @property
    def id(self) -> str:
        """'u1-...:3', as notices name it."""
        return f"{self.decision.unit}:{self.version}"


class Answers:
    """What stands, after what was taken back is left out. Findings go by the ids that are used now."""

    def __init__(self, records: Iterable[Record], decisions: Decisions) -> None:
        """Of 'decision' records, oldest first. Raises ReadError."""
        self.units: dict[str, list[Answer]] = {}
        """Unit -> all its versions, oldest first."""
        for record in records:
            if record.kind == "decision" and record.value:  # content that was removed on demand says nothing
                said = read(Decision, record.value, f"decision {record.id}, version {record.version}")
                answer = Answer(version=record.version, seq=record.seq, decision=said)
                self.units.setdefault(record.id, []).append(answer)
        self._renamed = renamed(decisions)
        self._of: dict[str, list[Answer]] = {}
        standing = [one for unit in self.units.values() for one in stands(unit)]
        for answer in sorted(standing, key=lambda one: one.seq):
            for name in answer.decision.finding_ids:
                self._of.setdefault(self._current(name), []).append(answer)

    def _current(self, name: str) -> str:
        return current(self._renamed, name)

    def of(self, finding: str) -> Answer | None:
        """The answer that stands."""
        return next((one for one in reversed(self._of.get(finding, ())) if one.decision.kind in ANSWERS), None)

    def verdict(self, finding: str) -> Answer | None:
        """The last confirmation or dismissal, whether or not somebody waits for more since."""
        return next((one for one in reversed(self._of.get(finding, ())) if one.decision.kind in SAYS_WHAT_IT_IS), None)

    def assigned(self, finding: str) -> str:
        """Who is to look at it; empty where nobody was named."""
        held = (one.decision for one in reversed(self._of.get(finding, ())) if one.decision.kind == "assign")
        return next((said.to for said in held), "")

    def findings(self) -> frozenset[str]:
        """Everything that somebody said something about."""
        return frozenset(self._of)

    def units_of(self, findings: Iterable[str]) -> list[str]:
        """The units under which something was said about these, the one that was decided first at the head."""
        wanted = set(findings)
        found = [
            (answers[0].seq, name)
            for name, answers in self.units.items()
            if any(self._current(one) in wanted for answer in answers for one in answer.decision.finding_ids)
        ]
        return [name for _, name in sorted(found)]


def all_answers(decisions: Decisions) -> Answers:
    """Of the whole store. Raises ReadError, IndexUnavailable."""
    return Answers(decisions.every("decision"), decisions)


def answers_about(decisions: Decisions, findings: Iterable[str]) -> Answers:
    """Of the units that say something about these findings."""
    named = {record.id for record in records_about(decisions, "decision", findings)}
    return Answers((record for name in sorted(named) for record in decisions.versions("decision", name)), decisions)


def records_about(decisions: Decisions, kind: RecordKind, findings: Iterable[str]) -> Iterator[Record]:
    """Records of a kind about any of these findings, each once, in no order.

    Of many, all records of the kind are read once: those about thousands are large, and asked for finding by finding
    they would come thousands of times.
    """
    wanted = set(findings)
    if len(wanted) > FEW:
        now = renamed(decisions)
        yield from (
            one for one in decisions.every(kind) if not wanted.isdisjoint(current(now, name) for name in one.about)
        )
        return
    found = {record.seq: record for name in wanted for record in decisions.about(name) if record.kind == kind}
    yield from found.values()


def renamed(decisions: Decisions) -> dict[str, str]:
    """Former id -> the one that took its place, step by step."""
    return {record.id: str(record.value["new_id"]) for record in decisions.every("alias") if record.value}


def current(now: Mapping[str, str], name: str) -> str:
    """The id that is used now."""
    while name in now:
        name = now[name]
    return name


def stands(versions: Iterable[Answer]) -> list[Answer]:
    """The versions of one unit that nobody took back, without the taking back; an undo may itself be taken back."""
    known = list(versions)
    undone: set[int] = set()
    for answer in reversed(known):
        if answer.version not in undone and answer.decision.undoes is not None:
            undone.add(answer.decision.undoes)
    return [one for one in known if one.version not in undone and one.decision.kind != "undo"]
