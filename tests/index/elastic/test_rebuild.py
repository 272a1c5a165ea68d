"""Indices are built anew beside those in use: nobody notices, nothing is lost, and there is a way back."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest

from index.elastic import manage, rebuild
from index.elastic.connection import Connection, address
from index.elastic.mappings import SCHEMA_VERSION, STORES
from index.home import Home
from index.open import open_decisions, open_index
from index.protocol import IndexUnavailable
from index.settings import ElasticSettings
from tests.index.objects import judged, listing, own_id
from tests.index.test_contract import DAY, put
from tests.index.test_transfer import everything, fill

pytestmark = pytest.mark.elastic


@pytest.fixture
def place(own_place: str) -> str:
    """They are swapped, so no other test may have them."""
    return own_place


@pytest.fixture
def connection(place: str) -> Iterator[Connection]:
    with closing(Connection(address(place, ElasticSettings()), ElasticSettings(timeout=120))) as opened:
        opened.wait(manage.prepare(opened, ElasticSettings()))
        yield opened


def indices(connection: Connection) -> dict[str, bool]:
    """Name -> whether the alias points to it."""
    found = connection.wait(rebuild.places(connection.client, connection.place.prefix))
    return {one.index.removeprefix(f"{connection.place.prefix}-"): one.used for one in found}


def test_all_stores_are_swapped_and_everything_is_there_and_back(
    place: str, connection: Connection, home: Home
) -> None:
    with closing(open_index(home, place)) as index, closing(open_decisions(home, place)) as decisions:
        fill(index)
        for number in range(3):
            decisions.append("audit", f"a{number}", {}, at=DAY.format(1), by="li")
        before, records = everything(index), list(decisions.sealed())

        done = connection.wait(rebuild.rebuild(connection, ElasticSettings()))
        assert [one.store for one in done] == list(STORES) and {one.now[-6:] for one in done} == {"000002"}
        assert everything(index) == before and list(decisions.sealed()) == records

        # what is written from now on goes into the new ones, and comes along on the way back
        assert put(index, judged(listing(1, title="一键换声"), ties=("signer:ab",)), judged(listing(7)), day=9) == [
            "unchanged", "new"
        ]  # fmt: skip
        decisions.append("audit", "a3", {}, at=DAY.format(2), by="li")
        put(index, judged(listing(1, title="又改名"), flagged=True), day=10)
        now, records = everything(index), list(decisions.sealed())
        connection.wait(rebuild.roll_back(connection))
        assert (
            indices(connection)[f"listings-v{SCHEMA_VERSION}-000001"]
            and not indices(connection)[f"listings-v{SCHEMA_VERSION}-000002"]
        )
        assert everything(index) == now and list(decisions.sealed()) == records
        assert [record.seq for record in decisions.every()] == [1, 2, 3, 4]
        decisions.append("audit", "a4", {}, at=DAY.format(2), by="li")

        connection.wait(rebuild.rebuild(connection, ElasticSettings()))
        assert indices(connection) == {
            f"{store}-v{SCHEMA_VERSION}-00000{n}": n == 3 for store in STORES for n in (1, 3)
        }
        assert everything(index) == now and decisions.tip()[0] == 5


def test_another_analysis_reaches_what_was_there(place: str, connection: Connection, home: Home) -> None:
    with closing(open_index(home, place)) as index:
        fill(index)
    connection.wait(rebuild.rebuild(connection, ElasticSettings(analysis="smartcn")))
    name = f"{connection.place.prefix}-listings"
    answer = connection.wait(connection.client.search(index=name, query={"match": {"title.smartcn": "换声"}}))
    assert [hit["_id"] for hit in answer["hits"]["hits"]] == [own_id(1)]


def test_nothing_is_lost_of_what_is_written_meanwhile(place: str, connection: Connection, home: Home) -> None:
    def crawl(part: int) -> int:
        with closing(open_index(home, place)) as index, closing(open_decisions(home, place)) as decisions:
            number = 0
            while not ended or number < 3:
                put(index, *(judged(listing(f"{part}.{number}.{n}"), flagged=True) for n in range(5)), day=2)
                put(index, judged(listing(f"shared{part}", title=f"第{number}次"), flagged=True), day=3)
                decisions.append("audit", f"a{part}.{number}", {}, at=DAY.format(1), by="li")
                number += 1
        return number

    ended: list[bool] = []
    with closing(open_index(home, place)) as index:
        put(index, *(judged(listing(number), flagged=True) for number in range(200)))
    with ThreadPoolExecutor(2) as workers:
        work = [workers.submit(crawl, part) for part in range(2)]
        try:
            done = [connection.wait(rebuild.rebuild(connection, ElasticSettings())) for _ in range(2)]
        finally:
            ended.append(True)
        rounds = [one.result() for one in work]
    connection.wait(connection.client.indices.refresh(index=f"{connection.place.prefix}-*"))
    with closing(open_index(home, place)) as index, closing(open_decisions(home, place)) as decisions:
        assert index.count("", kind="listings") == 200 + 5 * sum(rounds) + 2
        assert index.count("", kind="findings") == 200 + 5 * sum(rounds) + 2
        for part, number in enumerate(rounds):
            assert [one["new"] for one in index.history(own_id(f"shared{part}"))] == [
                f"第{turn}次" for turn in range(1, number)
            ]
        records = list(decisions.every())
        assert [record.seq for record in records] == list(range(1, sum(rounds) + 1))
    assert len(done) == 2


def test_what_an_interrupted_rebuild_left_is_said_and_removed_on_demand(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*_: Any) -> int:
        raise BrokenPipeError

    monkeypatch.setattr(rebuild, "_counted", dies)
    with pytest.raises(BrokenPipeError):
        connection.wait(rebuild.rebuild(connection, ElasticSettings()))
    assert indices(connection) == {f"{store}-v{SCHEMA_VERSION}-000001": True for store in STORES}, (
        "it tidies up behind itself"
    )
    monkeypatch.undo()

    name = f"{connection.place.prefix}-listings-v{SCHEMA_VERSION}-000002"  # killed: nobody could
    connection.wait(connection.client.indices.create(index=name))
    with pytest.raises(IndexUnavailable, match="--over"):
        connection.wait(rebuild.rebuild(connection, ElasticSettings()))
    connection.wait(rebuild.rebuild(connection, ElasticSettings(), over=True))
    assert indices(connection) == {f"{store}-v{SCHEMA_VERSION}-00000{n}": n == 3 for store in STORES for n in (1, 3)}


def test_there_is_no_way_back_before_the_first_rebuild(connection: Connection) -> None:
    with pytest.raises(IndexUnavailable, match=r"退回|go back"):
        connection.wait(rebuild.roll_back(connection))


def test_a_view_deleted_meanwhile_is_not_there_afterwards(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, client = f"{connection.place.prefix}-pictures", connection.client
    for number in range(3):
        connection.wait(client.index(index=name, id=str(number), document={"id": str(number), "body": {}}))
    real = rebuild._Mover._finish

    async def finish(self: Any, old: rebuild.Place, new: rebuild.Place, since: int) -> rebuild.Swapped:
        if old.store == "pictures":
            await client.indices.put_settings(index=old.index, settings={"index.blocks.write": None})
            await client.delete(index=old.index, id="1")
        return await real(self, old, new, since)

    monkeypatch.setattr(rebuild._Mover, "_finish", finish)
    done = connection.wait(rebuild.rebuild(connection, ElasticSettings()))
    assert next(one.documents for one in done if one.store == "pictures") == 2
    assert not connection.wait(client.exists(index=name, id="1"))
