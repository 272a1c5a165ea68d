"""An index is carried from each engine to each other, whole, provably, and as often as one likes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from index.home import Home
from index.model import Observation, Picture, Run, Supplied, Supply, View, Visitor
from index.open import open_index, open_transfer
from index.protocol import Index, IndexUnavailable
from index.transfer.rows import STORES, Carried, Key, Row, Store, Transfer, carry
from tests.index.objects import MARKET, fingerprint, judged, listing, own_id
from tests.index.test_contract import DAY, page, put

E = pytest.mark.elastic
WAYS = [("sqlite", "sqlite"), pytest.param(("sqlite", "elastic"), marks=E), pytest.param(("elastic", "sqlite"), marks=E)]  # fmt: skip
Places = tuple[str, str]


@pytest.fixture(params=WAYS, ids="-".join)
def places(request: pytest.FixtureRequest, home: Home, tmp_path: Path) -> Places:
    """Addresses of the source and of an empty target."""
    found = {"sqlite": f"sqlite:///{home.index}"}
    if "elastic" in request.param:
        found["elastic"] = request.getfixturevalue("elastic_url")
    source, target = request.param
    return found[source], f"sqlite:///{tmp_path / 'target.sqlite'}" if target == "sqlite" else found[target]


@pytest.fixture
def source(places: Places, home: Home) -> Iterator[Index]:
    with closing(open_index(home, places[0])) as opened:
        fill(opened)
        yield opened


def fill(index: Index) -> None:
    """Something in every store, with a past."""
    flagged = judged(listing(1), flagged=True, sample=fingerprint(), ties=("signer:ab", "contact:1"))
    put(index, flagged, judged(listing(2, title="无关", counters={"views": 3.0}), ties=("contact:2",)))
    put(index, replace(flagged, capture=page("a", 1)), day=2)
    put(index, judged(listing(1, title="一键换声"), ties=("signer:ab",)), day=3)
    index.put_sample(fingerprint(analyser_version=2, label="豆包二"), at=DAY.format(4))
    gone = Observation(listing_id=own_id(1), at=DAY.format(5), state="gone", run_id="r")
    index.observe([gone, gone, replace(gone, listing_id=own_id(2), state="blocked")])
    index.put_pictures([Picture(url="https://p.example/换", read_at=DAY.format(1), text="图")])
    visitor = Visitor(vantage="北京")
    index.put_views([View(listing_id=own_id(1), at=DAY.format(6), run_id="v", visitor=visitor, state="blocked")])
    supply = Supply(by="李", channel="e-mail", received_at=DAY.format(1), file="a.xlsx", file_sha256="ab" * 32)
    index.put_supplied([Supplied(listing_id=own_id(2), run_id="r", at=DAY.format(1), place="Sheet1:7", supply=supply)])
    run = Run(id="run-1", marketplace=MARKET, spider="shop", started_at=DAY.format(1), counts={"pages": 3})
    index.record_run(replace(run, finished_at=DAY.format(2), outcome="healthy"))


@pytest.fixture
def carried(places: Places, home: Home, source: Index) -> Iterator[Callable[[], list[Carried]]]:
    with closing(open_transfer(home, places[0], write=False)) as start, closing(open_transfer(home, places[1])) as end:
        yield lambda: carry(start, end)


def everything(index: Index) -> list[object]:
    """All that one can read of what `fill` put, wherever it is."""
    return [
        [index.get(own_id(number)) for number in (1, 2)],
        [list(index.scan("", kind=kind)) for kind in ("listings", "findings", "samples")],
        [[hit.id for hit in index.search(text, kind="findings")] for text in ("换声", "换脸", "title:换脸", "提到")],
        [hit.id for hit in index.search("", kind="listings")],
        index.history(own_id(1)), index.observations(own_id(1)), index.observations(own_id(2)),
        index.views([own_id(1)]), index.supplied([own_id(2)]), index.pictures(["https://p.example/换"]), index.runs(),
        index.neighbours(["signer:ab", "contact:1", "contact:2"]), index.ties([own_id(1), own_id(2)]),
        [index.sample("ab" * 32, version) for version in (1, 2, 3)], index.addresses([listing(1).url]),
    ]  # fmt: skip


def test_everything_arrives_and_is_found_as_before(
    places: Places, home: Home, source: Index, carried: Callable[[], list[Carried]]
) -> None:
    done = carried()
    assert [one.store for one in done] == list(STORES)
    bad = [one for one in done if not (one.same and one.source == one.target == one.written > 0)]
    assert not bad
    with closing(open_index(home, places[1])) as target:
        assert everything(target) == everything(source)
        # it goes on there as it would have here: known listings are known, the past and the looks go on
        assert put(target, judged(listing(1, title="一键换声"), ties=("signer:ab",)), day=8) == ["unchanged"]
        assert put(target, judged(listing(1, title="又改名"), flagged=True), day=9) == ["changed"]
        assert [one["field"] for one in target.history(own_id(1))][-2:] == ["title", "verdict"]
        assert target.search("换声", kind="findings") == [] and len(target.search("改名", kind="findings")) == 1
        target.observe([Observation(listing_id=own_id(1), at=DAY.format(9), state="seen", run_id="s")])
        assert [look.state for look in target.observations(own_id(1))][-2:] == ["gone", "seen"]


def test_a_second_time_only_what_is_new_is_written(source: Index, carried: Callable[[], list[Carried]]) -> None:
    carried()
    assert {one.written for one in carried()} == {0}
    put(source, judged(listing(2, title="不再无关"), flagged=True), judged(listing(3)), day=7)
    done = carried()
    assert {one.store: one.written for one in done if one.written} == {"listings": 2, "findings": 1, "history": 2}
    assert all(one.same for one in done)


def test_texts_of_findings_follow_a_listing_that_changed(
    places: Places, home: Home, source: Index, carried: Callable[[], list[Carried]]
) -> None:
    carried()
    put(source, judged(listing(1, title="第三个名字"), ties=("signer:ab",)), day=7)
    assert all(one.same for one in carried())
    with closing(open_index(home, places[1])) as target:
        assert everything(target) == everything(source)
        assert len(target.search("第三个名字", kind="findings")) == 1


def test_nothing_newer_is_overwritten_and_what_is_only_there_is_said(
    places: Places, home: Home, source: Index, carried: Callable[[], list[Carried]]
) -> None:
    carried()
    with closing(open_index(home, places[1])) as target:
        put(target, judged(listing(2, title="这里更新"), ties=("contact:2",)), judged(listing(9)), day=20)
    listings = next(one for one in carried() if one.store == "listings")
    assert (listings.different, listings.own, listings.written, listings.same) == (1, 1, 0, False)
    with closing(open_index(home, places[1])) as target:
        found = target.get(own_id(2))
        assert found and found.value["title"] == "这里更新"


class Stops:
    """A target whose process dies after so many batches."""

    def __init__(self, inner: Transfer, after: int) -> None:
        self.inner, self.left = inner, after
        self.stamp, self.size, self.rows, self.fetch = inner.stamp, inner.size, inner.rows, inner.fetch
        self.close = inner.close

    def write(self, store: Store, rows: Sequence[Row], known: Collection[Key]) -> None:
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        self.inner.write(store, rows, known)


class Interrupted:
    """A target at whose first listings something happens, and which may lose what it is given."""

    def __init__(self, inner: Transfer, happens: Callable[[], object] = lambda: None, *, loses: str = "") -> None:
        self.inner, self.happens, self.loses = inner, happens, loses
        self.stamp, self.size, self.rows, self.fetch = inner.stamp, inner.size, inner.rows, inner.fetch
        self.close = inner.close

    def write(self, store: Store, rows: Sequence[Row], known: Collection[Key]) -> None:
        self.inner.write(store, [row for row in rows if row.value.get("id") != self.loses], known)
        if store == "listings":
            self.happens()
            self.happens = lambda: None


def test_what_comes_in_meanwhile_is_carried_too(places: Places, home: Home, source: Index) -> None:
    def crawl() -> None:
        put(source, judged(listing(1, title="半路改名"), ties=("signer:ab",)), judged(listing(7)), day=9)

    with closing(open_transfer(home, places[0], write=False)) as start, closing(open_transfer(home, places[1])) as end:
        done = carry(start, Interrupted(end, crawl))
        assert all(one.same for one in done)
    with closing(open_index(home, places[1])) as target:
        found = target.get(own_id(1))
        assert found and found.value["title"] == "半路改名"
        assert target.get(own_id(7))


def test_of_a_source_that_is_written_all_the_time_the_rest_is_said(
    places: Places, home: Home, source: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    come = iter(range(100, 200))
    with closing(open_transfer(home, places[0], write=False)) as start, closing(open_transfer(home, places[1])) as end:
        target = Interrupted(end)

        def written(store: Store, rows: Sequence[Row], known: Collection[Key]) -> None:
            end.write(store, rows, known)
            if store == "listings":
                put(source, judged(listing(next(come))), day=9)

        monkeypatch.setattr(target, "write", written)
        listings = next(one for one in carry(start, target) if one.store == "listings")
    assert (listings.missing, listings.own, listings.same) == (1, 0, False)


def test_what_the_target_did_not_keep_is_said(places: Places, home: Home, source: Index) -> None:
    with closing(open_transfer(home, places[0], write=False)) as start, closing(open_transfer(home, places[1])) as end:
        listings = next(one for one in carry(start, Interrupted(end, loses=own_id(2))) if one.store == "listings")
    assert (listings.missing, listings.same) == (1, False)


@pytest.mark.parametrize("after", range(1, 10))
def test_who_was_stopped_goes_on_where_it_was(home: Home, tmp_path: Path, after: int) -> None:
    with closing(open_index(home)) as index:
        fill(index)
        place = f"sqlite:///{tmp_path / 'target.sqlite'}"
        with closing(open_transfer(home, f"sqlite:///{home.index}")) as start:
            with closing(open_transfer(home, place)) as end, pytest.raises(KeyboardInterrupt):
                carry(start, Stops(end, after))
            with closing(open_transfer(home, place)) as end:
                before = sum(map(end.size, STORES))
                done = carry(start, end)
        assert before and sum(one.written for one in done) == sum(one.target for one in done) - before
        with closing(open_index(home, place)) as target:
            assert everything(target) == everything(index)


def test_a_damaged_source_is_named_and_not_carried(home: Home, tmp_path: Path) -> None:
    with closing(open_index(home)) as index:
        fill(index)
    with closing(sqlite3.connect(home.index)) as opened, opened:
        opened.execute("UPDATE listings_body SET body = '{\"listing\": 1' WHERE number = 1")
    with (
        closing(open_transfer(home, f"sqlite:///{home.index}", write=False)) as start,
        closing(open_transfer(home, f"sqlite:///{tmp_path / 'target.sqlite'}")) as end,
        pytest.raises(IndexUnavailable, match=own_id(1)),
    ):
        carry(start, end)
