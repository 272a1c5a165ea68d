"""Medians with what has not ended, shares with their interval, and None where nobody could measure."""

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.records import Decisions
from takedown.lifecycle.medians import share, span, survival
from takedown.lifecycle.outcome import outcomes, proposal
from takedown.lifecycle.said import Said
from takedown.lifecycle.statistics import Figures, figures
from takedown.lifecycle.withdrawal import whole, withdraw
from takedown.notice import Notice
from takedown.notices import NoticeBook
from tests.takedown.lifecycle.lives import NOW, SENT_AT, desk, healthy, look, looks, sent
from tests.takedown.objects import target


def test_a_median_of_complete_times_by_hand() -> None:
    assert span([]) is None
    few = span([3.0, 1.0, 2.0])
    assert few is not None and (few.n, few.median, few.low, few.high) == (3, 2.0, None, None)
    six = span([6.0, 5.0, 4.0, 3.0, 2.0, 1.0])  # 2 / 2**6 = 3.1 %: both ends enclose the median in 96.9 %
    assert six is not None and (six.median, six.low, six.high) == (3.5, 1.0, 6.0)
    ten = span([float(n) for n in range(1, 11)])  # the second from both ends: 97.9 %
    assert ten is not None and (ten.low, ten.high) == (2.0, 9.0)


@pytest.mark.parametrize("n", [6, 7, 12, 25, 200, 999])
def test_the_interval_covers_the_median_in_95_percent_and_no_narrower_one_would(n: int) -> None:
    found = span([float(place) for place in range(1, n + 1)])
    assert found is not None and found.low is not None and found.high == n + 1 - found.low
    rank = int(found.low)
    outside = [2 * sum(math.comb(n, k) for k in range(each)) / 2**n for each in (rank, rank + 1)]
    assert outside[0] <= 0.05 < outside[1]


