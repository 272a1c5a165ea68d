"""What people decided, together with the findings they decided about."""

from __future__ import annotations

from collections.abc import Iterator

from crawler.rejudge import as_finding
from detection.learning import Decided
from index.protocol import Index
from index.records import Decisions
from takedown.answers import all_answers
from takedown.decision import Decision


def answers(decisions: Decisions) -> dict[str, Decision]:
    """Finding id, as it is now -> the last confirmation or dismissal that was not taken back. Raises ReadError."""
    known = all_answers(decisions)
    given = ((name, known.verdict(name)) for name in known.findings())
    return {name: answer.decision for name, answer in given if answer is not None}


def decided(index: Index, decisions: Decisions) -> Iterator[Decided]:
    """Every answered finding that the index still has."""
    for name, decision in answers(decisions).items():
        stored = index.get(name)
        if stored is not None and stored.kind == "findings":
            yield Decided(finding=as_finding(stored), confirmed=decision.kind == "confirm", reason=decision.reason)
