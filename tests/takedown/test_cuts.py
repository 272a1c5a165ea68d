"""A cut stays until it is mended, whoever asks and under whichever id."""

import pytest

from index.records import Decisions
from takedown.cuts import ALL, CutError, cut, cut_all, cuts, mend, pair

AT = "2026-11-25T08:00:00Z"
A, B, C = (f"l1-{number:024x}" for number in (1, 2, 3))
KEY = "contact:qq:123456"


def test_a_cut_is_one_whichever_side_comes_first(records: Decisions) -> None:
    made = cut(records, B, A, kind_of="listing", at=AT, by="lin", reason="两家公司")
    assert cut(records, A, B, kind_of="listing", at=AT, by="wang", reason="同上") == made
    assert cuts(records) == {(A, B)} == {pair(B, A)}


def test_what_was_mended_can_be_cut_again(records: Decisions) -> None:
    cut(records, A, B, kind_of="listing", at=AT, by="lin", reason="两家公司")
    mend(records, B, A, at=AT, by="wang", reason="是一家")
    assert cuts(records) == set()
    cut(records, A, B, kind_of="listing", at=AT, by="lin", reason="还是两家")
    assert cuts(records) == {(A, B)}
    assert [record.value["stands"] for record in records.every("cut")] == [True, False, True]


def test_a_value_can_be_cut_for_one_listing_or_for_all(records: Decisions) -> None:
    cut(records, KEY, ALL, kind_of="tie", at=AT, by="lin", reason="平台客服")
    cut(records, KEY, C, kind_of="tie", at=AT, by="lin", reason="转述他人")
    assert cuts(records) == {pair(KEY, ALL), pair(KEY, C)}


def test_a_cut_follows_a_new_id_and_can_be_mended_under_it(records: Decisions) -> None:
    cut(records, A, B, kind_of="listing", at=AT, by="lin", reason="两家公司")
    records.alias(A, C, at=AT, by="lin", reason="native id rule")
    assert cuts(records) == {(B, C)}
    mend(records, C, B, at=AT, by="lin", reason="是一家")
    assert cuts(records) == set()


def test_cuts_of_findings_are_found_by_the_finding(records: Decisions) -> None:
    one, other = f"f1-{1:024x}", f"f1-{2:024x}"
    cut(records, one, other, kind_of="finding", at=AT, by="lin", reason="不是同一案")
    assert [record.kind for record in records.about(one)] == ["cut"] == [r.kind for r in records.about(other)]


@pytest.mark.parametrize(("a", "b", "reason"), [(A, A, "x"), (A, B, " "), ("", "", "x")])
def test_a_cut_needs_two_sides_and_a_reason(records: Decisions, a: str, b: str, reason: str) -> None:
    with pytest.raises(CutError):
        cut(records, a, b, kind_of="listing", at=AT, by="lin", reason=reason)
    assert cuts(records) == set()


def test_what_was_never_cut_cannot_be_mended(records: Decisions) -> None:
    with pytest.raises(CutError):
        mend(records, A, B, at=AT, by="lin", reason="x")


def test_several_are_cut_together_or_not_at_all(records: Decisions) -> None:
    cut(records, A, B, kind_of="listing", at=AT, by="lin", reason="两家公司")
    with pytest.raises(CutError):
        cut_all(records, [(A, C), (B, B)], kind_of="listing", at=AT, by="lin", reason="不是一家")
    assert cuts(records) == {(A, B)}
    made = cut_all(records, [(C, A), (A, B), (A, C)], kind_of="listing", at=AT, by="lin", reason="不是一家")
    assert [record.value["b"] for record in made] == [C] and cuts(records) == {(A, B), (A, C)}
