"""One look that does not find a listing proves little; two at different hours do; a refused one proves nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.model import Observation, ObservationState
from index.standing import PAGE, standing

DAY = "2026-11-{:02}T{:02}:00:00Z"


def look(state: ObservationState, day: int, hour: int = 8, run: str | None = None, detail: str = "") -> Observation:
    return Observation(
        listing_id="l1", at=DAY.format(day, hour), state=state, run_id=run or f"r{day}-{hour}", detail=detail
    )


@pytest.mark.parametrize(
    ("looks", "state", "sure"),
    [
        ([], None, False),
        ([look("blocked", 1), look("error", 2)], None, False),
        ([look("seen", 1)], "seen", True),
        ([look("gone", 1)], "gone", False),
        ([look("gone", 1, 8), look("gone", 1, 9)], "gone", True),
        ([look("gone", 1, 8, "r"), look("gone", 1, 9, "r")], "gone", False),  # one run is one look
        ([look("gone", 1), look("gone", 1, 8, "other")], "gone", False),  # the same hour
        ([look("gone", 1), look("blocked", 2), look("gone", 3)], "gone", True),
        ([look("gone", 1), look("seen", 2), look("gone", 3)], "gone", False),
        ([look("gone", 1), look("moved", 2)], "moved", True),
        ([look("gone", 1), look("off_shelf", 2)], "off_shelf", False),
        ([look("off_shelf", 1), look("off_shelf", 2)], "off_shelf", True),
        ([look("off_shelf", 1), look("seen", 2, detail=PAGE), look("off_shelf", 3)], "off_shelf", True),
        ([look("off_shelf", 1), look("seen", 2), look("off_shelf", 3)], "off_shelf", False),
        ([look("gone", 1), look("gone", 2), look("seen", 3, detail=PAGE)], "seen", True),
    ],
)
def test_what_looks_add_up_to(looks: list[Observation], state: str | None, sure: bool) -> None:
    found = standing(looks)
    assert (found.state, found.sure) == (state, sure)


def test_a_crawl_that_found_it_again_speaks_although_it_left_no_observation() -> None:
    looks = [look("gone", 1), look("gone", 3)]
    assert standing(looks, last_seen=DAY.format(2, 8)).sure is False
    assert standing(looks, last_seen=DAY.format(4, 8)).state == "seen"
    assert standing([], last_seen=DAY.format(4, 8)).state == "seen"
    assert standing([look("off_shelf", 1)], last_seen=DAY.format(1, 9)).state == "off_shelf"


STATES = st.sampled_from(["seen", "gone", "off_shelf", "blocked", "moved", "error"])


@given(st.lists(st.tuples(STATES, st.integers(0, 23)), max_size=20))
def test_no_absence_is_sure_without_two_looks_an_hour_apart_after_the_last_sight(raw: list[tuple[str, int]]) -> None:
    looks = [look(state, day, hour) for day, (state, hour) in enumerate(raw, 1)]
    found = standing(looks)
    if found.sure and found.state != "seen":
        assert not any(one.state == "seen" for one in looks if one.at > found.since)
        assert sum(one.at >= found.since and one.state not in {"blocked", "error"} for one in looks) >= 2
