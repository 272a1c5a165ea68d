"""What a server does to us in real life: it dies, fills up, is overrun, refuses, or is somebody else's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Barrier, Event
from urllib.parse import urlsplit

import pytest
from elasticsearch import Elasticsearch

from index.elastic import bulk, rejected
from index.elastic.bulk import Action, write
from index.elastic.connection import Connection, address
from index.elastic.decisions import ElasticDecisions
from index.elastic.store import ElasticIndex
from index.home import Home
from index.model import Observation
from index.open import open_index
from index.protocol import IndexUnavailable
from index.records import Overtaken
from index.settings import ElasticSettings
from index.spool.files import Spool
from index.spool.index import SpooledIndex
from index.spool.kept import Kept, perform
from tests.index.elastic.nodes import Node, in_front_of, never_answering
from tests.index.objects import judged, listing, own_id
from tests.index.test_contract import DAY

pytestmark = pytest.mark.elastic
OWN = ElasticSettings()


@contextmanager
def opened(place: str, settings: ElasticSettings = OWN) -> Iterator[ElasticIndex]:
    with closing(ElasticIndex(place, settings)) as index:
        yield index


@contextmanager
def blocked(place: str, block: str) -> Iterator[None]:
    """The indices refuse to be written, as at the disk watermark or by somebody's hand."""
    base, _, prefix = place.rpartition("/")
    with Elasticsearch(base, request_timeout=120) as client:
        client.indices.put_settings(index=f"{prefix}-*", settings={f"index.blocks.{block}": True})
        try:
            yield
        finally:
            client.indices.put_settings(index=f"{prefix}-*", settings={f"index.blocks.{block}": None})


def test_a_server_killed_in_the_middle_of_writing_has_everything_when_it_is_back(
    node: Node, place: str, home: Home
) -> None:
    turns = [[judged(listing(f"k{turn}-{n}"), flagged=True) for n in range(40)] for turn in range(12)]
    begun = Event()

    def fill() -> None:
        with closing(open_index(home, place)) as index:
            for number, turn in enumerate(turns):
                index.put(turn, run_id="run-kill", at=DAY.format(1))
                if number == 2:
                    begun.set()

    with opened(place), ThreadPoolExecutor(1) as pool:
        filling = pool.submit(fill)
        assert begun.wait(120)
        node.stop(kill=True)
        node.start()
        filling.result()
    with closing(open_index(home, place)) as index:
        index.put(turns[-1], run_id="run-kill", at=DAY.format(2))  # what this one wrote to, it sees at once
        assert index.count("native_id:k*", kind="listings") == 480
        assert sum(str(hit.value["url"]).startswith("https://market.example/k") for hit in index.scan("")) == 480
        assert index.status()["waiting"] == 0


@pytest.mark.parametrize("block", ["read_only_allow_delete", "write"])
def test_an_index_that_may_not_be_written_is_said_to_be_so_and_nothing_is_dropped(
    place: str, block: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "LONGEST_WAIT", 0.01)
    with opened(place) as index:
        index.put([judged(listing(f"old-{block}"))], run_id="r", at=DAY.format(1))
        with blocked(place, block):
            with pytest.raises(IndexUnavailable, match="block"):
                index.put([judged(listing(f"new-{block}"), flagged=True)], run_id="r", at=DAY.format(2))
            with pytest.raises(IndexUnavailable, match="block"):
                index.see_again([own_id(f"old-{block}")], at=DAY.format(3))
            with pytest.raises(IndexUnavailable, match="block"):
                index.put([judged(listing(f"old-{block}", title="改名"))], run_id="r", at=DAY.format(3))
        index.see_again([own_id(f"old-{block}")], at=DAY.format(3))
        found = index.get(own_id(f"old-{block}"))
        assert found and found.last_seen == DAY.format(3)


def test_a_server_that_is_overrun_is_asked_again_until_it_takes_everything(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "LONGEST_WAIT", 0.01)
    base, _, prefix = place.rpartition("/")
    met: dict[str, int] = {}

    def refuses(path: str) -> bool:
        met[path] = met.get(path, 0) + 1
        return met[path] % 3 != 0  # two of three, whatever is asked

    with in_front_of(base, refuses) as url, opened(f"{url}/{prefix}") as index:
        index.put([judged(listing(f"s{n}"), flagged=True) for n in range(50)], run_id="r", at=DAY.format(1))
        assert index.count("native_id:s*", kind="listings") == 50
    assert met["/_bulk"] > 3


