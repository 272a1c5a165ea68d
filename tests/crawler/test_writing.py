"""Requests survive being written down, and nothing else is written."""

import json

import pytest
import scrapy
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import JsonRequest

from crawler.writing import TRANSIENT, read, write
from tests.crawler.shop_spider import ShopSpider

SPIDER = ShopSpider()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(
    body=st.binary(max_size=50),
    meta=st.dictionaries(st.sampled_from(["page", "kind", "shop"]), JSON, max_size=3),
    priority=st.integers(-5, 5),
    dont_filter=st.booleans(),
    header=st.binary(max_size=20),
)
def test_a_request_is_the_same_afterwards(
    body: bytes, meta: dict, priority: int, *, dont_filter: bool, header: bytes
) -> None:
    request = scrapy.Request(
        "https://example.org/搜索?q=豆包&page=2",
        callback=SPIDER.parse_item,
        errback=SPIDER.parse,
        method="POST",
        body=body,
        meta=dict(meta),
        priority=priority,
        dont_filter=dont_filter,
        headers={"X-Thing": [header, b"second"]},
        cb_kwargs=dict(meta),
    )
    again = read(write(request, SPIDER), SPIDER)
    assert again.to_dict(spider=SPIDER) == request.to_dict(spider=SPIDER)


def test_a_plain_request_is_short() -> None:
    assert write(scrapy.Request("https://example.org/"), SPIDER) == b'{"url":"https://example.org/"}'


def test_a_json_request_keeps_its_body_and_type() -> None:
    again = read(write(JsonRequest("https://example.org/", data={"q": "换脸"}), SPIDER), SPIDER)
    assert again.method == "POST" and json.loads(again.body) == {"q": "换脸"}
    assert again.headers["Content-Type"] == b"application/json"


def test_what_belongs_to_one_fetch_is_not_inherited() -> None:
    request = scrapy.Request("https://example.org/", meta={**dict.fromkeys(TRANSIENT, 1), "page": 2})
    assert read(write(request, SPIDER), SPIDER).meta == {"page": 2}


@pytest.mark.parametrize("callback", [lambda response: None, print, ShopSpider().parse])
def test_a_callback_that_is_no_method_of_the_spider_is_refused(callback: object) -> None:
    with pytest.raises(ValueError, match="method of the spider"):
        write(scrapy.Request("https://example.org/", callback=callback), SPIDER)


def test_meta_that_is_not_plain_is_refused() -> None:
    with pytest.raises(TypeError):
        write(scrapy.Request("https://example.org/", meta={"thing": object()}), SPIDER)


@pytest.mark.parametrize("written", [b"", b"[]", b"{", b'{"url":"https://example.org/","callback":"parse_nothing"}'])
def test_what_cannot_be_read_any_more_is_named(written: bytes) -> None:
    with pytest.raises(ValueError, match=r"parse_nothing|object|truncated|malformed|data"):
        read(written, SPIDER)
