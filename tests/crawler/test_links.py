"""Links in one piece: kept like a request for each, and when repeated neither made nor written nor stored again."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import scrapy

from crawler import link_memory
from crawler.desk import MAX_ADDRESS, Desk
from crawler.frontier import Waiting
from crawler.link_memory import LONGEST_ARGUMENTS, LinkMemory
from crawler.links import Links, singly
from crawler.page import Page
from crawler.writing import read
from tests.crawler.shop_spider import ShopSpider
from tests.crawler.test_desk import SPIDER, begun, claimed, desk_of, request, response

ADDRESSES = [f"https://example.org/{name}" for name in ("a", "b", "c?d=e&f", "中", "b")]
MADE: Counter[str] = Counter()


class Counted(Links):
    """Links that count the requests made of them."""

    def request(self, url: str) -> scrapy.Request:
        MADE[url] += 1
        return super().request(url)


@pytest.fixture(autouse=True)
def none_made() -> None:
    MADE.clear()


def opened(home: Path, name: str = "start") -> tuple[Desk, Page]:
    desk = desk_of(begun(home, f"https://example.org/{name}"))
    desk.seed([request(name)])
    page = desk.page_of(response(claimed(desk)[0]))
    assert page is not None
    return desk, page


def another(page: Page) -> Page:
    return Page(task=page.task, closed=page.closed)


@pytest.mark.parametrize("kwargs", [{}, {"depth": 2}, {"names": ["甲", {"b": None}]}], ids=str)
def test_links_are_kept_like_a_request_for_each(own_home: Path, kwargs: dict[str, Any]) -> None:
    desk, page = opened(own_home)
    desk.keep_links(page, Links(ADDRESSES, SPIDER.parse_item, kwargs))
    by_request = another(page)
    for one in singly([Links(ADDRESSES, SPIDER.parse_item, kwargs)]):
        desk.keep_child(by_request, one)
    assert page.children == by_request.children and len(page.children) == len(ADDRESSES)
    kept = [read(child.request, SPIDER) for child in page.children]
    assert [one.cb_kwargs for one in kept] == [kwargs] * len(ADDRESSES)
    assert {one.callback for one in kept} == {SPIDER.parse_item}


def test_a_repeated_link_is_made_once(own_home: Path) -> None:
    desk, page = opened(own_home)
    pages = [page, another(page), another(page)]
    for one in pages:
        desk.keep_links(one, Counted(ADDRESSES, SPIDER.parse_item))
    assert set(MADE.values()) == {1} and set(MADE) == set(ADDRESSES)
    assert pages[0].children == pages[1].children == pages[2].children


def test_another_callback_or_argument_is_another_link(own_home: Path) -> None:
    desk, page = opened(own_home)
    for kwargs in ({}, {"depth": 1}, {"depth": True}, {"depth": 1.0}):
        for callback in (SPIDER.parse, SPIDER.parse_item):
            desk.keep_links(page, Counted(ADDRESSES[:1], callback, kwargs))
    assert len({child.request for child in page.children}) == len(page.children) == 8


def test_traps_among_links_are_not_followed(own_home: Path) -> None:
    desk, page = opened(own_home)
    long = f"https://example.org/{'x' * MAX_ADDRESS}"
    for one in (page, another(page)):
        desk.keep_links(one, Links([ADDRESSES[0], long, ADDRESSES[1]], SPIDER.parse_item))
        assert [problem.kind for problem in one.problems] == ["trap"] and len(one.children) == 2
    deep = another(page)
    deep.task = page.task.__class__(id=page.task.id, request=b"", depth=3, attempts=1)
    desk.keep_links(deep, Links(ADDRESSES[:2], SPIDER.parse_item))  # known, and too deep all the same
    assert [problem.kind for problem in deep.problems] == ["trap"] * 2 and not deep.children


@pytest.mark.parametrize(
    ("links", "error"),
    [
        (Links([ADDRESSES[0], "no address", ADDRESSES[1]], SPIDER.parse_item), ValueError),
        (Links(ADDRESSES, ShopSpider().parse_item), ValueError),
        (Links(ADDRESSES, SPIDER.parse_item, {"who": object()}), TypeError),
    ],
    ids=["address", "callback", "arguments"],
)
def test_what_the_frontier_cannot_keep_is_refused_and_what_came_before_is_kept(
    own_home: Path, links: Links, error: type[Exception]
) -> None:
    desk, page = opened(own_home)
    desk.keep_child(page, request("before"))
    for _ in range(2):
        with pytest.raises(error):
            desk.keep_links(page, links)
    assert page.children[0].fingerprint == b"https://example.org/before"


def waiting(name: str | None) -> Waiting:
    return Waiting(request=b"", fingerprint=None if name is None else name.encode())


def test_a_child_is_stored_once_and_not_before_its_transaction_was() -> None:
    memory = LinkMemory()
    children = [waiting("a"), waiting("b"), waiting("a"), waiting(None), waiting(None)]
    lost: set[bytes] = set()
    assert len(memory.to_store(children, lost)) == 4 and lost == {b"a", b"b"}
    stored: set[bytes] = set()  # the transaction failed: all of them again
    assert len(memory.to_store(children, stored)) == 4
    assert memory.to_store([waiting("a"), waiting("c")], stored) == [waiting("c")]
    memory.note(stored)
    assert memory.to_store(children, set()) == [waiting(None)] * 2


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_memory, "MOST_LINKS", 100)
    memory = LinkMemory()
    assert memory.known("x", {"replies": ["y" * LONGEST_ARGUMENTS]}) is None
    most = 0
    for number in range(1000):
        known = memory.known("x", {"page": number % 7})
        assert known is not None
        memory.keep(known, str(number), waiting("a"))
        memory.note({b"%d" % number})
        most = max(most, sum(map(len, memory._links.values())), len(memory._stored))
    assert 90 <= most <= 101


def test_things_one_by_one() -> None:
    links = Links(ADDRESSES[:2], SPIDER.parse, {"depth": 1})
    first, one, two = singly(["listing", links, Links([], SPIDER.parse)])
    assert first == "listing" and [one.url, two.url] == ADDRESSES[:2]
    assert one.callback == two.callback == SPIDER.parse and one.cb_kwargs == two.cb_kwargs == {"depth": 1}
    assert one.cb_kwargs is not two.cb_kwargs
