"""App stores: what each is asked, and that no answer, however odd, breaks them."""

import asyncio
import json
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import scrapy
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy.http import HtmlResponse, Response
from scrapy.robotstxt import ProtegoRobotParser

from apk_analysis.fingerprint import Problem
from crawler.admission import admitted
from crawler.families.app_store import AppStore, ChineseStore, below, whole
from crawler.robots import AGENT, _is_page
from crawler.writing import read, write
from index.model import Listing
from tests.spiders.cases import SPIDERS, Case, own_cases

STORES = {name: spider for name, spider in SPIDERS.items() if issubclass(spider, AppStore)}
JSON_CASES = [case for case in own_cases() if case.spider in STORES and (case.folder / "response.json").exists()]
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=8),
    st.sampled_from(["javascript:alert(1)", "http://[", "<b>x", "9" * 400, "1e999", "../..", "\x00", "2026-99-99"]),
    st.lists(st.none() | st.text(max_size=3), max_size=3), st.dictionaries(st.text(max_size=3), st.none(), max_size=2),
)  # fmt: skip
NOW = datetime(2026, 11, 28, 8, 0, tzinfo=UTC)
DATE = {"Date": format_datetime(NOW, usegmt=True)}


def asked(spider: AppStore) -> list[scrapy.Request]:
    """The first requests of a run."""

    async def collect() -> list[scrapy.Request]:
        return [request async for request in spider.start()]

    return asyncio.run(collect())


def of_queries(name: str, *queries: str) -> list[scrapy.Request]:
    """What is asked for the queries, after a code or the time where the store wants one first."""
    spider = STORES[name](queries=queries)
    requests = asked(spider)
    if name == "huawei_appgallery":
        page = Response(requests[0].url, body=b'"a code as the store gives it"', headers=DATE)
        requests = list(spider.parse_code(page))
    elif name == "honor":
        requests = list(spider.parse_time(Response(requests[0].url, status=404, headers=DATE)))
    return requests


def test_there_are_the_stores_that_were_promised() -> None:
    proven = {"aptoide", "apple_itunes", "google_play"}
    unproven = {"huawei_appgallery", "tencent_myapp", "xiaomi", "vivo", "honor", "wandoujia", "rustore"}
    assert {name for name, store in STORES.items() if store.access == "open"} == proven
    assert {name for name, store in STORES.items() if store.access == "unproven"} == unproven
    assert all(store.country and store.abuse_contact and not store.shows_all for store in STORES.values())
    assert all(store.utc_offset == 8 for store in STORES.values() if issubclass(store, ChineseStore))


@pytest.mark.parametrize("name", STORES)
def test_every_store_is_asked_for_words_and_for_packages(name: str) -> None:
    assert STORES[name].searches() and STORES[name].looks_up()
    for query in ("深问 & 换脸", "com.example.shenwen"):
        requests = of_queries(name, query)
        assert requests
        for request in requests:
            assert request.url.startswith("https://")
            spider = request.callback.__self__
            written = read(write(request, spider), spider)  # what a stopped run keeps of it
            assert (written.url, written.body, written.headers) == (request.url, request.body, request.headers)
        sent = json.dumps([(parse_qs(urlsplit(one.url).query), urlsplit(one.url).path) for one in requests]) + "".join(
            json.dumps(json.loads(one.body)) for one in requests if one.body
        )
        assert json.dumps(query)[1:-1] in sent


@pytest.mark.parametrize("name", [name for name, store in STORES.items() if store.walks])
def test_a_walk_begins_somewhere(name: str) -> None:
    requests = asked(STORES[name]())
    assert requests and all(request.url.startswith("https://") for request in requests)


def test_apple_is_asked_storefront_by_storefront_and_for_both_kinds_of_machines() -> None:
    queries = [parse_qs(urlsplit(request.url).query) for request in of_queries("apple_itunes", "豆包")]
    assert {(one["country"][0], one["entity"][0]) for one in queries} >= {("cn", "software"), ("us", "macSoftware")}
    pages = ("https://apps.apple.com/jp/app/x/id900000001?mt=12", "https://apps.apple.com/jp/developer/y/id900000009")
    looks = [parse_qs(urlsplit(one.url).query) for one in asked(STORES["apple_itunes"](start=list(pages)))]
    assert {(one["country"][0], one["id"][0]) for one in looks} == {("jp", "900000001"), ("jp", "900000009")}


def test_aptoide_is_asked_for_the_md5_of_a_file() -> None:
    (request,) = of_queries("aptoide", "AB" * 16)
    assert parse_qs(urlsplit(request.url).query) == {"apk_md5sum": ["ab" * 16]}


def test_huaweis_code_goes_with_every_question_and_its_children() -> None:
    stamp = str(int(NOW.timestamp() * 1000))
    (first,) = of_queries("huawei_appgallery", "深问")
    assert first.headers["interface-code"] == f"a code as the store gives it_{stamp}".encode()
    body = json.dumps({"rtnCode": 0, "layoutData": [{"dataList": [{"appid": "C1000001"}]}]}).encode()
    children = list(first.callback(Response(first.url, body=body, request=first), **first.cb_kwargs))
    assert children and all(one.headers["interface-code"] == first.headers["interface-code"] for one in children)


def test_honors_questions_carry_the_servers_time() -> None:
    for request in of_queries("honor", "深问", "com.example.shenwen"):
        assert json.loads(request.body)["tInfo"]["timestamp"] == int(NOW.timestamp() * 1000)
        assert request.headers["x-uuid"] != request.headers["traceid"]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in inner for place in places(part, (*path, key)))]


