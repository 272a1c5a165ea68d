"""What a second look says, page by page; nothing is concluded from a page that was not understood."""

import json
from dataclasses import replace

import pytest
import scrapy
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import HtmlResponse, Request

from apk_analysis.fingerprint import Problem
from crawler.looks import DOWNLOAD_GONE, STEP, Look, Saw
from index.ids import listing_id
from index.model import Listing

BEFORE = Listing(
    marketplace="shop:e.org", native_id="7", url="https://e.org/app/7", title="豆包助手 破解版", source_kind="app_store",
    description="其他平台已下架，\n本店可下\n该应用不存在限制", reviews=("商品已下架？",), download_urls=("https://e.org/7.apk",),
)  # fmt: skip
NAME = listing_id("shop:e.org", "7")
NAV = "<nav><a href=/>首页</a><a href=/x>某应用已下架公告</a></nav>"


def look(
    body: str | bytes, *things: object, url: str = BEFORE.url, redirected: bool = False, steps: int = 0
) -> list[Saw]:
    meta = {"listing": NAME, **({"redirect_urls": [BEFORE.url]} if redirected else {})}
    raw = body if isinstance(body, bytes) else body.encode()
    one = Look({NAME: BEFORE}, HtmlResponse(url, body=raw, request=Request(url, meta=meta)), steps)
    for thing in things:
        one.takes(thing)
    return list(one.saw())


def state(*args: object, **kwargs: object) -> str:
    [saw] = look(*args, **kwargs)
    assert saw.listing_id == NAME
    return saw.state


OWN = f"<h1>{BEFORE.title}</h1><p>{BEFORE.description.replace(chr(10), '<br>')}</p><p>商品已下架？</p>"


@pytest.mark.parametrize(
    ("page", "now", "expected"),
    [
        (OWN, BEFORE, "seen"),
        (NAV + OWN, BEFORE, "seen"),  # what links say is about other things
        (OWN + "<a>相关：某某应用已下架</a>", BEFORE, "seen"),
        (OWN + "<div class=btn>该应用已下架</div>", BEFORE, "off_shelf"),
        (OWN + "<button disabled>暂停下载</button>", BEFORE, "off_shelf"),
        (OWN + "<p>This app is no longer available</p>", BEFORE, "off_shelf"),
        (OWN + "<p>This app is not available in your country</p>", BEFORE, "seen"),
        (OWN + "<p>本平台对违规应用一律下架处理，欢迎广大用户监督举报，共同维护清朗的网络空间环境，让大家放心使用本平台的服务</p>", BEFORE, "seen"),
        (OWN, replace(BEFORE, download_urls=()), "off_shelf"),
        (OWN + '<script type="application/ld+json">{"availability":"https://schema.org/Discontinued"}</script>', BEFORE, "off_shelf"),
        (json.dumps({"app": BEFORE.title, "other": "旧版已下架"}), BEFORE, "seen"),
    ],
)  # fmt: skip
def test_a_page_with_the_listing_on_it(page: str, now: Listing, expected: str) -> None:
    assert state(page, now) == expected


@pytest.mark.parametrize(
    ("page", "kwargs", "expected"),
    [
        ("<h1>该应用不存在</h1>", {}, "gone"),
        (NAV + "<div>抱歉，您访问的商品不存在</div>", {}, "gone"),
        ("<div>该应用已下架</div>", {}, "gone"),
        (f"<h1>{BEFORE.title}</h1><div>该应用已下架</div>", {}, "off_shelf"),
        ('{"code":404,"msg":"app not exist"}', {}, "gone"),
        ('{"msg":"\\u8be5\\u5546\\u54c1\\u5df2\\u4e0b\\u67b6"}', {}, "gone"),
        (f"<article><h1>{BEFORE.title}</h1>{'正文' * 50}</article>", {}, "seen"),  # a feed's article, in its own markup
        ("<h1>欢迎</h1><p>热门应用</p>", {"redirected": True, "url": "https://e.org/"}, "moved"),
        ("<h1>另一个应用</h1>", {"redirected": True, "url": "https://e.org/app/9"}, "moved"),
        (
            "<h1>另一个应用</h1>",
            {"redirected": True, "url": "http://www.e.org/app/7?utm_source=x"},
            "error",
        ),  # not elsewhere
        ("<h1>改版后的页面</h1><p>什么都认不出</p>", {}, "error"),
        ("", {}, "error"),
        (b"\xff\xfe\x00", {}, "error"),
        ("<p>Not available in your region</p>", {}, "error"),
        ("[" * 5000, {}, "error"),
    ],
)
def test_a_page_without_the_listing_on_it(page: str | bytes, kwargs: dict[str, object], expected: str) -> None:
    other = replace(BEFORE, native_id="9")
    assert state(page, other, **kwargs) == expected


def test_what_the_spider_says_of_its_source_counts_first() -> None:
    assert state("<p>x", Problem(part="page", kind="not_found", detail="code 500102")) == "gone"
    assert state("<p>x", Problem(part="page", kind="off_shelf", detail="status 2")) == "off_shelf"
    assert state(OWN, BEFORE, Problem(part="page", kind="off_shelf", detail="status 2")) == "off_shelf"
    [saw] = look("<p>x", Problem(part="page", kind="not_understood", detail="no thread"))
    assert (saw.state, saw.detail) == ("error", "no thread")


def test_what_a_download_that_is_gone_is_called_has_a_text() -> None:
    assert look(OWN, replace(BEFORE, download_urls=()))[0].detail == DOWNLOAD_GONE


def test_nothing_but_the_listings_is_taken_and_further_pages_only_so_far() -> None:
    response = HtmlResponse(BEFORE.url, body=b"x", request=Request(BEFORE.url, meta={"listing": NAME}))
    none = Look({NAME: BEFORE}, response, 0)
    assert none.takes(BEFORE) and not none.takes(replace(BEFORE, native_id="9"))
    assert not none.takes(Request("https://e.org/next"))
    one = Look({NAME: BEFORE}, response, 1)
    child = scrapy.Request("https://e.org/releases")
    assert one.takes(child) and child.meta["listing"] == NAME and list(one.saw()) == []  # the next answer decides
    later = Look({NAME: BEFORE}, HtmlResponse(child.url, body=OWN.encode(), request=child), 1)
    assert not later.takes(Request("https://e.org/deeper")) and child.meta[STEP] == 1
    later.takes(BEFORE)
    assert [saw.state for saw in later.saw()] == ["seen"]


def test_an_index_shows_many_and_says_nothing_of_the_others() -> None:
    other = replace(BEFORE, native_id="8", title="甲")
    known = {listing_id(one.marketplace, one.native_id): one for one in (BEFORE, other)}
    one = Look(
        known, HtmlResponse("https://e.org/index.json", body=b"{}", request=Request("https://e.org/index.json")), 4
    )
    one.takes(BEFORE)
    assert [(saw.listing_id, saw.state) for saw in one.saw()] == [(NAME, "seen")]


@given(st.binary(max_size=600) | st.text(max_size=600).map(str.encode), st.booleans())
def test_no_page_raises_or_makes_a_listing_gone_without_words(body: bytes, redirected: bool) -> None:
    [saw] = look(body, redirected=redirected)
    assert saw.state in {"error", "seen", "gone", "off_shelf", "moved"}
    assert saw.state != "moved"  # it was not led elsewhere
