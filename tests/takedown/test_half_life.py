"""Half-life of confirmed listings against figures worked out by hand, published ones, and those of another library."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.model import Judgement, Observation, ObservationState, Supplied, Supply
from index.protocol import Index, Judged, Stored
from index.records import Decisions
from takedown.half_life import FEWEST, Life, half_life, half_lives, life_of
from tests.index.objects import finding, listing, violation
from tests.takedown.answers import say

DAY = "2026-11-{:02}T08:00:00Z"
# Remission in weeks under 6-mercaptopurine and under placebo (Freireich and others, 1963): the textbook example, with the
# medians and limits that R's survfit (conf.type log-log) and lifelines 0.30.3 give.
TREATED = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
TREATED_ENDED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def lives(days: list[int], ended: list[int]) -> list[Life]:
    return [Life(days=float(day), ended=bool(end)) for day, end in zip(days, ended, strict=True)]


def test_worked_out_by_hand() -> None:
    """Eight listings; one was still there after 2 days, one after 6, one after 9: of the shares 7/8, 3/4, 3/5, 2/5, 1/5
    after 1, 2, 4, 7 and 8 days the fourth is the first that is at most one half. At day 1 the share lies between .39
    and .98 (Greenwood 1/56 on log -log), at day 8 its upper limit is still .57.
    """
    told = half_life(lives([1, 2, 2, 4, 6, 7, 8, 9], [1, 1, 0, 1, 0, 1, 1, 0]))
    assert (told.days, told.listings, told.gone, told.low, told.high) == (7, 8, 5, 1, None)


@pytest.mark.parametrize(
    ("days", "ended", "expected"),
    [(TREATED, TREATED_ENDED, (23, 13, None)), (PLACEBO, [1] * 21, (8, 4, 11))],
)
def test_published_figures(days: list[int], ended: list[int], expected: tuple[float | None, ...]) -> None:
    told = half_life(lives(days, ended))
    assert (told.days, told.low, told.high) == expected


@pytest.mark.parametrize("gone", range(FEWEST))
def test_too_few_are_not_measured(gone: int) -> None:
    told = half_life(lives([3] * 40, [1] * gone + [0] * (40 - gone)))
    assert (told.days, told.low, told.high, told.enough) == (None, None, None, False)
    assert (told.listings, told.gone) == (40, gone)


def test_where_most_still_stand_there_is_none_yet() -> None:
    told = half_life(lives([3] * 40, [1] * FEWEST + [0] * (40 - FEWEST)))
    assert told.enough and told.days is None


LIVES = st.lists(st.builds(Life, days=st.floats(0, 1000), ended=st.booleans()), max_size=60)


@given(LIVES)
def test_the_half_life_lies_within_its_interval(held: list[Life]) -> None:
    told = half_life(held)
    assert told.days is None or told.low is not None
    assert told.low is None or told.days is None or told.low <= told.days
    assert told.high is None or (told.days is not None and told.days <= told.high)


def stored(first: str = DAY.format(1), last: str = DAY.format(1)) -> Stored:
    return Stored(id="l1-a", kind="listings", value={}, first_seen=first, last_seen=last)


def looks(*said: tuple[int, ObservationState]) -> list[Observation]:
    return [
        Observation(listing_id="l1-a", at=DAY.format(day), state=state, run_id=f"r{number}")
        for number, (day, state) in enumerate(said)
    ]


@pytest.mark.parametrize(
    ("said", "days", "ended"),
    [
        ((), 0, False),
        (((5, "seen"),), 4, False),
        (((5, "gone"), (6, "gone")), 4, True),
        (((3, "seen"), (5, "gone"), (6, "gone")), 4, True),
        (((3, "seen"), (5, "gone")), 2, False),  # one look that missed it proves little
        (((5, "blocked"), (6, "blocked"), (7, "error")), 0, False),
        (((3, "seen"), (5, "off_shelf"), (6, "off_shelf")), 4, True),
        (((3, "seen"), (5, "moved"), (6, "moved")), 2, False),
        (((5, "gone"), (6, "gone"), (8, "seen")), 7, False),  # it came back
        (((3, "seen"), (4, "blocked"), (5, "gone"), (6, "blocked"), (7, "gone")), 4, True),
    ],
)
def test_how_long_a_listing_was_there(said: Any, days: float, ended: bool) -> None:
    found = life_of(stored(), looks(*said))
    assert found is not None and (found.days, found.ended) == (days, ended)


def test_how_exactly_the_end_is_known() -> None:
    found = life_of(stored(last=DAY.format(2)), looks((3, "seen"), (8, "gone"), (9, "gone")))
    assert found is not None and found.unsure_days == 5
    assert half_life([found] * FEWEST).unsure_days == 5


def test_what_others_brought_counts_from_when_we_saw_it() -> None:
    assert life_of(stored(), looks((5, "gone"), (6, "gone")), brought=True) is None
    found = life_of(stored(), looks((3, "seen"), (5, "gone"), (6, "gone")), brought=True)
    assert found is not None and (found.days, found.ended) == (2, True)


def test_a_clock_that_jumps_back_ends_nothing_before_it_began() -> None:
    found = life_of(stored(first=DAY.format(10), last=DAY.format(10)), looks((1, "gone"), (2, "gone")))
    assert found is None or not found.ended
    jumped = life_of(stored(), looks((10, "seen"), (1, "gone"), (2, "gone")), brought=True)
    assert jumped == Life(days=0, ended=False)


def test_confirmed_listings_by_marketplace(index: Index, records: Decisions) -> None:
    for number in range(8):
        one = listing(number)
        held = Judgement(verdict="violation", violations=(violation(),))
        index.put([Judged(listing=one, judgement=held, findings=(finding(one),))], run_id="r", at=DAY.format(1))
        name = finding(one).listing_id
        if number < 6:
            say(records, f"u1-{number}", "confirm", finding(one).id)
        if number < FEWEST:
            days = (3, 4) if number < 2 else (5, 6)
            index.observe([Observation(listing_id=name, at=DAY.format(d), state="gone", run_id=f"r{d}") for d in days])
    supply = Supply(by="李", channel="e-mail", received_at=DAY.format(1), file="a.csv", file_sha256="0" * 64)
    other = listing(9, marketplace="forum:b.example")
    index.put([Judged(listing=other, judgement=held, findings=(finding(other),))], run_id="r", at=DAY.format(1))
    say(records, "u1-9", "confirm", finding(other).id)
    brought = Supplied(listing_id=finding(other).listing_id, run_id="r", at=DAY.format(1), place="1", supply=supply)
    index.put_supplied([brought])
    found = half_lives(index, records)
    assert list(found) == ["shop:market.example"]
    told = found["shop:market.example"]
    assert (told.listings, told.gone, told.days, told.low) == (6, 5, 4, 2)
