"""What people decided is carried with its chain; decisions of somebody else are never mixed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from index.home import Home
from index.records import Decisions, Sealed
from index.sqlite.decisions import SqliteDecisions
from index.transfer.records import Foreign, carry, check
from tests.index.test_decisions import AT, Opener, open_again, some_records

__all__ = ["open_again"]
Pair = tuple[Decisions, Decisions]


@pytest.fixture(params=["from here", "to here"])
def pair(request: pytest.FixtureRequest, open_again: Opener, tmp_path: Path) -> Iterator[Pair]:
    """Source and target: one is of the engine under test, the other a file."""
    with open_again() as one, closing(SqliteDecisions(tmp_path / "other.sqlite")) as other:
        yield (one, other) if request.param == "from here" else (other, one)


def test_all_records_arrive_and_a_second_time_only_what_is_new(pair: Pair) -> None:
    source, target = pair
    some_records(source)
    done = carry(source, target)
    assert (done.source, done.target, done.written, done.chain) == (7, 7, 7, source.tip()[1])
    old = source.versions("audit", "a1")[0]
    source.append("audit", "a1", {}, at=AT, by="li", after=1)
    source.remove([old.seq], at=AT, by="wang", reason="r", what="w")
    assert carry(source, target).written == 2
    assert list(target.sealed()) == list(source.sealed()) and target.versions("audit", "a1")[0].removed
    assert target.append("audit", "next", {}, at=AT, by="li").seq == 10


def test_who_was_stopped_goes_on(pair: Pair) -> None:
    source, target = pair
    some_records(source)
    target.adopt(list(source.sealed())[:3], before=(0, ""))
    assert carry(source, target).written == 4 and list(target.sealed()) == list(source.sealed())


def test_decisions_of_its_own_are_left_alone(pair: Pair) -> None:
    source, target = pair
    some_records(source)
    target.append("audit", "own", {}, at=AT, by="wang")
    before = list(target.sealed())
    for act in (check, carry):
        with pytest.raises(Foreign, match="1"):
            act(source, target)
    assert list(target.sealed()) == before


def test_a_target_that_went_on_is_left_alone(pair: Pair) -> None:
    source, target = pair
    some_records(source)
    carry(source, target)
    target.append("audit", "own", {}, at=AT, by="wang")
    with pytest.raises(Foreign, match="8"):
        carry(source, target)


class Damaged:
    """A source of which one record was tampered with."""

    def __init__(self, inner: Decisions, change: Callable[[Sealed], Sealed]) -> None:
        self.inner, self.change, self.tip = inner, change, inner.tip

    def sealed(self, *, after: int = 0) -> Iterator[Sealed]:
        return (self.change(one) if one.record.seq == 2 else one for one in self.inner.sealed(after=after))


@pytest.mark.parametrize(
    "change",
    [lambda one: replace(one, body='{"n": 7}'), lambda one: replace(one, record=replace(one.record, by="wang"))],
    ids=["content", "person"],
)
def test_damage_is_named_and_not_called_done(home: Home, tmp_path: Path, change: Callable[[Sealed], Sealed]) -> None:
    with (
        closing(SqliteDecisions(home.decisions)) as source,
        closing(SqliteDecisions(tmp_path / "other.sqlite")) as target,
    ):
        some_records(source)
        with pytest.raises(Foreign, match="2"):
            carry(Damaged(source, change), target)  # type: ignore[arg-type] # all that is asked of it
