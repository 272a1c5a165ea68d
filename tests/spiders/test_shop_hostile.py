"""Shops and code hosts that answer with anything: nothing raises, and what is a listing can be carried."""

import copy
import json
import re
from typing import Any

import pytest
import scrapy
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy.http import HtmlResponse, Request, Response

from apk_analysis.fingerprint import Problem
from crawler.admission import admitted
from crawler.families.addresses import samples_in
from crawler.families.shop_pages import ShopPages
from crawler.links import singly
from crawler.writing import write
from index.model import Listing
from tests.spiders.cases import SPIDERS, Case, own_cases
from tests.spiders.test_families import hostile_pages

NAMES = {"wordpress", "woocommerce", "shopify", "gumroad", "github_releases"}
ANSWERS = [case for case in own_cases() if case.spider in NAMES and (case.folder / "response.json").exists()]
SHOPS = [spider for spider in SPIDERS.values() if issubclass(spider, ShopPages)]
BAD = st.sampled_from(
    [None, True, -1, 0, 10**30, 1e308, "", " ", "x" * 5000, "\ud800", "\0", "<b>x", "&#0;", "javascript:1", "//[", "http://[x",
     "http://e.org:99999/", "//[/a.apk", "<a href='//[/b.apk'>x</a>", "../..", "0000-00-00", "1e999", "9" * 400, [], [None], [[]], {}, {"rendered": [1]}, {"id": {}}]
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths to everything in the value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in inner for place in places(part, (*path, key)))]


def put(value: Any, path: tuple[Any, ...], bad: Any) -> Any:
    if not path:
        return bad
    value = copy.copy(value)
    value[path[0]] = put(value[path[0]], path[1:], bad)
    return value


def check(spider: Any, things: Any) -> None:
    for thing in singly(things):
        assert isinstance(thing, Listing | Problem | scrapy.Request)
        if isinstance(thing, Listing):
            admitted(thing)
            assert thing.marketplace == spider.marketplace(thing.url)
        elif isinstance(thing, scrapy.Request):
            assert write(thing, spider)


@pytest.mark.parametrize("case", ANSWERS, ids=str)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_an_answer_with_anything_in_any_place(case: Case, data: st.DataObject) -> None:
    value = json.loads((case.folder / "response.json").read_text("utf-8"))
    for _ in range(data.draw(st.integers(1, 3))):
        value = put(value, data.draw(st.sampled_from(places(value))), data.draw(BAD))
    spider = SPIDERS[case.spider]()
    body = json.dumps(value).encode()
    answer = Response(case.meta["url"], body=body, headers=case.meta.get("headers"), request=Request(case.meta["url"]))
    check(spider, getattr(spider, case.meta["callback"])(answer, **case.meta.get("kwargs", {})))


def test_an_address_that_is_none_hides_no_other() -> None:
    """A seller could keep a whole page from being read otherwise."""
    links = [("//[/a.apk", ""), ("http://[x/b.apk", "b"), ("/c.apk", "c"), ("javascript:d.apk", "")]
    assert samples_in("http://[y/e.apk", links, "https://e.org/x") == ("https://e.org/c.apk",)


@pytest.mark.parametrize("page", list(hostile_pages()), ids=range(len(list(hostile_pages()))))
def test_hostile_pages_never_raise(page: bytes) -> None:
    urls = (
        "https://e.org/goods.php?id=1",
        "https://e.org/?route=product/product&product_id=1",
        "https://e.org/catalogue/x_1/",
    )
    for spider in [made() for made in (*SHOPS, *(SPIDERS[name] for name in sorted(NAMES)))]:
        for url in urls:
            check(spider, spider.parse(HtmlResponse(url, body=page, request=Request(url))))


@pytest.mark.parametrize(
    "part",
    ["a/", "goods.php?id=", "/goods-", "&route=product/product", "?product_id=", "/catalogue/", "_1", "&sort=", "/category.php?"],
)  # fmt: skip
def test_patterns_take_no_time_for_hostile_addresses(part: str) -> None:
    """A pattern that tries every way through an address would run for hours here."""
    address = "https://e.org/" + part * (3900 // len(part))
    for shop in SHOPS:
        for pattern in (shop.product_link, shop.list_link, shop.idle_link, shop.date or "x", *shop.counters.values()):
            for _ in range(20):
                re.search(pattern, address)
