"""The frontier's promises: nothing is lost, nothing is stored twice, whatever dies."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from crawler.frontier import FrontierError, RunFrontierError, Waiting
from crawler.frontier_file import SqliteFrontier
from tests.conftest import ROOT


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def waiting(name: str, **values: int) -> Waiting:
    return Waiting(request=name.encode(), fingerprint=name.encode(), **values)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def frontier(tmp_path: Path, clock: Clock) -> Iterator[SqliteFrontier]:
    frontier = SqliteFrontier(tmp_path / "r.sqlite", clock=clock, lease=60)
    yield frontier
    frontier.close()


def names(frontier: SqliteFrontier, count: int = 100) -> list[str]:
    return [task.request.decode() for task in frontier.claim(count)]


def test_highest_priority_first_then_deepest_then_oldest(frontier: SqliteFrontier) -> None:
    frontier.seed([waiting("a"), waiting("deep", depth=2), waiting("b"), waiting("urgent", priority=5)])
    assert names(frontier) == ["urgent", "deep", "a", "b"]


def test_equal_requests_are_stored_once_even_after_they_are_done(frontier: SqliteFrontier) -> None:
    frontier.seed([waiting("a"), waiting("a")])
    [task] = frontier.claim(9)
    frontier.complete(task.id, [waiting("a"), waiting("b"), waiting("b")])
    assert names(frontier) == ["b"]
    assert frontier.waiting == 1


def test_a_request_without_fingerprint_is_never_a_duplicate(frontier: SqliteFrontier) -> None:
    frontier.seed([Waiting(request=b"x", fingerprint=None), Waiting(request=b"x", fingerprint=None)])
    assert names(frontier) == ["x", "x"]


def test_a_leased_task_is_not_given_out_again_until_its_lease_ran_out(frontier: SqliteFrontier, clock: Clock) -> None:
    frontier.seed([waiting("a"), waiting("b")])
    a, _ = frontier.claim(2)
    clock.now += 50
    frontier.extend([a.id])
    clock.now += 20
    [again] = frontier.claim(9)
    assert again.request == b"b" and again.attempts == 2


def test_a_failed_task_is_not_given_out_unless_it_is_put_back(frontier: SqliteFrontier) -> None:
    frontier.seed([waiting("a"), waiting("b")])
    a, b = frontier.claim(2)
    frontier.fail(a.id, "timeout")
    frontier.fail(b.id, "timeout", again=True)
    assert frontier.waiting == 1
    assert names(frontier) == ["b"]


def test_what_a_task_that_is_done_says_later_changes_nothing(frontier: SqliteFrontier) -> None:
    frontier.seed([waiting("a")])
    [task] = frontier.claim(1)
    frontier.complete(task.id)
    frontier.complete(task.id)
    frontier.fail(task.id, "late", again=True)
    assert frontier.waiting == 0 and names(frontier) == []


def test_children_and_acknowledgement_come_together_or_not_at_all(frontier: SqliteFrontier, tmp_path: Path) -> None:
    frontier.seed([waiting("a")])
    [task] = frontier.claim(1)

    def children() -> Iterator[Waiting]:
        yield waiting("b")
        raise RuntimeError("a defect half-way")

    with pytest.raises(RuntimeError):
        frontier.complete(task.id, children())
    frontier.close()
    again = SqliteFrontier(tmp_path / "r.sqlite")
    assert names(again) == ["a"]
    again.close()


def test_a_batch_is_one_transaction(frontier: SqliteFrontier, tmp_path: Path) -> None:
    frontier.seed([waiting("a"), waiting("b")])
    a, b = frontier.claim(2)

    def half_a_batch() -> None:
        with frontier.batch():
            frontier.complete(a.id, [waiting("c")])
            frontier.keep({"pages": 1}, [("l1-x", b"1")])
            raise RuntimeError("a defect half-way")

    with pytest.raises(RuntimeError):
        half_a_batch()
    assert frontier.waiting == 2 and frontier.kept() == ({}, {})
    with frontier.batch():
        frontier.complete(a.id, [waiting("c")])
        frontier.complete(b.id, [waiting("d")])
        frontier.keep({"pages": 2}, [("l1-x", b"1")])
    frontier.close()
    again = SqliteFrontier(tmp_path / "r.sqlite")
    assert names(again) == ["c", "d"] and again.kept() == ({"pages": 2}, {"l1-x": b"1"})
    again.close()


def test_seeding_happens_once(frontier: SqliteFrontier, tmp_path: Path) -> None:
    assert not frontier.seeded
    frontier.seed([])
    frontier.close()
    again = SqliteFrontier(tmp_path / "r.sqlite")
    assert again.seeded
    again.close()


def test_two_processes_cannot_crawl_one_run(frontier: SqliteFrontier, tmp_path: Path) -> None:
    with pytest.raises(RunFrontierError, match="another process"):
        SqliteFrontier(tmp_path / "r.sqlite")


@pytest.mark.parametrize("content", [b"not a database at all" * 99, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "r.sqlite"
    path.write_bytes(content)
    with pytest.raises(RunFrontierError, match=r"r\.sqlite"):
        SqliteFrontier(path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FrontierError, match="unable to open") as raised:
        SqliteFrontier(tmp_path / "nowhere" / "r.sqlite")
    assert not isinstance(raised.value, RunFrontierError)  # the next run would meet the same


def test_erasing_leaves_nothing(frontier: SqliteFrontier, tmp_path: Path) -> None:
    frontier.seed([waiting("a")])
    frontier.erase()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FrontierError, match="closed"):
        frontier.claim(1)


DYING = """
import os, signal, sys
from pathlib import Path
from crawler.frontier import Waiting
from crawler.frontier_file import SqliteFrontier
frontier = SqliteFrontier(Path(sys.argv[1]))
frontier.seed([Waiting(request=b"0", fingerprint=b"0")])
done = 0
while True:
    for task in frontier.claim(3):
        if done == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        n = int(task.request)
        children = [str(c).encode() for c in (2 * n + 1, 2 * n + 2) if c < 200]
        frontier.complete(task.id, [Waiting(request=c, fingerprint=c) for c in children])
        done += 1