def test_survival_by_hand() -> None:
    # At risk 6, 5, 3 and 1: 5/6, then 4/5 of it = 2/3, then 2/3 of it = 4/9, and one still up at 30.
    cases = [(2.0, True), (5.0, True), (7.0, False), (11.0, True), (20.0, False), (30.0, False)]
    found = survival(cases)
    assert found is not None and (found.n, found.ended, found.median) == (6, 3, 11.0)
    assert found.low == 2.0 and found.high is None
    still = survival([(5.0, False), (7.0, False), (1.0, True)])
    assert still is not None and (still.ended, still.median, still.high) == (1, None, None)
    assert survival([]) is None


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60))
def test_without_anything_left_up_survival_is_the_lower_median(hours: list[float]) -> None:
    found = survival([(each, True) for each in hours])
    assert found is not None and found.median == sorted(hours)[(len(hours) - 1) // 2]
    assert found.low is None or found.low <= found.median
    assert found.high is None or found.high >= found.median


@given(st.lists(st.tuples(st.floats(0, 1e6), st.booleans()), max_size=60))
def test_any_cases_give_an_ordered_answer_or_none(cases: list[tuple[float, bool]]) -> None:
    found = survival(cases)
    assert (found is None) == (not cases)
    if found:
        known = [each for each in (found.low, found.median, found.high) if each is not None]
        assert known == sorted(known)


def test_shares_are_never_sure_and_none_of_none() -> None:
    assert share(0, 0) is None
    none, every, half = share(0, 10), share(10, 10), share(5, 10)
    assert none is not None and none.low == 0.0 and 0.27 < none.high < 0.28
    assert every is not None and every.high == pytest.approx(1.0) and 0.72 < every.low < 0.73
    assert half is not None and (half.low, half.high) == pytest.approx((0.2366, 0.7634), abs=1e-4)


T1, T2 = "2026-11-26T09:00:00Z", "2026-11-26T12:00:00Z"
GONE = looks(look("gone", T1), look("gone", T2))
UP = looks(look("seen", NOW))


def of(groups: list[Figures], by: str = "all", key: str = "") -> Figures:
    (found,) = (each for each in groups if (each.by, each.key) == (by, key))
    return found


def known(*pairs: tuple[Notice, object]) -> list[Figures]:
    return figures([(n, outcomes(n, lambda _, each=each: each, healthy)) for n, each in pairs])  # type: ignore[misc] # a loop's value as a default


def test_times_run_apart_from_detection_to_notice_and_from_notice_to_removal(records: Decisions) -> None:
    groups = known((sent(records), GONE), (sent(records, target(2)), UP))
    every = of(groups)
    assert (every.notices, every.targets, every.became["removed"], every.became["up"]) == (2, 2, 1, 1)
    assert every.detect_to_notice is not None and every.detect_to_notice.median == 121.0
    assert every.notice_to_removal is not None
    assert (every.notice_to_removal.n, every.notice_to_removal.ended, every.notice_to_removal.median) == (2, 1, 24.0)
    assert every.success is not None and (every.success.k, every.success.n) == (1, 2)
    assert every.relisted is not None and (every.relisted.k, every.relisted.n) == (0, 1)
    assert of(groups, "recipient", "huawei_appgallery").targets == 2
    assert of(groups, "marketplace", "fdroid_repo:apps.example.org").targets == 2


@pytest.mark.parametrize("seen", [looks(), looks(look("blocked", T1)), looks(look("error", T1))])
def test_what_nobody_could_measure_is_none_and_never_0(seen: object, records: Decisions) -> None:
    found = of(known((sent(records), seen)))
    assert (found.success, found.relisted, found.notice_to_removal) == (None, None, None)
    assert found.targets == 1 and found.became["up"] == 0
    empty = of(figures([]))
    assert (empty.targets, empty.success, empty.detect_to_notice) == (0, None, None)


def test_a_clock_that_jumped_measures_nothing(records: Decisions) -> None:
    notice = sent(records, at="2031-01-01T00:00:00Z")
    notice = desk(records).acknowledged(notice, Said(receipt="1"), now=NOW, by="lin")
    found = of(known((notice, GONE)))
    assert (found.detect_to_notice, found.notice_to_removal) == (None, None)
    unknown = of(known((sent(records, target(3, first_seen="")), GONE)))
    assert unknown.detect_to_notice is None and unknown.notice_to_removal is not None


def test_a_target_of_several_notices_is_one_case_of_its_marketplace(records: Decisions) -> None:
    first = desk(records).rejected(sent(records), Said(reason="否"), now=T1, by="lin")
    later = sent(records, at=T2)
    host = sent(records, recipient="hosting_abuse", at=T2)
    late = looks(look("gone", "2026-11-27T09:00:00Z"), look("gone", "2026-11-27T12:00:00Z"))
    groups = known((first, looks(look("seen", T2))), (later, late), (host, late))
    market = of(groups, "marketplace", "fdroid_repo:apps.example.org")
    assert (market.notices, market.targets, market.became["removed"], market.rejected) == (3, 1, 1, 1)
    assert market.notice_to_removal is not None and market.notice_to_removal.median == 48.0, "from the first notice on"
    store = of(groups, "recipient", "huawei_appgallery")
    assert (store.targets, store.became["refused"], store.became["removed"]) == (1, 0, 1)
    assert of(groups, "recipient", "hosting_abuse").notice_to_removal.median == 21.0  # type: ignore[union-attr] # it is there


def test_a_withdrawn_notice_does_not_hide_what_the_first_achieved(records: Decisions) -> None:
    one, other = sent(records), sent(records, at=T2)
    (given_back,) = withdraw(records, [w] if (w := whole(other)) else [], reason="重复", now=NOW, by="lin")
    found = of(known((one, GONE), (given_back, GONE)))
    assert (found.targets, found.became["removed"], found.became["withdrawn"]) == (1, 1, 0)


def test_what_came_back_was_down_and_is_counted_as_both(records: Decisions) -> None:
    notice = sent(records)
    step = proposal(notice, outcomes(notice, lambda _: GONE, healthy), now="2026-11-26T13:00:00Z")
    assert step is not None
    notice = NoticeBook(records).step(notice, step, by="copycatch")
    found = of(known((notice, looks(*GONE.observations, look("seen", NOW)))))
    assert found.became["relisted"] == 1 and found.success is not None and found.success.k == 1
    assert found.relisted is not None and (found.relisted.k, found.relisted.n) == (1, 1)
    assert found.notice_to_removal is not None and found.notice_to_removal.median == 24.0


def test_drafts_count_for_nothing_and_silence_is_told_from_refusal(records: Decisions) -> None:
    NoticeBook(records).draft(sent(records).content, at=SENT_AT, by="lin")
    silent, refused = sent(records), desk(records).rejected(sent(records), Said(reason="否"), now=NOW, by="lin")
    draft = list(NoticeBook(records).every())[1]
    assert draft.state == "draft"
    found = of(known((silent, looks()), (refused, looks()), (draft, looks())))
    assert (found.notices, found.silent, found.rejected) == (2, 1, 1)


def test_every_group_counts_every_way_a_target_can_stand(records: Decisions) -> None:
    for (seen, number), recipient in product(((GONE, 1), (UP, 2)), ("one", "two")):
        group = of(known((sent(records, target(number), recipient=recipient), seen)), "recipient", recipient)
        assert sum(group.became.values()) == group.targets == 1


def test_what_was_recognised_elsewhere_is_counted_only_where_somebody_asked(records: Decisions) -> None:
    pairs = [
        (n, outcomes(n, lambda _, each=each: each, healthy))
        for n, each in ((sent(records), GONE), (sent(records, target(2)), UP))
    ]  # type: ignore[misc] # a loop's value as a default
    assert of(figures(pairs)).elsewhere is None
    found = of(figures(pairs, {target(1).finding_id, target(2).finding_id})).elsewhere
    assert found is not None and (found.k, found.n) == (1, 1), "what is still up came back nowhere"
    none = of(figures(pairs, set())).elsewhere
    assert none is not None and none.k == 0
