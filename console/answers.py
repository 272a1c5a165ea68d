"""What people decided, together with the findings they decided about."""

from __future__ import annotations

from collections.abc import Iterator

from crawler.rejudge import as_finding
from detection.learning import Decided
from index.protocol import Index
from index.reading import read
from index.records import Decisions
from takedown.decision import Decision


def answers(decisions: Decisions) -> dict[str, Decision]:
    """Finding id, as it is now -> the last confirmation or dismissal that was not taken back. Raises ReadError."""
    newest = {record.id: record.value for record in decisions.every("decision")}  # the last version of each
    known = [read(Decision, value, f"decision {name}") for name, value in newest.items()]
    undone = {decision.undoes for decision in known}
    given: dict[str, Decision] = {}
    for decision in sorted(known, key=lambda decision: decision.decided_at):
        if decision.id in undone or decision.kind not in {"confirm", "dismiss"}:
            continue
        for name in decision.finding_ids:
            given[decisions.current_id(name)] = decision
    return given


def decided(index: Index, decisions: Decisions) -> Iterator[Decided]:
    """Every answered finding that the index still has."""
    for name, decision in answers(decisions).items():
        stored = index.get(name)
        if stored is not None and stored.kind == "findings":
            yield Decided(finding=as_finding(stored), confirmed=decision.kind == "confirm", reason=decision.reason)
