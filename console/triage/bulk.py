"""Many units by one query: what would be decided, what is left out and why, before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from console.triage.deciding import Command
from console.triage.desk import Desk
from index.messages import t
from takedown.decision import ANSWERS
from takedown.triage_state import WANTED, UnitState

MOST = 1_000
"""Units that one command decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A unit that the query hits and the command is not about."""

    unit: str
    title: str
    why: str
    """In the reader's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one command would do."""

    units: tuple[UnitState, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def findings(self) -> int:
        """How many findings it is about, exceptions apart."""
        return sum(len(state.unit.members) for state in self.units)


def plan(desk: Desk, query: str, command: Command) -> Plan:
    """Units of which the query hits every member that waits, and that nobody else answered or works on."""
    hits = {hit.id for hit in desk.index.scan(query)}
    units: list[UnitState] = []
    left_out: list[LeftOut] = []
    for state in _hit(desk.states(), hits):
        why = _why_not(desk, state, hits, command)
        if why is None and len(units) >= MOST:
            why = t("triage.left.most", most=MOST)
        if why is None:
            units.append(state)
        else:
            left_out.append(LeftOut(unit=state.unit.id, title=_title(desk, state), why=why))
    return Plan(units=tuple(units), left_out=tuple(left_out))


def _hit(states: Iterator[UnitState], hits: Iterable[str]) -> Iterator[UnitState]:
    found = frozenset(hits)
    return (state for state in states if not found.isdisjoint(state.unit.members))


def _why_not(desk: Desk, state: UnitState, hits: set[str], command: Command) -> str | None:
    if any(name.startswith(given) for given in command.exceptions for name in (state.unit.id, *state.unit.members)):
        return t("triage.left.exception")
    if state.held is not None and state.held.by != desk.person.name:
        return t("triage.left.held", by=state.held.by)
    return _needs_a_look(state, hits) if command.kind in ANSWERS else None


def _needs_a_look(state: UnitState, hits: set[str]) -> str | None:
    """Why the unit cannot be answered by a query alone."""
    named = t(f"triage.state.{state.state}")
    if state.state not in WANTED:
        return named
    if state.state in {"reopened", "joined"} or state.excluded:
        return t("triage.left.look", state=t("triage.state.excluded") if state.excluded else named)
    outside = sum(name not in hits for name in state.unit.members)
    return t("triage.left.not_all", count=outside, of=len(state.unit.members)) if outside else None


def _title(desk: Desk, state: UnitState) -> str:
    hit = desk.index.get(state.unit.head)
    return str(hit.value.get("title") or "") if hit else ""
