"""What reopens an answer, and what never does."""

from typing import Any

import pytest

from takedown.answers import Answer
from takedown.material import FIELDS, differences, evidence_hash, material, price_class
from takedown.triage_state import Now, member_state, unit_state
from takedown.units.joining import Unit
from tests.takedown.answers import decision

LISTING: dict[str, Any] = {
    "title": "小舟智聊 官方版", "seller": "好应用工作室", "package_name": "org.example.xz", "price": "￥19.9",
    "description": "很好用", "counters": {"downloads": 5}, "declared_signers": [],
}  # fmt: skip
FINDING: dict[str, Any] = {
    "id": "f1-a", "verdict": "violation", "brand": "xiaozhou", "signer_sha256": "ab" * 32, "sample_sha256": "cd" * 32,
    "violations": [
        {"id": "p2-6a", "probability": 0.9, "evidence": [{"detector": "brand_name", "quote": "小舟智聊"}]},
        {"id": "p2-4", "probability": 0.3, "evidence": []},
    ],
    "capture": {"sha256": "11" * 32}, "priority": 0.5,
}  # fmt: skip
TIES = ("contact:qq:12345", "text:0-aa")
WAS = material(FINDING, LISTING, TIES)


def changed(
    finding: dict[str, Any] | None = None, listing: dict[str, Any] | None = None, ties: tuple[str, ...] = TIES
) -> list[str]:
    now = material({**FINDING, **(finding or {})}, {**LISTING, **(listing or {})}, ties)
    return [one.field for one in differences(WAS, now)]


def alleged(name: str, probability: float) -> dict[str, Any]:
    return {"id": name, "probability": probability, "evidence": []}


@pytest.mark.parametrize(
    ("finding", "listing", "field"),
    [
        ({"signer_sha256": "ef" * 32}, {}, "signer"),
        ({"sample_sha256": "ef" * 32}, {}, "sample"),
        ({"brand": "other"}, {}, "brand"),
        ({"violations": [*FINDING["violations"], alleged("p1-2b", 0.5)]}, {}, "violations"),
        ({}, {"title": "小舟智聊 破解版"}, "name"),
        ({}, {"seller": "别人"}, "developer"),
        ({}, {"package_name": "org.example.other"}, "package"),
        ({}, {"price": "￥199"}, "price"),
        ({}, {"price": "免费"}, "price"),
    ],
)
def test_each_material_field_reopens_and_only_it(finding: dict[str, Any], listing: dict[str, Any], field: str) -> None:
    assert changed(finding, listing) == [field]


def test_a_new_contact_reopens() -> None:
    assert changed(ties=("contact:qq:999",)) == ["contact"] and set(WAS) == set(FIELDS)


@pytest.mark.parametrize(
    ("finding", "listing"),
    [
        ({"priority": 0.9, "probability": 0.2}, {"counters": {"downloads": 9_000_000, "rating": 1.0}}),
        ({"capture": {"sha256": "22" * 32}}, {"description": "更好用", "published_at": "2026-11-01"}),
        ({}, {"price": "￥21.5", "version": "9.9"}),
        ({}, {"title": "小舟智聊　官方版 "}),
        ({"violations": [alleged("p2-6a", 0.7)]}, {}),  # less is alleged
        ({"violations": [FINDING["violations"][0], alleged("p2-4", 0.45)]}, {}),  # it was nearly alleged before
        ({"signer_sha256": None, "sample_sha256": None}, {"seller": None, "price": None, "package_name": None}),
        ({"verdict": "benign"}, {}),
    ],
)
def test_nothing_else_does(finding: dict[str, Any], listing: dict[str, Any]) -> None:
    assert changed(finding, listing) == []


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        ("￥184元", "￥ 100-999"), ("免费", "free"), ("Free", "free"), ("0元", "free"), (None, ""), ("面议", ""),
        ("$9.99", "$ 0-9"), ("￥-5", "￥ 0-9"), ("9" * 400, "1000000000-"),
    ],
)  # fmt: skip
def test_price_classes(price: str | None, expected: str) -> None:
    assert price_class(price).startswith(expected) and len(price_class(price)) < 250


