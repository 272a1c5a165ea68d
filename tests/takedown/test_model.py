"""Decisions and notices are read strictly: what explains too little, or cannot have happened, is refused with the place."""

from typing import get_args

import pytest

from index.reading import ReadError, decode, encode, read
from takedown.model import FOLLOWS, Decision, Notice, NoticeState

DECISION = {
    "id": "d1",
    "finding_ids": ["f1-aa"],
    "kind": "confirm",
    "scope": {"kind": "offer", "value": "l1-aa"},
    "decided_by": "lin",
    "decided_at": "2026-11-25T08:00:00Z",
}
STEPS = [{"state": "draft", "at": "2026-11-25T08:00:00Z", "by": "lin"}]
NOTICE = {
    "id": "n1",
    "recipient": "example_store",
    "basis": "administrative_referral",
    "action": "remove",
    "jurisdiction": "CN",
    "language": "zh",
    "finding_ids": ["f1-aa"],
    "decision_ids": ["d1"],
    "urls": ["https://shop.example/1"],
    "steps": STEPS,
}


def step(state: str, at: str = "2026-11-26T08:00:00Z") -> dict[str, str]:
    return {"state": state, "at": at, "by": "lin"}


def test_a_decision_survives_writing_and_reading() -> None:
    decision = read(Decision, DECISION, "here")
    assert decode(Decision, encode(decision)) == decision


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "delete"}, "Invalid enum value"),
        ({"kind": "dismiss"}, "a reason out of genuine, lawful_third_party"),
        ({"reason": "genuine"}, "only with it"),
        ({"kind": "dismiss", "reason": "because"}, "Invalid enum value"),
        ({"kind": "dismiss", "reason": "other"}, "'other' needs a note"),
        ({"kind": "wait", "note": "  "}, "'wait' needs a note"),
        ({"kind": "escalate"}, "'escalate' needs a note"),
        ({"finding_ids": []}, "at least one finding"),
        ({"decided_by": " "}, "the person"),
        ({"scope": {"kind": "offer", "value": ""}}, "needs a value"),
        ({"scope": {"kind": "planet", "value": "x"}}, "Invalid enum value"),
        ({"verdict": "violation"}, "unknown field verdict"),
        ({"decided_at": 7}, "Expected `str`"),
    ],
)
def test_a_decision_that_explains_too_little_is_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(ReadError, match=r"^decisions, line 3: ") as refusal:
        read(Decision, {**DECISION, **change}, "decisions, line 3")
    assert words in str(refusal.value)


def test_a_notice_stands_where_its_last_step_is() -> None:
    lived = [*STEPS, step("reviewed"), step("exported"), step("sent"), step("rejected"), step("counter_notice")]
    assert read(Notice, {**NOTICE, "steps": lived}, "here").state == "counter_notice"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"decision_ids": []}, "needs decision_ids"),
        ({"urls": []}, "needs urls"),
        ({"steps": []}, "needs steps"),
        ({"steps": [step("sent")]}, "begins as a draft"),
        ({"steps": [*STEPS, step("sent")]}, "'draft' cannot become 'sent'"),
        ({"steps": [*STEPS, step("reviewed", "2026-11-24T08:00:00Z")]}, "lies before"),
        ({"basis": "because"}, "Invalid enum value"),
    ],
)
def test_a_notice_without_ground_or_with_an_impossible_life_is_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(ReadError, match=r"^here: ") as refusal:
        read(Notice, {**NOTICE, **change}, "here")
    assert words in str(refusal.value)


def test_every_state_can_be_reached_from_a_draft_and_can_end() -> None:
    def beyond(start: NoticeState) -> set[NoticeState]:
        seen: set[NoticeState] = set()
        todo: list[NoticeState] = [start]
        while todo:
            state = todo.pop()
            if state not in seen:
                seen.add(state)
                todo.extend(FOLLOWS[state])
        return seen

    assert beyond("draft") == set(FOLLOWS) == set(get_args(NoticeState))
    assert all("closed" in beyond(state) for state in FOLLOWS)