def test_a_server_that_never_has_time_is_given_up(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "LONGEST_WAIT", 0.01)
    base, _, prefix = place.rpartition("/")
    asked = []

    def refuses(path: str) -> bool:
        asked.append(path)
        return path == "/_bulk"

    with in_front_of(base, refuses) as url, opened(f"{url}/{prefix}") as index, pytest.raises(IndexUnavailable):
        index.put([judged(listing("never"))], run_id="r", at=DAY.format(1))
    assert asked.count("/_bulk") == bulk.ATTEMPTS


def test_a_server_that_hangs_is_asked_once() -> None:
    with never_answering() as (url, asked):
        for ask in (ElasticIndex, ElasticDecisions):
            with pytest.raises(IndexUnavailable, match="in time"):
                ask(url, ElasticSettings(timeout=0.2), write=False)
        with closing(Connection(address(url, OWN), ElasticSettings(timeout=0.2))) as connection:
            for call in (connection.client.search(), write(connection.client, [Action("index", "a", "1", {})])):
                with pytest.raises(IndexUnavailable, match="in time"):
                    connection.wait(call)
    assert [line.split()[0] for line in asked] == [b"GET", b"GET", b"POST", b"PUT"]


def test_a_crawl_waits_once_for_a_server_that_hangs_and_writes_into_the_spool(place: str, home: Home) -> None:
    base, _, prefix = place.rpartition("/")
    asked, hanging, over = [], Event(), Event()

    def hangs(path: str) -> bool:
        if hanging.is_set():
            asked.append(path)
            over.wait(600)
        return False

    with opened(place):
        pass  # making the indices may take a busy server long
    with in_front_of(base, hangs) as url:
        index = ElasticIndex(f"{url}/{prefix}", ElasticSettings(timeout=10))
        spooled = SpooledIndex(index, Spool(home.spool, place), clock=lambda: 0.0)
        hanging.set()
        with pytest.raises(IndexUnavailable, match="in time"):
            spooled.neighbours(["signer:ab"])
        for number in range(5):
            with pytest.raises(IndexUnavailable, match="in time"):
                spooled.neighbours([f"signer:{number}"])
            (put,) = spooled.put([judged(listing(f"hung-{number}"))], run_id="r", at=DAY.format(1))
            assert put.outcome == "kept" and spooled.see_again([put.id], at=DAY.format(2)) == {}
        assert len(asked) == 1
        hanging.clear()
        over.set()
        spooled.close()
    with opened(place) as index:
        assert index.count("native_id:hung*", kind="listings") == 5


def test_a_wrong_password_is_said_in_words(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guarded = Node(shared, tmp_path, COPYCATCH_ES_PASSWORD="right")
    guarded.start()
    try:
        monkeypatch.setenv("COPYCATCH_ELASTIC_PASSWORD", "wrong")
        with (
            pytest.raises(IndexUnavailable, match="login") as refused,
            opened(guarded.url, ElasticSettings(user="elastic")),
        ):
            pass
        assert "wrong name" in str(refused.value) and "right" not in str(refused.value)
        monkeypatch.setenv("COPYCATCH_ELASTIC_PASSWORD", "right")
        with opened(guarded.url, ElasticSettings(user="elastic")) as index:
            assert index.count("") == 0
    finally:
        guarded.stop(kill=True)


def test_an_expired_certificate_is_said_in_words(place: str, tmp_path: Path) -> None:
    base, _, prefix = place.rpartition("/")
    certificate = tmp_path / "expired.pem"
    settings = ElasticSettings(ca_file=str(certificate))
    with in_front_of(base, expired=certificate) as url, pytest.raises(IndexUnavailable, match=r"certificate.*expired"):
        ElasticIndex(f"{url}/{prefix}", settings)


def test_a_server_that_is_not_there_is_said_in_words(node: Node) -> None:
    with in_front_of(node.url) as url:
        pass  # gone again
    with pytest.raises(IndexUnavailable, match="cannot be reached"), opened(url):
        pass


def test_of_two_people_who_answer_one_unit_at_once_one_is_told(place: str) -> None:
    both = Barrier(2)

    def answer(by: str) -> bool:
        with closing(ElasticDecisions(place, OWN)) as decisions:
            both.wait(60)
            try:
                decisions.append("decision", "u1-both", {"answer": by}, at=DAY.format(1), by=by)
            except Overtaken:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(answer, ["li", "wang"])) == [False, True]
    with closing(ElasticDecisions(place, OWN)) as decisions:
        assert len(decisions.versions("decision", "u1-both")) == 1


