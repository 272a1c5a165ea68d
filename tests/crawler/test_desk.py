"""The desk: a page is acknowledged when nothing of it is under way, and not before."""

import asyncio
from pathlib import Path

import pytest
import scrapy

from crawler.desk import LEASE_KEY, MAX_ADDRESS, MAX_ATTEMPTS, Desk
from crawler.frontier import FrontierError, Waiting
from crawler.runs import OpenRun, Order, open_run
from index.home import Home
from tests.crawler.shop_spider import ShopSpider

SPIDER = ShopSpider()


def begun(home: Path, start: str = "https://example.org/") -> OpenRun:
    return open_run(Home(home).prepare(), Order(spider="shop", start=(start,)))


def desk_of(run: OpenRun, failures: list[FrontierError] | None = None) -> Desk:
    return Desk(
        run,
        SPIDER,
        fingerprint=lambda request: request.url.encode(),
        max_depth=3,
        settled=lambda: None,
        failed=[].append if failures is None else failures.append,
    )


def request(name: str, **more: object) -> scrapy.Request:
    return scrapy.Request(f"https://example.org/{name}", callback=SPIDER.parse_item, **more)


def claimed(desk: Desk, count: int = 9) -> list[scrapy.Request]:
    return desk.claim(count, lambda failure: ())


def response(of: scrapy.Request) -> scrapy.http.Response:
    return scrapy.http.Response(of.url, request=of)


def test_a_page_is_acknowledged_when_its_callback_and_all_its_listings_are_done(own_home: Path) -> None:
    async def walk() -> None:
        run = begun(own_home)
        desk = desk_of(run)
        desk.seed([request("a")])
        [leased] = claimed(desk)
        page = desk.page_of(response(leased))
        page.hold()
        desk.keep_child(page, request("b"))
        page.release()  # the callback is exhausted, its listing is not stored
        desk.settle()
        assert run.frontier.waiting == 1 and claimed(desk) == []
        page.release()
        assert [child.url for child in claimed(desk)] == ["https://example.org/b"]
        assert run.tally.counts["pages"] == 1 and desk.busy
        desk.close()

    asyncio.run(walk())


def test_an_unfinished_run_of_the_same_order_is_resumed_and_of_another_one_not(own_home: Path) -> None:
    run = begun(own_home)
    desk_of(run).seed([request("a"), request("b")])
    assert len(claimed(desk_of(run), 1)) == 1
    run.tally.count("pages", 7)
    run.tally.sighted("l1-x", b"digest")
    run.tally.save(run.frontier)
    run.frontier.close()
    other = begun(own_home, "https://example.org/other")
    assert other.id != run.id and not other.resumed
    other.frontier.close()
    again = begun(own_home)
    assert again.id == run.id and again.resumed and again.started_at == run.started_at
    assert again.tally.counts == {"pages": 7} and again.tally.seen == {"l1-x": b"digest"}
    assert len(claimed(desk_of(again))) == 2
    again.frontier.close()


def test_what_cannot_be_fetched_any_more_is_given_up_and_counted(own_home: Path) -> None:
    run = begun(own_home)
    run.frontier.seed([Waiting(request=b'{"url":"https://example.org/","callback":"gone"}', fingerprint=None)])
    desk = desk_of(run)
    run.frontier.add([desk.written(request("killer"))])
    for _ in range(MAX_ATTEMPTS):
        leased = claimed(desk)
        assert [each.url for each in leased] == ["https://example.org/killer"]
        desk.give_back(leased)
        run.frontier.close()  # as if the process had died
        run = begun(own_home)
        desk = desk_of(run)
    assert claimed(desk) == [] and run.frontier.waiting == 0
    assert run.tally.problems == {"crashed_repeatedly": 1}
    run.frontier.close()


def test_traps_are_not_followed(own_home: Path) -> None:
    run = begun(own_home)
    desk = desk_of(run)
    desk.seed([request("a")])
    page = desk.page_of(response(claimed(desk)[0]))
    desk.keep_child(page, request("x" * MAX_ADDRESS))
    assert [problem.kind for problem in page.problems] == ["trap"] and page.children == []
    deep = page
    deep.task = page.task.__class__(id=page.task.id, request=b"", depth=3, attempts=1)
    desk.keep_child(deep, request("b"))
    assert len(page.problems) == 2 and page.children == []
    run.frontier.close()


def test_a_first_request_is_known_to_pages_that_link_back(own_home: Path) -> None:
    run = begun(own_home)
    desk = desk_of(run)
    desk.seed([request("a", dont_filter=True)])
    desk.add(request("a"))
    assert run.frontier.waiting == 1
    run.frontier.close()


def test_a_child_does_not_inherit_the_lease(own_home: Path) -> None:
    run = begun(own_home)
    desk = desk_of(run)
    desk.seed([request("a")])
    [leased] = claimed(desk)
    desk.add(request("b", meta=dict(leased.meta)))
    [child] = claimed(desk)
    assert child.meta[LEASE_KEY] != leased.meta[LEASE_KEY]
    run.frontier.close()


def test_a_frontier_that_fails_is_reported_and_nothing_is_acknowledged(own_home: Path) -> None:
    async def walk() -> None:
        run = begun(own_home)
        failures: list[FrontierError] = []
        desk = desk_of(run, failures)
        desk.seed([request("a")])
        page = desk.page_of(response(claimed(desk)[0]))
        run.frontier.close()
        page.release()
        desk.settle()
        assert len(failures) == 1 and "closed" in str(failures[0])

    asyncio.run(walk())
    again = begun(own_home)
    assert again.frontier.waiting == 1
    again.frontier.close()


@pytest.mark.parametrize("limit", [None, 5])
def test_only_an_order_without_bounds_is_full(limit: int | None) -> None:
    assert Order(spider="shop", limit=limit).full is (limit is None)
    assert not Order(spider="shop", queries=("豆包",)).full
    assert not Order(spider="shop", since="7d").full
