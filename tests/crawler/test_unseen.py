"""Missing once is a candidate; gone takes two healthy runs at different hours."""

from pathlib import Path

import pytest

from crawler.unseen import note_unseen
from index.home import Home
from index.ids import listing_id
from index.model import Judgement, Listing, Observation, Run
from index.open import open_index
from index.protocol import Index, Judged
from index.standing import standing

MARKET = "shop:a.example"


@pytest.fixture
def index(own_home: Path) -> Index:
    return open_index(Home(own_home).prepare())


class Crawls:
    """Healthy runs of one order, one after the other."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.healthy: list[Run] = []

    def see(self, at: str, *numbers: int) -> tuple[int, int]:
        """A run at that moment that saw these listings: how many were missing, how many gone."""
        run = Run(
            id=f"r{len(self.healthy)}",
            marketplace=MARKET,
            spider="shop",
            started_at=at,
            finished_at=at,
            outcome="healthy",
        )
        listings = [
            Listing(marketplace=MARKET, native_id=str(n), url=f"http://a.example/{n}", title="x", source_kind="shop")
            for n in numbers
        ]
        self.index.put(
            [Judged(listing=one, judgement=Judgement(verdict="benign")) for one in listings], run_id=run.id, at=at
        )
        noted = note_unseen(self.index, run, self.healthy, {listing_id(MARKET, str(n)) for n in numbers})
        self.healthy.insert(0, run)
        return noted.missing, noted.gone

    def sure(self, number: int) -> bool:
        name = listing_id(MARKET, str(number))
        stored = self.index.get(name)
        assert stored is not None
        stands = standing(self.index.observations(name), stored.last_seen)
        return stands.state == "gone" and stands.sure


def test_daily_runs_find_it_missing_and_then_gone_and_say_so_once(index: Index) -> None:
    crawls = Crawls(index)
    assert crawls.see("2026-11-01T08:00:00Z", 1, 2, 3) == (0, 0)
    assert crawls.see("2026-11-02T08:00:00Z", 1) == (2, 0)
    assert not crawls.sure(2)
    assert crawls.see("2026-11-03T08:00:00Z", 1, 3) == (0, 1)
    assert crawls.sure(2) and not crawls.sure(3)
    assert crawls.see("2026-11-04T08:00:00Z", 1, 3) == (0, 0)
    assert crawls.see("2026-11-05T08:00:00Z", 3) == (1, 0)


def test_runs_within_an_hour_count_once(index: Index) -> None:
    crawls = Crawls(index)
    crawls.see("2026-11-01T08:00:00Z", 1, 2)
    assert crawls.see("2026-11-01T08:20:00Z", 1) == (1, 0)
    assert crawls.see("2026-11-01T08:40:00Z", 1) == (1, 0)
    assert crawls.see("2026-11-01T09:00:00Z", 1) == (1, 0)
    assert crawls.see("2026-11-01T09:20:00Z", 1) == (0, 1)
    assert crawls.sure(2)


def test_a_listing_that_came_back_starts_anew(index: Index) -> None:
    crawls = Crawls(index)
    crawls.see("2026-11-01T08:00:00Z", 1, 2)
    assert crawls.see("2026-11-02T08:00:00Z", 1) == (1, 0)
    crawls.see("2026-11-03T08:00:00Z", 1, 2)
    assert crawls.see("2026-11-04T08:00:00Z", 1) == (1, 0)
    assert not crawls.sure(2)
    assert crawls.see("2026-11-05T08:00:00Z", 1) == (0, 1)


def test_a_look_that_was_refused_in_between_changes_nothing(index: Index) -> None:
    crawls = Crawls(index)
    crawls.see("2026-11-01T08:00:00Z", 1, 2)
    crawls.see("2026-11-02T08:00:00Z", 1)
    refused = Observation(listing_id=listing_id(MARKET, "2"), at="2026-11-02T20:00:00Z", state="blocked", run_id="k")
    index.observe([refused])
    assert not crawls.sure(2)
    assert crawls.see("2026-11-03T08:00:00Z", 1) == (0, 1)


def test_without_a_healthy_run_before_nothing_is_missing(index: Index) -> None:
    assert Crawls(index).see("2026-11-01T08:00:00Z") == (0, 0)
