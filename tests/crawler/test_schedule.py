"""When things are due, and a loop that starts them: with clock, sleep and processes of the test's own. Nobody sleeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crawler.frontier import RunFrontierError
from crawler.lock import held, in_use
from crawler.plan_file import PlanFile
from crawler.schedule.due import Thing, due
from crawler.schedule.loop import Schedule
from crawler.schedule.slots import Slot, Slots
from crawler.schedule.when import Clock, Every, WhenError, parse, span, spread, turn_after, turns_missed, zone_of
from index.home import Home

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
NONE = timedelta()


def local(when: str, zone: ZoneInfo, after: datetime, count: int) -> list[str]:
    found, moment = [], after
    for _ in range(count):
        moment = turn_after(parse(when, zone), moment)
        found.append(f"{moment.astimezone(zone):%m-%d %H:%M%z}")
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6h", Every(6 * 3600)),
        (" 90 M ", Every(5400)),
        ("1w", Every(7 * 86400)),
        ("Daily 7:05", Clock("5 7 * * *", SHANGHAI)),
        ("weekly  MON 23:59", Clock("59 23 * * mon", SHANGHAI)),
        ("*/20 8-18 * * mon-fri", Clock("*/20 8-18 * * mon-fri", SHANGHAI)),
    ],
)
def test_ways_to_say_when(text: str, expected: object) -> None:
    assert parse(text, SHANGHAI) == expected


@pytest.mark.parametrize(
    "text",
    ["", "soon", "0h", "-6h", "30s", "6 hours", "daily 24:00", "daily 7", "weekly xyz 07:00", "60 * * * *", "* * * *",
     "0 0 31 2 *", "* * * * * *", "@daily", "9" * 10_000, "* " * 5000, "0 0 * * 1#9", "\x00 * * * *"],
)  # fmt: skip
def test_what_says_nothing_is_refused_and_quoted(text: str) -> None:
    with pytest.raises(WhenError) as refusal:
        parse(text, UTC)
    assert len(str(refusal.value)) < 400


def test_zones_and_spans_by_name() -> None:
    assert zone_of("Asia/Shanghai") == SHANGHAI and zone_of(None) is not None
    assert span("10m") == timedelta(minutes=10) and span("0") == NONE
    for wrong in ("Asia/Nowhere", "../../etc/passwd", ""):
        with pytest.raises(WhenError):
            zone_of(wrong)


def test_a_time_of_the_clock_stays_that_time_when_clocks_are_changed() -> None:
    spring = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert local("daily 07:00", BERLIN, spring, 2) == ["03-29 07:00+0200", "03-30 07:00+0200"]
    # 02:30 does not come on that day: it is done right after the gap, and once
    assert local("daily 02:30", BERLIN, spring, 2) == ["03-29 03:00+0200", "03-30 02:30+0200"]
    autumn = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert local("daily 02:30", BERLIN, autumn, 2) == ["10-25 02:30+0200", "10-26 02:30+0100"]  # comes twice, done once
    assert local("daily 07:00", SHANGHAI, autumn, 1) == ["10-25 07:00+0800"]
    assert turn_after(Every(86400), spring) - spring == timedelta(days=1)


@pytest.mark.parametrize("zone", [BERLIN, SHANGHAI, UTC])
@pytest.mark.parametrize("text", ["6h", "daily 02:30", "0 * * * *", "weekly sun 02:15", "*/15 1-3 * * *"])
def test_turns_only_ever_go_forward(text: str, zone: ZoneInfo) -> None:
    when, turns = parse(text, zone), [datetime(2026, 3, 27, tzinfo=UTC)]
    turns.extend(turn_after(when, turns[-1]) for _ in range(200))
    assert all(late > early for early, late in pairwise(turns))


def test_jitter_is_always_the_same_stays_in_bounds_and_differs_by_name() -> None:
    when = parse("6h", UTC)
    late = [spread(when, NOON, timedelta(minutes=10), f"m{number}") - NOON for number in range(200)]
    assert all(NONE <= each < timedelta(minutes=10) for each in late) and len(set(late)) == 200
    assert max(late) > timedelta(minutes=9) and min(late) < timedelta(minutes=1)
    assert spread(when, NOON, timedelta(minutes=10), "m0") - NOON == late[0]
    often = parse("*/4 * * * *", UTC)
    assert max(spread(often, NOON, timedelta(hours=5), f"m{n}") - NOON for n in range(50)) < timedelta(minutes=1)


def thing(name: str = "m", when: str = "6h", *, watch: bool = False) -> Thing:
    return Thing(name=name, watch=watch, when=parse(when, SHANGHAI), said=when, source="settings")


def slot(hours_ago: float, outcome: str = "done", *, failures: int = 0, lasted: float | None = 0.5) -> Slot:
    began = NOON.timestamp() - hours_ago * 3600
    ended = None if lasted is None else began + lasted * 3600
    return Slot(name="m", began=began, ended=ended, outcome=outcome, failures=failures)


def judged(known: Slot | None, when: str = "6h", *, alive: bool = False) -> tuple[str, float, int]:
    """Why, in how many hours, and how many turns were missed."""
    found = due(thing(when=when), known, NOON, jitter=NONE, alive=alive)
    return found.why, (found.at - NOON).total_seconds() / 3600, found.missed


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (None, ("never", 0, 0)),
        (slot(5), ("turn", 1, 0)),
        (slot(6.5), ("turn", -0.5, 0)),
        (slot(30, "unhealthy"), ("missed", -24, 4)),
        (slot(1, "interrupted"), ("resume", -1, 0)),
        (slot(1, "running", lasted=None), ("broken_off", -1 + 2 / 60, 0)),
        (slot(1, "failed", failures=1), ("failed", -0.5 + 2 / 60, 0)),
        (slot(1, "failed", failures=5), ("failed", -0.5 + 32 / 60, 0)),
        (slot(1, "failed", failures=500), ("turn", 5, 0)),
        (slot(-0.01, lasted=0), ("turn", 6.01, 0)),
        (slot(-48), ("clock", 0, 0)),
        (slot(24 * 365 * 50), ("missed", -24 * 365 * 50 + 6, 99)),
    ],
)
def test_when_something_is_due_and_why(known: Slot | None, expected: tuple[str, float, int]) -> None:
    why, hours, missed = judged(known)
    assert (why, missed) == (expected[0], expected[2]) and hours == pytest.approx(expected[1])


def test_what_runs_is_running_however_long() -> None:
    assert judged(slot(100, "running", lasted=None), alive=True)[0] == "running"


def test_missed_turns_of_the_clock_are_counted() -> None:
    why, hours, missed = judged(slot(24 * 3 + 1), "daily 07:00")  # noon in UTC is 20:00 in Shanghai
    assert (why, missed) == ("missed", 2) and hours < -24
    assert turns_missed(parse("* * * * *", UTC), NOON - timedelta(days=300), NOON) == 99


@dataclass
class Child:
    """A process that ends when the test says so."""

    thing: Thing
    code: int | None = None
    stopped: int = 0

    def poll(self) -> int | None:
        return self.code

    def terminate(self) -> None:
        self.stopped += 1


@dataclass
class World:
    """Clock, sleep and processes under the test's control."""

    slots: Slots
    things: list[Thing]
    at_once: int = 2
    now: datetime = NOON
    children: list[Child] = field(default_factory=list)
    busy: set[str] = field(default_factory=set)
    naps: list[float] = field(default_factory=list)
    heard: list[tuple[str, str]] = field(default_factory=list)
    each_nap: Callable[[], None] = lambda: None

    def schedule(self) -> Schedule:
        def sleep(seconds: float) -> None:
            self.naps.append(seconds)
            self.now += timedelta(seconds=seconds)
            assert len(self.naps) < 5000
            self.each_nap()

        return Schedule(
            things=lambda: self.things,
            slots=self.slots,
            start=self.start,
            in_use=lambda name: (
                name in self.busy or any(c.code is None and c.thing.name == name for c in self.children)
            ),
            clock=self.clock,
            sleep=sleep,
            jitter=NONE,
            at_once=self.at_once,
            tell=lambda thing, what: self.heard.append((thing.slot, what)),
        )

    def clock(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now

    def start(self, thing: Thing) -> Child:
        self.children.append(Child(thing))
        return self.children[-1]

    def running(self) -> list[str]:
        return [child.thing.slot for child in self.children if child.code is None]

    def end(self, name: str, code: int = 0) -> None:
        next(c for c in self.children if c.code is None and c.thing.slot == name).code = code


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    plan = PlanFile(tmp_path / "plan.sqlite")
    yield World(Slots(plan), [thing("a"), thing("b"), thing("c"), thing("a", watch=True)])
    plan.close()


def test_no_marketplace_runs_twice_at_once_and_no_more_than_allowed(world: World) -> None:
    schedule = world.schedule()
    seen: list[list[str]] = []

    def step() -> None:
        seen.append(world.running())
        if world.running():
            world.end(world.running()[0])

    world.each_nap = step
    ended = schedule.run_once()
    assert sorted(thing.slot for thing, _ in ended) == ["a", "a --watch", "b", "c"]
    assert {outcome for _, outcome in ended} == {"done"}
    assert max(map(len, seen)) == 2 and not any({"a", "a --watch"} <= set(names) for names in seen)
    assert schedule.ready() == [] and schedule.run_once() == ended  # nothing is due any more


def test_the_loop_starts_each_thing_at_its_turns(world: World) -> None:
    world.things = [thing("a", "6h"), thing("b", "daily 07:00")]
    schedule = world.schedule()

    def step() -> None:
        for name in world.running():
            world.end(name)
        if world.now > NOON + timedelta(hours=25):
            schedule.stop()

    world.each_nap = step
    schedule.run()
    starts = [name for name, what in world.heard if what == "started"]
    assert starts.count("a") == 5 and starts.count("b") == 2  # at once, then 07:00 in Shanghai
    assert max(world.naps) <= 60


def test_missed_turns_are_caught_up_with_once(world: World) -> None:
    world.things = [thing("a", "6h")]
    schedule = world.schedule()
    world.each_nap = lambda: [world.end(name) for name in world.running()] and None
    schedule.run_once()
    world.now += timedelta(days=9)
    assert schedule.table()[0].missed == 35 and len(schedule.run_once()) == 2
    assert schedule.ready() == []


def test_stopping_drains_and_what_was_under_way_is_resumed(world: World) -> None:
    schedule = world.schedule()
    steps: list[str] = []

    def step() -> None:
        steps.append("nap")
        if len(steps) == 1:
            schedule.stop()
        if len(steps) == 3:
            world.end("a", 3)
            world.end("b", 0)

    world.each_nap = step
    ended = schedule.run()
    assert [(thing.slot, outcome) for thing, outcome in ended] == [("a", "interrupted"), ("b", "done")]
    assert [child.stopped for child in world.children] == [1, 1]
    later = world.schedule()
    assert next((one.thing.slot, one.why) for one in later.ready()) == ("a", "resume")
    assert "b" not in {one.thing.slot for one in later.ready()}


def test_a_run_whose_processes_all_died_is_tried_again_ever_more_rarely(world: World) -> None:
    world.things = [thing("a", "1w")]
    waited = []
    for _ in range(4):
        table = world.schedule().table()
        waited.append((table[0].at - world.now).total_seconds())
        world.now = max(world.now, table[0].at)
        assert world.slots.claim("a", table[0].last, world.now.timestamp())  # and then the power goes
        world.now += timedelta(seconds=60)
    assert waited == pytest.approx([0, 60, 180, 420], abs=1e-3)


def test_two_processes_start_nothing_twice(world: World, tmp_path: Path) -> None:
    plan = PlanFile(tmp_path / "plan.sqlite")
    other = replace(world, slots=Slots(plan), children=[])
    (mine,), (theirs,) = ([d for d in w.schedule().table() if d.thing.slot == "a"] for w in (world, other))
    assert world.slots.claim("a", mine.last, 1.0) and not other.slots.claim("a", theirs.last, 2.0)
    known = other.slots.all()["a"]
    world.slots.end("a", "done", 3.0)
    assert not other.slots.claim("a", known, 4.0) and other.slots.claim("a", other.slots.all()["a"], 5.0)
    plan.close()


def test_a_marketplace_that_somebody_else_crawls_has_to_wait(world: World) -> None:
    world.busy = {"a"}
    schedule = world.schedule()
    world.each_nap = lambda: [world.end(name) for name in world.running()] and None
    assert sorted(thing.slot for thing, _ in schedule.run_once()) == ["b", "c"]
    world.busy = set()
    assert [one.thing.slot for one in schedule.ready()] == ["a", "a --watch"]


def test_clocks_that_jump_start_things_once_more_at_most(world: World) -> None:
    world.things = [thing("a", "6h")]
    schedule = world.schedule()
    world.each_nap = lambda: [world.end(name) for name in world.running()] and None
    schedule.run_once()
    for jump in (timedelta(days=-400), timedelta(days=800), timedelta(hours=-9)):
        world.now += jump
        before = len(schedule.run_once())
        assert schedule.ready() == [] and len(schedule.run_once()) == before
        assert timedelta() < schedule.table()[0].at - world.now <= timedelta(hours=6)


def test_exit_codes_become_outcomes_and_a_process_that_cannot_start_is_a_failure(world: World) -> None:
    world.at_once = 9
    world.things = [thing(name) for name in "abcd"]
    schedule = world.schedule()

    def start(thing: Thing) -> Child:
        if thing.name == "d":
            raise OSError("no process left")
        return world.start(thing)

    schedule.start = start
    codes = {"a": 0, "b": 3, "c": -9}
    world.each_nap = lambda: [world.end(name, codes[name]) for name in world.running()] and None
    ended = {thing.name: outcome for thing, outcome in schedule.run_once()}
    assert ended == {"a": "done", "b": "unhealthy", "c": "failed", "d": "failed"}
    assert {name: known.failures for name, known in world.slots.all().items()} == {"a": 0, "b": 0, "c": 1, "d": 1}


def test_things_may_change_while_the_loop_runs(world: World) -> None:
    schedule = world.schedule()
    world.things = [thing("new")]
    assert [one.thing.name for one in schedule.ready()] == ["new"]


def test_what_was_just_started_by_another_process_is_running_and_not_broken_off(world: World) -> None:
    world.things = [thing("a")]
    assert world.slots.claim("a", None, world.now.timestamp())
    world.now += timedelta(seconds=5)
    assert [one.why for one in world.schedule().table()] == ["running"]
    world.now += timedelta(seconds=60)
    assert [one.why for one in world.schedule().table()] == ["broken_off"]


def test_a_marketplace_is_crawled_by_one_process_at_a_time(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.lock.GLANCE", 0.0)
    home, name = Home(own_home), "shop:例/../x"
    with held(home, name):
        assert in_use(home, name) and not in_use(home, "shop:y")
        with pytest.raises(RunFrontierError, match="another process is crawling shop:例"), held(home, name):
            pytest.fail("held twice")
    assert not in_use(home, name)
    assert all(path.parent == home.locks for path in home.locks.rglob("*.lock"))
