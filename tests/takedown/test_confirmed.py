"""Only what a person confirmed, and did not take back, may stand in a notice."""

import pytest

from index.allowed import Scope
from index.records import Decisions
from takedown.confirmed import confirmed
from takedown.decision import Decision, DecisionKind
from tests.takedown.objects import AT

F = [f"f1-{number:024x}" for number in range(4)]
MORE = {"dismiss": {"reason": "own"}, "note": {"note": "x"}, "escalate": {"note": "x"}, "wait": {"fact": "gone"}}


def answer(records: Decisions, unit: str, kind: DecisionKind, *findings: str, undoes: int | None = None) -> None:
    scope = Scope(kind="offer", value="l1-a") if kind in {"confirm", "dismiss", "wait", "escalate"} else None
    said = Decision(
        unit=unit, finding_ids=findings, kind=kind, scope=scope, decided_by="lin", decided_at=AT, undoes=undoes,
        **MORE.get(kind, {}),
    )  # fmt: skip
    version = len(records.versions("decision", unit))
    records.append("decision", unit, said, at=AT, by="lin", after=version, about=findings)


def test_notes_leave_a_confirmation_as_it_is(records: Decisions) -> None:
    answer(records, "u1-a", "confirm", F[0], F[1])
    answer(records, "u1-a", "note", F[0], F[1])
    assert confirmed(records) == {F[0]: "u1-a:1", F[1]: "u1-a:1"}


@pytest.mark.parametrize("kind", ["dismiss", "wait", "escalate"])
def test_any_later_answer_takes_its_place(records: Decisions, kind: DecisionKind) -> None:
    answer(records, "u1-a", "confirm", F[0])
    answer(records, "u1-b", kind, F[0])
    assert confirmed(records) == {}
    answer(records, "u1-b", "undo", F[0], undoes=1)
    assert confirmed(records) == {F[0]: "u1-a:1"}


def test_what_was_taken_back_counts_no_more(records: Decisions) -> None:
    answer(records, "u1-a", "confirm", F[0])
    answer(records, "u1-a", "undo", F[0], undoes=1)
    assert confirmed(records) == {}


def test_a_finding_is_known_by_the_id_it_has_now(records: Decisions) -> None:
    answer(records, "u1-a", "confirm", F[0])
    records.alias(F[0], F[3], at=AT, by="copycatch", reason="moved")
    assert confirmed(records) == {F[3]: "u1-a:1"}