def test_an_index_of_a_newer_version_is_left_alone(node: Node, place: str) -> None:
    newer = f"{node.url}/newer"
    with opened(newer):
        pass
    with Elasticsearch(node.url, request_timeout=120) as client:
        client.indices.put_mapping(index="newer-listings", meta={"schema_version": 99})
    for writing in (True, False):
        with pytest.raises(IndexUnavailable, match=r"newer version \(99"):
            ElasticIndex(newer, OWN, write=writing)
    with pytest.raises(IndexUnavailable, match=r"newer version \(99"):
        ElasticDecisions(newer, OWN)
    assert urlsplit(place).port == urlsplit(newer).port


def test_a_document_that_does_not_fit_is_kept_with_the_reason_and_the_others_are_written(
    node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd, file = f"{node.url}/odd", tmp_path / "logs" / "rejected.jsonl"
    with opened(odd):
        pass
    with Elasticsearch(node.url, request_timeout=120) as client:  # as somebody's own mapping might be
        (name, told), *_ = client.indices.get(index="odd-listings").items()
        told["mappings"]["properties"]["seller"] = {"type": "date"}
        client.indices.delete(index=name)
        client.indices.create(index=name, mappings=told["mappings"], aliases={"odd-listings": {}})
    with closing(ElasticIndex(odd, OWN, rejected=file)) as index:
        index.put([judged(listing(1)), judged(listing(2, seller="张示例"))], run_id="r", at=DAY.format(1))
        assert [hit.id for hit in index.search("", kind="listings")] == [own_id(1)]
        (line,) = map(json.loads, file.read_text("utf-8").splitlines())
        assert (line["id"], line["status"], line["document"]["seller"]) == (own_id(2), 400, ["张示例"])
        assert "seller" in line["reason"] and file.stat().st_mode & 0o777 == 0o600
        assert index.status()["rejected_bytes"] == file.stat().st_size
        monkeypatch.setattr(rejected, "LARGEST", file.stat().st_size)
        with pytest.raises(IndexUnavailable, match="full"):
            index.put([judged(listing(3, seller="李示例"))], run_id="r", at=DAY.format(1))
    with opened(odd) as index, pytest.raises(IndexUnavailable, match="seller"):
        index.put([judged(listing(4, seller="王示例"))], run_id="r", at=DAY.format(1))


def test_what_was_carried_out_by_one_that_died_before_saying_so_stands_once(place: str, home: Home) -> None:
    name, spool = own_id("twice"), Spool(home.spool, place)
    looks = [Observation(listing_id=name, at=DAY.format(2), state="seen", run_id="r", detail=one) for one in "ab"]
    with opened(place) as index:
        index.put([judged(listing("twice", title="一"), flagged=True)], run_id="r", at=DAY.format(1))
    for kept in (
        Kept(call="put", judged=(judged(listing("twice", title="二")),), run_id="r", at=DAY.format(2)),
        Kept(call="observe", observations=tuple(looks)),
    ):
        spool.keep(kept)
        with opened(place) as index:
            perform(index, kept)  # and the process dies before the file is gone
        with closing(open_index(home, place)) as index:
            assert index.status()["waiting"] == 0
    with opened(place) as index:
        assert [look.detail for look in index.observations(name)] == ["a", "b"]
        titles = [(one["old"], one["new"]) for one in index.history(name) if one["field"] == "title"]
        found = index.get(name)
        assert titles == [("一", "二")] and found and found.value["title"] == "二"
