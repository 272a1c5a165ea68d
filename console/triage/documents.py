"""Units as JSON: the contracts of docs/schema/triage_list.json and triage_show.json."""

from __future__ import annotations

from typing import Any

from console.triage.again import relistings
from console.triage.desk import Desk
from console.triage.words import why_both
from takedown.answers import Answer
from takedown.material import evidence_hash
from takedown.triage_state import UnitState


def unit_line(desk: Desk, state: UnitState) -> dict[str, Any]:
    """What stands in a list."""
    unit = state.unit
    head = desk.index.get(unit.head)
    return {
        "id": unit.id,
        "version": state.version,
        "state": state.state,
        "verdict": unit.verdict,
        "group": unit.group,
        "brand": unit.brand,
        "priority": unit.priority,
        "title": str(head.value.get("title") or "") if head else "",
        "members": len(unit.members),
        "wanted": len(state.wanted),
        "marketplaces": list(unit.marketplaces),
        "why": why_both(desk.index, unit),
        "assigned": state.assigned,
        "held_by": state.held.by if state.held else None,
        "head": unit.head,
    }


def unit_whole(desk: Desk, state: UnitState) -> dict[str, Any]:
    """All of it."""
    hits = [hit for name in state.unit.members if (hit := desk.index.get(name)) is not None]
    proposed = state.proposed
    return {
        **unit_line(desk, state),
        "evidence": evidence_hash(hit.value for hit in hits),
        "held_until": state.held.until if state.held else None,
        "proposed": {"kind": proposed.kind, "reason": proposed.reason} if proposed else None,
        "findings": [
            {
                "id": one.finding,
                "state": one.state,
                "excluded": one.finding in state.excluded and one.answer is None,
                "record": one.answer.id if one.answer else None,
                "differences": [{"field": each.field, "was": each.was, "now": each.now} for each in one.differences],
            }
            for one in state.members
        ],
        "again": relistings(desk, state),
        "said": [
            answer_document(answer)
            for name in desk.answers.units_of(state.unit.members)
            for answer in desk.answers.units[name]
        ],
    }


def answer_document(answer: Answer) -> dict[str, Any]:
    """One version of what was said."""
    said = answer.decision
    return {
        "record": answer.id,
        "kind": said.kind,
        "by": said.decided_by,
        "at": said.decided_at,
        "reason": said.reason,
        "scope": {"kind": said.scope.kind, "value": said.scope.value} if said.scope else None,
        "note": said.note,
        "until": said.until,
        "fact": said.fact,
        "to": said.to,
        "findings": len(said.finding_ids),
        "excluded": list(said.excluded),
        "undoes": said.undoes,
        "evidence": said.evidence,
    }
