"""Decisions are read strictly: what explains too little, or cannot have happened, is refused with the place."""

import pytest

from index.reading import ReadError, decode, encode, read
from takedown.decision import Decision

DECISION = {
    "unit": "u1-aa",
    "finding_ids": ["f1-aa"],
    "kind": "confirm",
    "scope": {"kind": "offer", "value": "l1-aa"},
    "decided_by": "lin",
    "decided_at": "2026-11-25T08:00:00Z",
}


def test_a_decision_survives_writing_and_reading() -> None:
    decision = read(Decision, DECISION, "here")
    assert decode(Decision, encode(decision)) == decision


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "delete"}, "Invalid enum value"),
        ({"kind": "dismiss"}, "a reason out of own, licensed, lawful_third_party, discussion, wrong_brand, not_ai"),
        ({"reason": "own"}, "only with it"),
        ({"kind": "dismiss", "reason": "because"}, "Invalid enum value"),
        ({"kind": "wait", "note": "later"}, "a day or a fact"),
        ({"until": "2026-12-01"}, "only with it"),
        ({"kind": "wait", "until": "soon"}, "isoformat"),
        ({"kind": "escalate"}, "'escalate' needs a note"),
        ({"kind": "note", "scope": None}, "'note' needs a note"),
        ({"kind": "undo", "scope": None}, "taken back"),
        ({"undoes": 1}, "taken back"),
        ({"kind": "assign"}, "a scope goes with"),
        ({"scope": None}, "a scope goes with"),
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
