"""A run that is worse than those before it says so; what is usual is not moved by single bad days."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.drift import by_the_way, drift, least_yield
from crawler.past import healthy_before, usual
from crawler.remarks import by_the_way as only_informs
from crawler.remarks import spoken
from index.model import Run


def run(listings: int, day: int = 1, *, order: str = "0a0b0c0d", outcome: str = "healthy", **counts: int) -> Run:
    fills = {name: counts.pop(name) for name in ("title", "price") if name in counts}
    return Run(
        id=f"r202611{day:02}-080000-{order}-{day:04x}",
        marketplace="shop:a.example",
        spider="shop",
        started_at=f"2026-11-{day:02}T08:00:00Z",
        outcome=outcome,
        counts={"listings": listings, "pages": 100, **counts},
        fills=fills,
    )


def said(now: Run, *past: Run) -> list[str]:
    known = usual(healthy_before(past, now))
    return [spoken(one) for one in drift(now, known)]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", "en")


@pytest.mark.parametrize("now", [0, 1, 40, 79])
def test_an_almost_empty_list_after_hundreds_yesterday_is_no_success(now: int) -> None:
    [remark] = said(run(now, 2), run(400, 1))
    assert f"only {now} listings" in remark and "400" in remark
    assert not only_informs(next(iter(drift(run(now, 2), usual([run(400, 1)])))))


def test_with_several_runs_half_of_the_usual_is_too_few() -> None:
    past = [run(count, day) for day, count in enumerate((400, 410, 390, 405, 3, 396), start=1)]
    assert said(run(198, 9), *past) and not said(run(260, 9), *past)
    assert not said(run(5000, 9), *past)  # more than usual is for `Expect` to judge


def test_a_marketplace_that_goes_up_and_down_anyway_is_left_room() -> None:
    past = [run(count, day) for day, count in enumerate((100, 900, 150, 700, 120, 820), start=1)]
    assert not said(run(60, 9), *past)


@pytest.mark.parametrize(
    "other",
    [
        {"order": "ffffffff"},
        {"outcome": "unhealthy"},
        {"outcome": "blocked"},
        {"outcome": "interrupted"},
    ],
)
def test_only_healthy_runs_of_the_same_order_are_a_yardstick(other: dict[str, str]) -> None:
    assert said(run(3, 9), run(400, 1, **other)) == []
    assert said(run(3, 9), replace(run(400, 1), start=("http://a.example/2",))) == []


def test_few_listings_and_no_past_say_nothing() -> None:
    assert said(run(0, 9)) == [] and said(run(0, 9), run(4, 1)) == []


def test_a_field_that_was_filled_and_is_no_more_points_at_a_new_format() -> None:
    past = [run(100, day, title=100, price=95 + day % 3) for day in range(1, 5)]
    assert said(run(100, 9, title=100, price=80), *past) == []
    [remark] = said(run(100, 9, title=100, price=20), *past)
    assert "price is filled in 20%" in remark and "96%" in remark
    assert said(run(100, 9, title=100, price=20), *past[:2]) == []  # two runs are too few to know
    assert said(run(10, 9, title=10), *[run(12, day, title=12, price=12) for day in range(1, 5)]) == []


def test_more_refusals_than_usual_are_mentioned() -> None:
    past = [run(100, day, blocked=1) for day in range(1, 5)]
    [remark] = by_the_way(run(100, 9, blocked=4), usual(past))
    assert only_informs(remark) and "3.8%" in spoken(remark) and "1.0%" in spoken(remark)
    assert list(by_the_way(run(100, 9, blocked=1), usual(past))) == []


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30))
def test_what_was_usual_is_healthy_and_one_outlier_moves_little(counts: list[int]) -> None:
    known = usual([run(count) for count in counts])
    assert known is not None and 0 <= least_yield(known) <= max(counts[:10])
    steady = usual([run(500) for _ in range(4)] + [run(counts[0])])
    assert steady is not None and steady.listings == 500 and least_yield(steady) == 250
