"""The report on decisions: counts that add up, intervals that hold, advice that is true of the decided findings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detection.intervals import wilson
from detection.learning import Decided, report
from index.model import Evidence, Finding, Violation


def finding(probability: float, *quotes: str, detector: str = "illegal_tool", against: str = "") -> Finding:
    pieces = [
        Evidence(detector=detector, violation="p1-2b", strength=2.0, observed=quote, quote=quote) for quote in quotes
    ]
    if against:
        pieces.append(Evidence(detector="frame", violation="p1-2b", strength=-2.0, observed=against, quote=against))
    violation = Violation(id="p1-2b", group="illegal_tool", probability=probability, evidence=tuple(pieces))
    return Finding(
        id="f1-0",
        listing_id="l1-0",
        marketplace="shop",
        url="",
        title="",
        group="illegal_tool",
        verdict="violation",
        probability=probability,
        priority=0.5,
        violations=(violation,),
    )


def yes(probability: float, *quotes: str, **more: str) -> Decided:
    return Decided(finding=finding(probability, *quotes, **more), confirmed=True)


def no(probability: float, *quotes: str, reason: str = "discussion", **more: str) -> Decided:
    return Decided(finding=finding(probability, *quotes, **more), confirmed=False, reason=reason)


def test_terms_and_detectors_are_counted_with_the_reasons_against_them() -> None:
    found = report(
        [
            yes(0.9, "换脸"),
            yes(0.9, "换臉", "养号"),
            no(0.6, "养号"),
            no(0.5, "养号", reason="not_ai", against="新闻"),
        ]
    )
    terms = {record.name: record for record in found.terms}
    assert (terms["换脸"].precision.right, terms["换脸"].precision.of) == (2, 2)  # folded: 臉 is 脸
    assert (terms["养号"].precision.right, terms["养号"].precision.of) == (1, 3)
    assert terms["养号"].reasons == {"discussion": 1, "not_ai": 1}
    assert "新闻" not in terms  # what spoke against it is no term of the rule
    assert [(one.name, one.precision.of) for one in found.detectors] == [("illegal_tool", 4)]
    assert found.terms[0].name == "养号"  # worst first
    assert (found.overall.right, found.overall.of) == (2, 4)


def test_answers_that_say_nothing_about_the_rules_are_counted_apart() -> None:
    found = report([yes(0.9, "换脸"), no(0.9, "换脸", reason="duplicate"), no(0.9, "换脸", reason="insufficient")])
    assert found.decided == 1 and found.apart == {"duplicate": 1, "insufficient": 1}
    assert found.terms[0].precision.of == 1


def test_threshold_advice_is_what_would_have_happened() -> None:
    decided = [yes(0.95, "a"), yes(0.9, "b"), no(0.6, "c"), yes(0.5, "d"), no(0.4, "e")]
    advice = {one.target: one for one in report(decided).thresholds}
    assert advice[0.98].at == 0.9
    assert (advice[0.98].precision.right, advice[0.98].precision.of) == (2, 2)
    assert (advice[0.98].recall.right, advice[0.98].recall.of) == (2, 3)
    assert advice[0.98].dismissed_less == 2 and advice[0.98].confirmed_lost == 1


def test_equal_probabilities_cannot_be_told_apart_by_a_threshold() -> None:
    advice = report([yes(0.9, "a"), no(0.9, "b")]).thresholds
    assert all(one.at is None for one in advice)


def test_nothing_decided() -> None:
    found = report([])
    assert found.decided == 0 and not found.terms and found.overall.value == 0.0
    assert (found.overall.low, found.overall.high) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("right", "of", "low", "high"), [(13, 15, 0.621, 0.963), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0)]
)
def test_wilson_is_the_textbooks(right: int, of: int, low: float, high: float) -> None:
    found = wilson(right, of)
    assert (round(found[0], 3), round(found[1], 3)) == (low, high)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=40))
def test_advice_holds_for_any_answers(answers: list[tuple[float, bool]]) -> None:
    found = report([Decided(finding=finding(p, "x"), confirmed=c, reason=None if c else "other") for p, c in answers])
    for one in found.thresholds:
        if one.at is not None:
            kept = [c for p, c in answers if p >= one.at]
            assert sum(kept) / len(kept) >= one.target
            assert one.precision.of == len(kept) and one.precision.right == sum(kept)
            assert one.confirmed_lost == sum(c for p, c in answers if p < one.at)
            assert one.dismissed_less == sum(not c for p, c in answers if p < one.at)
