"""Only what a person confirmed, and did not take back, may stand in a notice."""

from typing import Any

from index.records import Decisions
from takedown.confirmed import confirmed
from tests.takedown.objects import AT

F = [f"f1-{number:024x}" for number in range(4)]


def answer(records: Decisions, unit: str, kind: str, *findings: str, version: int = 1, **more: Any) -> None:
    value = {"id": f"d-{unit}-{version}", "kind": kind, "finding_ids": list(findings), **more}
    records.append("decision", unit, value, at=AT, by="lin", after=version - 1, about=findings)


def test_the_last_answer_counts_and_notes_are_none(records: Decisions) -> None:
    answer(records, "u1-a", "confirm", F[0], F[1])
    answer(records, "u1-a", "note", F[0], F[1], version=2)
    answer(records, "u1-b", "confirm", F[2])
    answer(records, "u1-b", "dismiss", F[2], version=2)
    assert confirmed(records) == {F[0]: "u1-a:1", F[1]: "u1-a:1"}


def test_what_was_taken_back_counts_no_more_and_what_it_overruled_counts_again(records: Decisions) -> None:
    answer(records, "u1-a", "confirm", F[0])
    answer(records, "u1-a", "undo", F[0], version=2, undoes="d-u1-a-1")
    answer(records, "u1-b", "confirm", F[1])
    answer(records, "u1-b", "dismiss", F[1], version=2)
    answer(records, "u1-b", "undo", F[1], version=3, undoes="d-u1-b-2")
    assert confirmed(records) == {F[1]: "u1-b:1"}


def test_a_finding_is_known_by_the_id_it_has_now(records: Decisions) -> None:
    answer(records, "u1-a", "confirm", F[0])
    records.alias(F[0], F[3], at=AT, by="copycatch", reason="moved")
    assert confirmed(records) == {F[3]: "u1-a:1"}
