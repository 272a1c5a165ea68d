"""From a person's command to decisions: which members it is about, how far it reaches, what was seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from console.exits import CommandError
from console.triage.allowing import scopes_of
from console.triage.desk import Desk
from console.triage.survey import now_of
from index.allowed import Scope, ScopeKind
from index.messages import t
from index.protocol import Stored
from takedown.decision import ANSWERS, Decision, DecisionKind, DismissReason
from takedown.material import evidence_hash
from takedown.triage import Written, write
from takedown.triage_state import UnitState


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What was asked for, whatever the unit."""

    kind: DecisionKind
    reason: DismissReason | None = None
    scope: ScopeKind = "offer"
    note: str = ""
    until: str = ""
    fact: str = ""
    to: str = ""
    exceptions: tuple[str, ...] = ()
    """Beginnings of ids of findings that it is not about."""
    only: tuple[str, ...] = ()
    """Beginnings of ids of the only findings it is about; empty: all of the unit."""
    version: int | None = None
    take: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of one unit."""

    unit: str
    written: Written

    def document(self) -> dict[str, Any]:
        """As JSON (docs/schema/triage_done.json)."""
        said = self.written.answer.decision
        return {
            "unit": self.unit,
            "version": self.written.answer.version,
            "record": self.written.answer.id,
            "kind": said.kind,
            "by": said.decided_by,
            "at": said.decided_at,
            "findings": list(said.finding_ids),
            "excluded": list(said.excluded),
            "made": self.written.made,
        }


def decide(desk: Desk, state: UnitState, command: Command) -> Done:
    """Writes the answer about one unit down. Raises CommandError, TriageError, Overtaken."""
    about = chosen(state, command)
    hits = [hit for name in state.unit.members if (hit := desk.index.get(name)) is not None]
    is_answer = command.kind in ANSWERS
    if is_answer and not command.take:
        _still_as_shown(desk, state, hits)
    reason = command.reason or _same_as_before(state, command.kind)
    if command.kind == "dismiss" and reason is None:
        raise CommandError(t("triage.reason_missing"))
    looked = [hit for hit in hits if hit.id in about]
    said = Decision(
        unit=state.unit.id,
        finding_ids=about,
        kind=command.kind,
        decided_by=desk.person.name,
        decided_at=desk.at,
        scope=_scope(desk, looked, command.scope) if is_answer else None,
        reason=reason,
        note=command.note,
        until=command.until,
        fact=command.fact,
        to=command.to,
        excluded=_left_out(state, command, about) if is_answer else (),
        evidence=evidence_hash(hit.value for hit in looked) if is_answer else "",
        material={hit.id: now_of(desk.index, hit).material for hit in looked} if is_answer else {},
    )
    reopened = [one.finding for one in state.members if one.state in {"reopened", "due"}]
    written = write(desk.records, said, now=desk.now, version=command.version, reopened=reopened, take=command.take)
    return Done(unit=state.unit.id, written=written)


def chosen(state: UnitState, command: Command) -> tuple[str, ...]:
    """The members that the command is about. Raises CommandError for an id that is none, and where nothing is left.

    What an earlier answer left out stays left out until it is named.
    """
    named = {name for given in command.only for name in _members(state, given)}
    left_out = {name for given in command.exceptions for name in _members(state, given)} | (state.excluded - named)
    about = tuple(name for name in state.unit.members if name in (named or state.unit.members) and name not in left_out)
    if not about:
        raise CommandError(t("triage.nobody_left", unit=state.unit.id))
    return about


def _left_out(state: UnitState, command: Command, about: Sequence[str]) -> tuple[str, ...]:
    """What this answer, or one before it, is expressly not about."""
    named = state.excluded | {name for given in command.exceptions for name in _members(state, given)}
    return tuple(name for name in state.unit.members if name in named and name not in about)


def _members(state: UnitState, given: str) -> Sequence[str]:
    found = [name for name in state.unit.members if len(given) >= 7 and name.startswith(given)]
    if not found:
        raise CommandError(t("triage.no_member", id=given, unit=state.unit.id))
    return found


def _still_as_shown(desk: Desk, state: UnitState, hits: Iterable[Stored]) -> None:
    """Refuses where what lies there now is not what was shown to whoever holds the unit."""
    held = state.held
    if held is None or held.by != desk.person.name or not held.evidence:
        return
    if held.evidence != evidence_hash(hit.value for hit in hits):
        raise CommandError(t("triage.not_as_shown", unit=state.unit.id))


def _same_as_before(state: UnitState, kind: DecisionKind) -> DismissReason | None:
    """New members of a unit are dismissed for the reason that stood for the others."""
    before = state.proposed
    return before.reason if before is not None and kind == before.kind == "dismiss" else None


def _scope(desk: Desk, hits: Sequence[Stored], kind: ScopeKind) -> Scope:
    """How far the answer reaches: a value that all members share. Raises CommandError where there is none."""
    if not hits:
        raise CommandError(t("triage.not_in_index"))
    if kind in {"offer", "page"}:
        return Scope(kind=kind, value=str(hits[0].value["listing_id"]))
    shared: list[str] | None = None
    for hit in hits:
        listing = desk.index.get(str(hit.value["listing_id"]))
        values = scopes_of(desk.index, listing, hit).get(kind, ()) if listing else ()
        shared = list(values) if shared is None else [value for value in shared if value in values]
    if not shared:
        raise CommandError(t("triage.no_common_scope", scope=t(f"triage.scope.{kind}")))
    return Scope(kind=kind, value=shared[-1])  # signer and package reach farther than one sample
