"""A team's index that goes away: nothing is lost, the order stays, and nothing is written twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from index.home import Home
from index.model import Observation, Picture, Run
from index.open import open_index
from index.protocol import Index, IndexUnavailable
from index.spool import files
from index.spool.files import Spool, backlog
from index.spool.index import AT_EASE, PAUSE, SpooledIndex
from tests.index.objects import fingerprint, judged, listing, own_id
from tests.index.test_contract import DAY

URL = "https://team.example:9200"


class Moody:
    """A real index that can be away."""

    def __init__(self, index: Index) -> None:
        self.index, self.away, self.asked = index, False, 0
        self.breaks_after: int | None = None
        self.hangs: Callable[[], None] = lambda: None

    def close(self) -> None:
        """Whoever comes next gets the same one."""

    def __getattr__(self, name: str) -> Any:
        def ask(*args: Any, **options: Any) -> Any:
            self.asked += 1
            if self.breaks_after is not None:
                self.away = self.breaks_after <= 0
                self.breaks_after -= 1
            if self.away:
                self.hangs()
                raise IndexUnavailable("cannot be reached")
            return getattr(self.index, name)(*args, **options)

        return ask


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def home(own_home: Path) -> Home:
    return Home(own_home).prepare()


@pytest.fixture
def moody(home: Home) -> Iterator[Moody]:
    with closing(open_index(home)) as real:
        yield Moody(real)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def spooled(moody: Moody, home: Home, clock: Clock) -> SpooledIndex:
    return SpooledIndex(moody, Spool(home.spool, URL), clock=clock)


def test_what_is_written_while_it_is_away_follows_in_order_once_it_is_back(
    moody: Moody, home: Home, clock: Clock
) -> None:
    index = spooled(moody, home, clock)
    assert [p.outcome for p in index.put([judged(listing(1))], run_id="r1", at=DAY.format(1))] == ["new"]
    moody.away = True
    changed = judged(listing(1, title="改名"), flagged=True)
    assert [(p.id, p.outcome) for p in index.put([changed], run_id="r2", at=DAY.format(2))] == [(own_id(1), "kept")]
    assert index.see_again([own_id(1)], at=DAY.format(3)) == {}
    index.put_pictures([Picture(url="https://e.org/1.png", read_at=DAY.format(3), text="字")])
    index.put_sample(fingerprint(), at=DAY.format(3))
    index.observe([Observation(listing_id=own_id(1), at=DAY.format(3), state="seen", run_id="r2")])
    index.put([judged(listing(1, title="又改名"))], run_id="r3", at=DAY.format(4))
    index.record_run(Run(id="r3", marketplace="shop", spider="shop", started_at=DAY.format(4)))
    assert len(Spool(home.spool, URL).waiting()) == 7 and backlog(home.spool) == (7, 0)
    with pytest.raises(IndexUnavailable, match="waits on this machine"):
        index.get(own_id(1))
    moody.away, clock.now = False, PAUSE + 1
    found = index.get(own_id(1))
    assert found.value["title"] == "又改名" and found.last_seen == DAY.format(4)
    titles = [(one["old"], one["new"]) for one in moody.index.history(own_id(1)) if one["field"] == "title"]
    assert titles == [("一键换脸工具", "改名"), ("改名", "又改名")]
    assert moody.index.pictures(["https://e.org/1.png"]) and moody.index.count("", kind="samples") == 1
    assert len(moody.index.observations(own_id(1))) == 1 and [run.id for run in moody.index.runs()] == ["r3"]
    assert backlog(home.spool) == (0, 0)


def test_a_server_that_is_away_is_not_asked_at_every_step(moody: Moody, home: Home, clock: Clock) -> None:
    index = spooled(moody, home, clock)
    moody.away = True
    for number in range(20):
        index.put([judged(listing(number))], run_id="r", at=DAY.format(1))
    assert moody.asked == 1
    for wait in (2, 4, 8, 16, 32, 60, 60):
        clock.now += wait
        index.put([judged(listing("x"))], run_id="r", at=DAY.format(1))
        index.put([judged(listing("y"))], run_id="r", at=DAY.format(1))
    assert moody.asked == 8


def test_a_server_that_hangs_costs_a_crawl_a_fifth_of_its_time(moody: Moody, home: Home, clock: Clock) -> None:
    index = spooled(moody, home, clock)
    moody.away, moody.hangs = True, lambda: setattr(clock, "now", clock.now + 30)
    for number in range(1000):
        clock.now += 1  # the crawl's own work
        index.put([judged(listing(number % 50))], run_id="r", at=DAY.format(1))
        with pytest.raises(IndexUnavailable):
            index.neighbours([f"signer:{number}"])
    assert 5 < moody.asked <= 1000 / (30 * AT_EASE) + 1
    moody.away = False
    index.close()
    assert moody.index.count("", kind="listings") == 50 and backlog(home.spool) == (0, 0)


def test_another_process_carries_on_where_one_was_broken_off(moody: Moody, home: Home, clock: Clock) -> None:
    first = spooled(moody, home, clock)
    moody.away = True
    for number in range(5):
        first.put([judged(listing(number))], run_id="r", at=DAY.format(1))
    moody.breaks_after = 3
    first.close()  # away still
    spooled(moody, home, clock)
    assert moody.index.count("", kind="listings") == 3 and backlog(home.spool) == (2, 0)
    moody.away, moody.breaks_after = False, None
    spooled(moody, home, clock)
    assert moody.index.count("", kind="listings") == 5 and backlog(home.spool) == (0, 0)


def test_two_do_not_carry_out_the_same(moody: Moody, home: Home, clock: Clock) -> None:
    moody.away = True
    spooled(moody, home, clock).put([judged(listing(1))], run_id="r", at=DAY.format(1))
    spool, others = Spool(home.spool, URL), Spool(home.spool, URL)
    met: list[bool] = []
    assert spool.carry_out(lambda _kept: met.append(others.carry_out(lambda _kept: pytest.fail("twice"))))
    assert met == [False] and backlog(home.spool) == (0, 0)


def test_a_damaged_file_is_set_aside_and_stops_nobody(moody: Moody, home: Home, clock: Clock) -> None:
    index = spooled(moody, home, clock)
    moody.away = True
    for number in (1, 2):
        index.put([judged(listing(number))], run_id="r", at=DAY.format(1))
    broken, _ = Spool(home.spool, URL).waiting()
    broken.write_bytes(broken.read_bytes()[:50])
    moody.away, clock.now = False, PAUSE + 1
    assert index.count("", kind="listings") == 1 and backlog(home.spool) == (0, 1)
    assert len(broken.with_suffix(files.UNREADABLE).read_bytes()) == 50


def test_what_may_wait_is_bounded_and_what_waits_for_one_index_never_goes_to_another(
    moody: Moody, home: Home, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = spooled(moody, home, clock)
    moody.away = True
    index.put([judged(listing(1))], run_id="r", at=DAY.format(1))
    monkeypatch.setattr(files, "LARGEST", files.size(home.spool))
    with pytest.raises(IndexUnavailable, match="not lost"):
        index.put([judged(listing(2))], run_id="r", at=DAY.format(1))
    moody.away = False
    SpooledIndex(moody, Spool(home.spool, "https://other.example"), clock=clock)
    assert moody.index.count("", kind="listings") == 0 and backlog(home.spool) == (1, 0)