"""


@pytest.mark.parametrize("at", [1, 40, 120])
def test_a_killed_process_loses_and_doubles_nothing(tmp_path: Path, at: int) -> None:
    path = tmp_path / "r.sqlite"
    result = subprocess.run([sys.executable, "-c", DYING, path, str(at)], cwd=ROOT, check=False)
    assert result.returncode == -signal.SIGKILL
    frontier = SqliteFrontier(path)
    rest = []
    while tasks := frontier.claim(10):
        for task in tasks:
            n = int(task.request)
            rest.append(n)
            children = [str(c).encode() for c in (2 * n + 1, 2 * n + 2) if c < 200]
            frontier.complete(task.id, [Waiting(request=c, fingerprint=c) for c in children])
    assert len(rest) == len(set(rest)) == 200 - at
    frontier.close()


class Walk(RuleBasedStateMachine):
    """Any order of claims, completions, failures and crashes leaves every known request either open or finished."""

    def __init__(self) -> None:
        super().__init__()
        self.path = Path(os.environ["COPYCATCH_HOME"]) / f"{id(self)}.sqlite"
        self.path.unlink(missing_ok=True)
        self.frontier = SqliteFrontier(self.path)
        self.known: set[bytes] = {b"root"}
        self.finished: set[bytes] = set()
        self.leased: dict[int, bytes] = {}
        self.frontier.seed([Waiting(request=b"root", fingerprint=b"root")])

    @rule(count=st.integers(1, 4))
    def claim(self, count: int) -> None:
        for task in self.frontier.claim(count):
            assert task.request not in self.finished and task.id not in self.leased
            self.leased[task.id] = task.request

    @precondition(lambda self: self.leased)
    @rule(children=st.lists(st.binary(min_size=1, max_size=1), max_size=4))
    def complete(self, children: list[bytes]) -> None:
        task, request = self.leased.popitem()
        self.frontier.complete(task, [Waiting(request=c, fingerprint=c) for c in children])
        self.finished.add(request)
        self.known |= set(children)

    @precondition(lambda self: self.leased)
    @rule(again=st.booleans())
    def fail(self, *, again: bool) -> None:
        task, request = self.leased.popitem()
        self.frontier.fail(task, "timeout", again=again)
        if not again:
            self.finished.add(request)

    @rule()
    def crash(self) -> None:
        self.frontier.close()
        self.frontier = SqliteFrontier(self.path)
        self.leased = {}

    @invariant()
    def nothing_is_lost(self) -> None:
        assert self.frontier.waiting == len(self.known - self.finished)

    def teardown(self) -> None:
        self.frontier.erase()


Walk.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestWalk = Walk.TestCase
