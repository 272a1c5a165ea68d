"""A crawl into a team's index whose server dies under way: the crawl goes on, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
from elasticsearch import Elasticsearch

from index.home import Home
from index.open import open_index
from index.spool.files import backlog
from tests.crawler.conftest import Crawl
from tests.crawler.site import Answer, Site, shop
from tests.index.elastic.nodes import Node, in_front_of

pytestmark = pytest.mark.elastic


@pytest.fixture(scope="module")
def node(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Runs again when a test is over."""
    own = Node(shared, tmp_path_factory.mktemp("node"))
    own.start()
    yield own
    own.stop(kill=True)


def holds_some(place: str) -> bool:
    """Whether a listing was written: a busy machine may have fetched many before the first one is."""
    base, _, prefix = place.rpartition("/")
    with Elasticsearch(base, request_timeout=120) as client:
        asked = client.options(ignore_status=404)
        asked.indices.refresh(index=f"{prefix}-listings")
        return bool(asked.count(index=f"{prefix}-listings").get("count"))


def dying(node: Node, place: str, at: int, back_at: int | None) -> object:
    """A shop of 40 listings. While it answers for one of them, the server that holds some dies, and for another it
    comes back.
    """
    honest, met = shop(8), []

    def route(path: str) -> Answer | None:
        if path.startswith("/item/") and path not in met:
            met.append(path)
            if len(met) == at:
                while not holds_some(place):
                    pass
                node.stop(kill=True)
            if len(met) == back_at:
                node.start()
        return honest(path)

    return route


def found(home: Path, url: str) -> dict[str, object]:
    """What is there once everything was carried out, by whoever opens the index next."""
    with closing(open_index(Home(home).prepare(), url)) as index:
        listings = {hit.id: hit.value for hit in index.scan("", kind="listings")}
        return {
            "listings": len(listings),
            "runs": [run.outcome for run in index.runs()],
            "waits": backlog(Home(home).spool),
        }


def test_a_crawl_goes_on_while_the_server_is_away(crawl: Crawl, own_home: Path, node: Node) -> None:
    place = f"{node.url}/away"
    with Site(dying(node, place, 10, 30)) as site:  # type: ignore[arg-type] # a route
        crawled = crawl(site, "/list/0", index=place)
    assert crawled.run["outcome"] == "healthy", (crawled.run, crawled.error, crawled.log[-3000:])
    assert crawled.counts["listings"] == 40 and 0 < crawled.counts["kept"] < 40
    assert found(own_home, place) == {"listings": 40, "runs": ["healthy"], "waits": (0, 0)}


def test_a_crawl_whose_server_stays_away_is_concluded_when_it_is_started_again(
    crawl: Crawl, own_home: Path, node: Node
) -> None:
    place = f"{node.url}/gone"
    with Site(dying(node, place, 10, None)) as site:  # type: ignore[arg-type] # a route
        crawled = crawl(site, "/list/0", index=place)
        assert crawled.error and crawled.error[0][0] == "IndexUnavailable" and "waits on this machine" in crawled.log
        waiting, unreadable = backlog(Home(own_home).spool)
        assert waiting and not unreadable
        node.start()
        again = crawl(site, "/list/0", index=place)
    assert again.run["outcome"] == "healthy", (again.run, again.error, again.log[-3000:])
    assert found(own_home, place) == {"listings": 40, "runs": ["healthy"], "waits": (0, 0)}


def test_a_crawl_goes_on_while_the_server_takes_requests_and_never_answers(
    crawl: Crawl, own_home: Path, node: Node, tmp_path: Path
) -> None:
    honest, met, hangs, over = shop(8), [], Event(), Event()
    hung: list[str] = []

    def route(path: str) -> Answer | None:
        if path.startswith("/item/") and path not in met:
            met.append(path)
            if len(met) == 10:
                hangs.set()
            if len(met) == 40:
                hangs.clear()
                over.set()
        return honest(path)

    def silent(path: str) -> bool:
        if hangs.is_set():
            hung.append(path)
            over.wait(600)
        return False

    found(own_home, f"{node.url}/hangs")  # made now: that takes longer than this crawl waits for an answer
    (tmp_path / "copycatch.toml").write_text("[elastic]\ntimeout = 5\n")
    with in_front_of(node.url, silent) as url, Site(route) as site:
        crawled = crawl(site, "/list/0", index=f"{url}/hangs", cwd=tmp_path)
    assert crawled.run.get("outcome") == "healthy", (crawled.run, crawled.error, crawled.log[-3000:])
    assert hung and crawled.counts["listings"] == 40 and crawled.counts["kept"]
    assert found(own_home, f"{node.url}/hangs") == {"listings": 40, "runs": ["healthy"], "waits": (0, 0)}