def test_the_hash_covers_evidence_and_captures_whatever_the_order() -> None:
    other = {**FINDING, "id": "f1-b"}
    whole = evidence_hash([FINDING, other])
    assert whole == evidence_hash([other, FINDING]) and len(whole) == 64
    assert evidence_hash([FINDING, {**other, "capture": None}]) != whole
    assert evidence_hash([FINDING, {**other, "violations": []}]) != whole
    assert evidence_hash([FINDING, {**other, "priority": 0.1}]) == whole


UNIT = Unit(
    id="u1-a", members=("f1-a", "f1-b", "f1-c"), group="counterfeit", brand="xiaozhou", verdict="lead", priority=0.5,
    head="f1-a", marketplaces=("shop",), reasons=(),
)  # fmt: skip


def answer(kind: str, **given: Any) -> Answer:
    return Answer(version=1, seq=1, decision=decision("u1-a", kind, "f1-a", **given))


@pytest.mark.parametrize(
    ("said", "now", "day", "state"),
    [
        (None, None, "2026-11-25", "open"),
        (answer("confirm"), None, "2026-11-25", "confirmed"),
        (answer("dismiss", material={"f1-a": WAS}), Now(material=WAS), "2026-11-25", "dismissed"),
        (answer("dismiss", material={"f1-a": WAS}), Now(material={**WAS, "name": "x"}), "2026-11-25", "reopened"),
        (answer("wait", until="2026-12-01"), None, "2026-11-30", "waiting"),
        (answer("wait", until="2026-12-01"), None, "2026-12-01", "due"),
        (answer("wait", until="", fact="sample"), Now(material={}, unseen=("unseen.sample",)), "2026-12-01", "waiting"),
        (answer("wait", until="", fact="sample"), Now(material={}, unseen=()), "2026-12-01", "due"),
        (answer("wait", until="", fact="gone"), Now(material={}, gone=True), "2026-12-01", "due"),
        (answer("wait", until="", fact="change"), Now(material={}), "2026-12-01", "waiting"),
        (answer("escalate"), None, "2026-11-25", "escalated"),
    ],
)
def test_where_a_finding_stands(said: Answer | None, now: Now | None, day: str, state: str) -> None:
    assert member_state("f1-a", said, now, day, allowed=False).state == state


def test_new_members_of_a_decided_unit_are_proposed_and_not_decided(records: Any) -> None:
    from takedown.answers import all_answers  # noqa: PLC0415 - one test of many
    from tests.takedown.answers import say  # noqa: PLC0415 - as above

    say(records, "u1-a", "dismiss", "f1-a", "f1-b")
    state = unit_state(UNIT, all_answers(records), now={}, day="2026-11-25")
    assert (state.state, state.wanted, state.version) == ("joined", ("f1-c",), 1)
    assert state.proposed and state.proposed.reason == "own" and not state.excluded
    say(records, "u1-a", "dismiss", "f1-a", "f1-b", excluded=("f1-c",))
    state = unit_state(UNIT, all_answers(records), now={}, day="2026-11-25")
    assert (state.state, state.wanted, state.proposed, state.excluded) == ("open", ("f1-c",), None, {"f1-c"})
    say(records, "u1-a", "confirm", "f1-c")
    state = unit_state(UNIT, all_answers(records), now={}, day="2026-11-25", allowed=["f1-a"])
    assert (state.state, state.wanted, state.proposed) == ("confirmed", (), None)


def test_what_the_allow_list_covers_waits_for_nobody(records: Any) -> None:
    from takedown.answers import all_answers  # noqa: PLC0415 - one test of many

    nothing = all_answers(records)
    state = unit_state(UNIT, nothing, now={}, day="2026-11-25", allowed=UNIT.members)
    assert state.state == "allowed" and not state.wanted
    assert unit_state(UNIT, nothing, now={}, day="2026-11-25", allowed=["f1-a"]).state == "open"
