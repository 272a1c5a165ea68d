"""What people said adds up to one answer for each finding; what was taken back leaves no trace in it."""

from index.records import Decisions
from takedown.answers import all_answers, answers_about
from tests.takedown.answers import say


def kinds(records: Decisions, *findings: str) -> list[str | None]:
    known = all_answers(records)
    return [answer.decision.kind if (answer := known.of(name)) else None for name in findings]


def test_the_newest_answer_about_a_finding_stands_whichever_unit_gave_it(records: Decisions) -> None:
    say(records, "u1-a", "confirm", "f1-a", "f1-b")
    say(records, "u1-b", "dismiss", "f1-b", "f1-c")
    assert kinds(records, "f1-a", "f1-b", "f1-c", "f1-d") == ["confirm", "dismiss", "dismiss", None]
    assert all_answers(records).units_of(["f1-c", "f1-a"]) == ["u1-a", "u1-b"]
    assert all_answers(records).findings() == {"f1-a", "f1-b", "f1-c"}


def test_taking_back_restores_what_stood_before_and_can_be_taken_back_itself(records: Decisions) -> None:
    say(records, "u1-a", "confirm", "f1-a")
    say(records, "u1-a", "dismiss", "f1-a")
    say(records, "u1-a", "undo", "f1-a", undoes=2)
    assert kinds(records, "f1-a") == ["confirm"]
    say(records, "u1-a", "undo", "f1-a", undoes=3)
    assert kinds(records, "f1-a") == ["dismiss"]
    say(records, "u1-a", "undo", "f1-a", undoes=2)
    say(records, "u1-a", "undo", "f1-a", undoes=1)
    assert kinds(records, "f1-a") == [None]


def test_waiting_after_a_confirmation_keeps_what_it_is(records: Decisions) -> None:
    say(records, "u1-a", "confirm", "f1-a")
    say(records, "u1-a", "wait", "f1-a")
    say(records, "u1-a", "note", "f1-a")
    known = answers_about(records, ["f1-a"])
    assert known.of("f1-a").decision.kind == "wait" and known.verdict("f1-a").id == "u1-a:1"


def test_an_assignment_stands_beside_the_answer_and_can_be_lifted(records: Decisions) -> None:
    say(records, "u1-a", "assign", "f1-a", to="chen")
    say(records, "u1-a", "confirm", "f1-a")
    assert all_answers(records).assigned("f1-a") == "chen" and kinds(records, "f1-a") == ["confirm"]
    say(records, "u1-a", "assign", "f1-a", to="")
    assert all_answers(records).assigned("f1-a") == ""


def test_answers_follow_an_id_that_changed(records: Decisions) -> None:
    say(records, "u1-a", "confirm", "f1-a")
    records.alias("f1-a", "f1-z", at="2026-11-26T08:00:00Z", **_by())
    assert kinds(records, "f1-z") == ["confirm"] and answers_about(records, ["f1-z"]).of("f1-z") is not None


def test_answers_about_many_are_those_about_each(records: Decisions) -> None:
    names = [f"f1-{number:03}" for number in range(120)]
    say(records, "u1-a", "confirm", *names[:60])
    say(records, "u1-b", "dismiss", *names[50:])
    say(records, "u1-c", "confirm", "f1-other")
    records.alias("f1-007", "f1-zzz", at="2026-11-26T08:00:00Z", **_by())
    asked = [*names[:7], "f1-zzz", *names[8:]]
    many, each = answers_about(records, asked), [answers_about(records, [name]) for name in asked]
    assert [many.of(name).id for name in asked] == [one.of(name).id for one, name in zip(each, asked, strict=True)]
    assert set(many.units) == {"u1-a", "u1-b"}


def _by() -> dict[str, str]:
    return {"by": "li", "reason": "the marketplace numbers anew"}