def put(value: Any, path: tuple[Any, ...], junk: Any) -> Any:
    if not path:
        return junk
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = put(copied[path[0]], path[1:], junk)
    return copied


@pytest.mark.parametrize("case", JSON_CASES, ids=str)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_answer_breaks_a_store(case: Case, data: st.DataObject) -> None:
    try:
        answer = json.loads((case.folder / "response.json").read_text("utf-8"))
    except ValueError:
        return  # the broken one
    for _ in range(data.draw(st.integers(1, 3))):
        answer = put(answer, data.draw(st.sampled_from(places(answer))), data.draw(JUNK))
    url = case.meta["url"]
    spider = STORES[case.spider]()
    page = Response(url, body=json.dumps(answer).encode("utf-8", "replace"), request=scrapy.Request(url), headers=DATE)
    for thing in getattr(spider, case.meta.get("callback", "parse"))(page, **case.meta.get("kwargs", {})):
        assert isinstance(thing, Listing | scrapy.Request | Problem)
        if isinstance(thing, Listing):
            admitted(thing)


@pytest.mark.parametrize("name", STORES)
@settings(max_examples=30, deadline=None)
@given(body=st.binary(max_size=300))
def test_any_bytes_are_a_problem_and_no_app(name: str, body: bytes) -> None:
    things = list(STORES[name]().parse(HtmlResponse("https://store.example.org/", body=body)))
    assert not any(isinstance(thing, Listing) for thing in things)
    assert any(isinstance(thing, Problem) for thing in things)


def test_values_are_taken_for_what_they_are() -> None:
    assert [whole(value) for value in ("12", 12.0, 12.5, -1, True, "x", 1e400, 2**80)] == [
        12, 12, None, None, None, None, None, None,
    ]  # fmt: skip
    assert below("https://e.org/p/", ["a/b", "/c", "https://x.org/d", "", None]) == [
        "https://e.org/p/a/b", "https://e.org/p/c", "https://x.org/d",
    ]  # fmt: skip
    app = STORES["aptoide"]().app
    shown = app("a.b", url="https://e.org/", title=" a\n b ", seller="Nova", bio=["Nova", "x"], version_code="007")
    assert shown is not None
    assert (shown.title, shown.bio, shown.version_code) == ("a b", "x", 7)
    assert app(None, url="https://e.org/") is None and app({"a": 1}, url="https://e.org/", native_id=[]) is None


@pytest.mark.shared
def test_why_google_plays_keywords_need_an_exemption_and_its_app_pages_none(shared: Path) -> None:
    rules = ProtegoRobotParser((shared / "recorded/robots/play.google.com.txt").read_bytes(), None)
    word, package = (of_queries("google_play", query)[0].url for query in ("深问", "com.example.shenwen"))
    assert STORES["google_play"].robots == "exempt"
    assert not rules.allowed(word, AGENT) and rules.allowed(package, AGENT)


@pytest.mark.shared
def test_aptoides_robots_page_holds_no_rules(shared: Path) -> None:
    assert STORES["aptoide"].robots == "obeyed"
    assert _is_page((shared / "recorded/robots/www.aptoide.com.txt").read_bytes())


def known(name: str, native_id: str, url: str) -> AppStore:
    listing = Listing(marketplace=name, native_id=native_id, url=url, title="x", source_kind="app_store")
    return STORES[name](listings=[("l1-0", listing)])


@pytest.mark.parametrize(
    ("name", "callback", "answer"),
    [
        ("aptoide", "parse_app", {"info": {"status": "FAIL"}, "errors": [{"code": "APP-1"}]}),
        ("apple_itunes", "parse", {"resultCount": 0, "results": []}),
        ("tencent_myapp", "parse", {"ret": 0, "app_detail_records": {}}),
    ],
)
def test_what_is_not_carried_is_news_only_where_it_was_before(name: str, callback: str, answer: object) -> None:
    page = Response("https://store.example.org/", body=json.dumps(answer).encode())
    assert list(getattr(STORES[name](), callback)(page)) == []
    (problem,) = getattr(known(name, "a/b.c", "https://store.example.org/"), callback)(page)
    assert problem.kind == "not_found"


def test_a_second_look_asks_for_that_app_alone() -> None:
    store = known("aptoide", "nova/com.example.shenwen", "https://shenwen.en.aptoide.com/app")
    (request,) = asked(store)
    assert parse_qs(urlsplit(request.url).query) == {"package_name": ["com.example.shenwen"], "store_name": ["nova"]}
    (request,) = asked(known("apple_itunes", "cn/900000001", "https://apps.apple.com/cn/app/id900000001"))
    assert parse_qs(urlsplit(request.url).query) == {"country": ["cn"], "id": ["900000001"]}


@pytest.mark.parametrize(
    ("name", "callback", "body", "url"),
    [
        (
            "huawei_appgallery",
            "parse_code",
            b'"a code as the store gives it"',
            "https://appgallery.huawei.com/app/C1000001",
        ),
        ("honor", "parse_time", b"", "https://appmarket-api-drcn.hispace.hihonorcloud.com/?pName=com.example.shenwen"),
    ],
)
def test_a_second_look_goes_through_what_has_to_be_asked_first(name: str, callback: str, body: bytes, url: str) -> None:
    store = known(name, "x", url)
    (first,) = asked(store)
    assert "listing" not in first.meta
    (second,) = getattr(store, callback)(Response(first.url, body=body, headers=DATE))
    assert second.meta["listing"] == "l1-0" and store.recheck_steps == 1
