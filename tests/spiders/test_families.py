"""The families: a further member is a few lines, and what they share is bounded and forgiving."""

import gzip
import inspect
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import scrapy
from scrapy.http import HtmlResponse, Response

from apk_analysis.fingerprint import Problem
from crawler.declarations import declared
from crawler.families.fdroid_repository import FdroidRepository
from crawler.families.feed_entries import read_feed
from crawler.families.moments import moment, stamp
from crawler.families.page_text import masked, plain, text_of
from crawler.families.readable import encoding_of, readable, sent_at
from crawler.families.rendered import RenderedPages
from crawler.families.schema_site import SchemaSite
from crawler.families.sitemap import MOST_ENTRIES, read_sitemap
from crawler.families.thread_board import ThreadBoard
from crawler.links import singly
from index.model import Listing
from tests.spiders.cases import Case, own_cases


# A further member of each family, whole.
class FlaskBoard(ThreadBoard):
    """Boards run by FlaskBB."""

    name = "flaskbb"
    proof = "recorded"
    format_confirmed = "2026-11-22"
    thread_link = r"^(?P<root>[^?]*)/topic/(?P<id>\d+)(?:-|$)"
    board_link = r"/forum/\d+"
    next_page = ".pagination a[rel=next]"
    empty_list = ".forum-body, .topic-body"
    title = (".topic-header a",)
    post = ".post-row"
    post_text = (".post-content",)
    post_author = (".author-name",)
    post_date = (".post-meta time::attr(datetime)",)

    def thread_address(self, found, url):
        return f"{found['root']}/topic/{found['id']}"


class AppSite(SchemaSite):
    name = "app_site"
    kind = "app_store"
    proof = "recorded"
    format_confirmed = "2026-11-22"
    one_site = True
    wanted = r"/app/"


class OneRepository(FdroidRepository):
    name = "one_repository"
    proof = "recorded"
    format_confirmed = "2026-11-22"
    one_site = True


class ScriptedShop(RenderedPages):
    name = "scripted_shop"
    proof = "synthetic"
    format_confirmed = "2026-11-22"
    card = "div.goods"
    parts = {"id": ".no", "title": "h3", "price": ".price", "seller": ".shop", "description": ".words"}  # noqa: RUF012


@pytest.mark.parametrize("member", [FlaskBoard, AppSite, OneRepository, ScriptedShop])
def test_a_further_member_is_at_most_twenty_lines(member: type) -> None:
    assert len(inspect.getsource(member).splitlines()) <= 20


@pytest.mark.shared
def test_the_further_board_reads_a_recorded_page(shared) -> None:
    address = "http://127.0.0.1:8813/topic/1-test-title-1?utm_source=x"
    page = HtmlResponse(address, body=(shared / "recorded/platforms/flaskbb_topic.html").read_bytes())
    (listing,) = FlaskBoard().parse(page)
    assert (listing.native_id, listing.url) == ("1", "http://127.0.0.1:8813/topic/1")
    assert (listing.title, listing.description) == ("Test Title 1", "Test Content")
    assert len(listing.reviews) == 1 and listing.published_at.startswith("2026-11-22T")


@pytest.mark.parametrize(
    "address",
    ["https://e.org/" + part * (3900 // len(part))
     for part in ("a/", "x", "1-a/", "threads/", "t=&", "/forum.php?mod=viewthread&", "/t/1", "/viewtopic.php?t=&",
                  "/showthread.php?", "?t=&", "%2Fthreads%2F", "/topic/")],
    ids=lambda address: address[14:34],
)  # fmt: skip
def test_patterns_take_no_time_for_hostile_addresses(address: str) -> None:
    """A pattern that tries every way through an address would run for hours here."""
    boards = [spider for spider in declared().values() if issubclass(spider, ThreadBoard)]
    for board in boards:
        for _ in range(20):
            for pattern in (board.thread_link, board.later_page, board.into_thread, board.board_link):
                re.search(pattern, address)


@pytest.mark.shared
def test_an_empty_board_is_empty_and_not_a_problem(shared) -> None:
    page = HtmlResponse("http://127.0.0.1:8812/forumdisplay.php?fid=2",
                        body=(shared / "recorded/platforms/mybb_list.html").read_bytes())  # fmt: skip

    class MyBb(FlaskBoard):
        thread_link = r"/showthread\.php\?tid=(?P<id>\d+)"
        board_link = r"/nothing"
        empty_list = ".tborder"

    assert not any(isinstance(thing, Problem | Listing) for thing in MyBb().parse(page))


def test_a_scripted_shop_reads_its_cards() -> None:
    body = '<div class="goods"><b class="no">7</b><h3>群控系统</h3><i class="price">￥300</i><p class="words">一机<br>一码</p></div>'
    (listing,) = list(ScriptedShop().offers(HtmlResponse("https://e.org/", body=body.encode())))
    assert (listing.native_id, listing.title, listing.price, listing.description) == (
        "7",
        "群控系统",
        "￥300",
        "一机\n一码",
    )
    (request,) = ScriptedShop().first_requests("https://e.org/")
    assert request.meta["playwright"] is True and json.dumps(request.meta)


@pytest.mark.shared
def test_every_recorded_json_ld_block_of_a_shop_is_read(shared) -> None:
    pages = json.loads((shared / "recorded/schema_org/zid_product_jsonld_2026.json").read_text("utf-8"))["pages"]
    listings = []
    for page in pages:
        blocks = "".join(f'<script type="application/ld+json">{block}</script>' for block in page["ld_json_blocks"])
        listings += AppSite().parse_page(HtmlResponse(page["url"], body=f"<html><body>{blocks}</body></html>".encode()))
    assert len(listings) == len(pages) and all(isinstance(listing, Listing) for listing in listings)
    assert all(listing.price.endswith("SAR") and listing.native_id.startswith("sku:") for listing in listings)
    assert {listing.url for listing in listings} == {page["url"] for page in pages}


@pytest.mark.parametrize(
    "before", ["<title>没有关的标题 ", "<textarea>", "<div><b>" * 400, "<table><tr><td title='<br><b>Deprecated</b>'>"]
)
def test_offers_of_broken_pages_are_read(before: str) -> None:
    page = f'<html>{before}<script type="application/ld+json">{{"@type": "Product", "name": "一键去衣"}}</script><p>x'
    (listing,) = AppSite().parse_page(HtmlResponse("https://e.org/1", body=page.encode()))
    assert listing.title == "一键去衣"


# Bounds


def sitemap_of(count: int) -> bytes:
    urls = b"".join(b"<url><loc>https://e.org/%d</loc></url>" % number for number in range(count))
    return b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>" + urls + b"</urlset>"


def test_a_sitemap_is_read_to_its_bound() -> None:
    body = gzip.compress(sitemap_of(MOST_ENTRIES + 5000), 1)
    sitemap = read_sitemap(Response("https://e.org/sitemap.xml.gz", body=body))
    assert len(sitemap.pages) == MOST_ENTRIES and sitemap.problem is not None and sitemap.problem.kind == "too_large"


def test_a_sitemap_bomb_is_not_inflated_whole() -> None:
    bomb = gzip.compress(b"<urlset>" + b" " * (200 << 20), 1)
    assert read_sitemap(Response("https://e.org/sitemap.xml.gz", body=bomb)).pages == ()


@pytest.mark.parametrize(
    "body", [b"", b"<urlset", b"<urlset>", b"<urlset><url><loc/></url>", b"\x1f\x8b", b"<urlset>\xff\xfe<url>"]
)
def test_odd_sitemaps_are_problems(body: bytes) -> None:
    assert read_sitemap(Response("https://e.org/sitemap.xml", body=body)).problem is not None


def test_a_feed_is_never_taken_for_a_file_or_an_address(tmp_path, monkeypatch) -> None:
    secret = tmp_path / "feed.xml"
    secret.write_text(
        "<rss version='2.0'><channel><item><title>secret</title><link>https://e.org</link></item></channel></rss>"
    )
    for body in (str(secret).encode(), b"http://127.0.0.1:1/feed", b"file://" + str(secret).encode()):
        feed = read_feed(Response("https://e.org/feed", body=body))
        assert feed.entries == () and feed.problem is not None


def test_a_large_feed_is_cut() -> None:
    items = b"".join(b"<item><link>https://e.org/%d</link></item>" % number for number in range(1200))
    feed = read_feed(Response("https://e.org/feed", body=b"<rss version='2.0'><channel>" + items + b"</channel></rss>"))
    assert len(feed.entries) == 1000


def hostile_pages() -> Iterator[bytes]:
    yield b""
    yield b"\0\0\0"
    yield b"<" * 5000
    yield b"<div>" * 20_000
    yield b"<table><tr><td>" * 3000
    yield b"\xff\xfe" + "<p>x".encode("utf-16-le")
    yield b'<script type="application/ld+json">' + b"[" * 50_000 + b"</script>"
    yield b'<script type="application/ld+json">{"@type":"Product","name":{"name":{"name":1}},"offers":[[[{}]]],"url":[{}],"image":{"url":[1]}}</script>'
    yield b'<script type="application/ld+json">{"@type":["Product",{"a":1}],"name":"x","sku":1e999,"review":["a",null],"aggregateRating":[[]]}</script>'
    yield b'<div itemscope itemtype="http://schema.org/Product" id="a" itemref="a"><p itemprop="name" itemscope itemref="a">x</p></div>'
    yield b"<body>x</html><head><meta property='og:title' content=x>"
    yield b"<meta charset='no-such-encoding'><a href='http://[broken'>x</a><a href='//:99999999/'>y</a><base href='http://[x'>"
    yield b"<a href='forum.php?mod=viewthread&tid=999999999999999999999'>x</a><table id='pid1'><td id='postmessage_1'>"


@pytest.mark.parametrize("page", list(hostile_pages()), ids=range(len(list(hostile_pages()))))
@pytest.mark.parametrize("member", [FlaskBoard, AppSite, ScriptedShop])
def test_hostile_pages_never_raise(member: type, page: bytes) -> None:
    for url in ("https://e.org/topic/1-x", "https://e.org/"):
        for thing in singly(member().parse(HtmlResponse(url, body=page))):
            assert isinstance(thing, Listing | Problem | scrapy.Request)


@pytest.mark.parametrize("sign", ["\x01", "\x0b", "\x1f", "\ufffe", "\0", ""], ids=ascii)
def test_control_characters_in_a_description_cost_no_listing(sign: str) -> None:
    said = json.dumps({"@type": "Product", "name": "Tee", "sku": "7", "description": "rot|blau"}).replace("|", sign)
    page = HtmlResponse("https://e.org/1", body=f"<script type='application/ld+json'>{said}</script>".encode())
    (found,) = (thing for thing in AppSite().parse(page) if isinstance(thing, Listing))
    assert found.title == "Tee" and found.description in {"rot blau", "rotblau"}


def hostile_answers() -> Iterator[bytes]:
    yield from (b"", b"null", b"[]", b"{}", b"0", b'"x"', b"\xff\xfe{", b"<html>", b"[" * 100_000, b'{"a":' * 50_000)
    for key in (
        "topic_list",
        "topics",
        "posts",
        "data",
        "post_stream",
        "categories",
        "included",
        "pagination",
        "links",
    ):
        for value in (
            "null",
            "1",
            '"x"',
            "[null, 1, [], {}]",
            '{"posts": [{"post_number": 1}], "topics": {}, "next": 1}',
        ):
            yield f'{{"tid": 1, "id": 1, "title": "t", "{key}": {value}}}'.encode()
    yield b'{"id": 1, "title": "t", "posts_count": 1e999, "post_stream": {"posts": [{"post_number": 1, "cooked": 5, "created_at": {}}]}}'
    yield b'{"id": 1, "title": "\\ud800", "post_stream": {"posts": [{"post_number": 1, "cooked": "\\udfff<p>", "username": []}]}}'
    yield b'{"data": {"id": "1", "attributes": {"title": "t"}}, "included": [{"type": "posts", "id": [], "relationships": 7}]}'


@pytest.mark.parametrize("name", ["discourse", "nodebb", "flarum", "v2ex"])
def test_hostile_answers_never_raise_and_are_never_listings_without_title(name: str) -> None:
    spider = declared()[name]()
    for body in hostile_answers():
        for url in ("https://e.org/api/x", "https://e.org/latest.json", "https://e.org/t/1.json"):
            for thing in singly(spider.parse(Response(url, body=body))):
                assert isinstance(thing, Listing | Problem | scrapy.Request)
                assert not isinstance(thing, Listing) or (thing.title and thing.native_id.isdigit())


TEXTS = [(case, page) for case in own_cases() for page in case.folder.glob("response.*") if page.suffix != ".gz"]


@pytest.mark.parametrize(
    "odd", [b"http://[", b"//[x]y", b"http://a:b:c/", b"https://e.org:99999999/", b"http://\xe2\x84\x80/"]
)
@pytest.mark.parametrize(("case", "page"), TEXTS, ids=[str(case) for case, _ in TEXTS])
def test_addresses_that_are_none_never_raise(case: Case, page: Path, odd: bytes) -> None:
    body = page.read_bytes()
    for address in (
        rb"(?<=[\"'>])(?:https?:)?\\?/\\?/[^\"'<> ]*",  # those that are written out
        rb"(?<=(?:href|.src)=[\"'])[^\"']*",  # and all that lead somewhere
    ):
        case.read(re.sub(address, odd, body), brief=True)


@pytest.mark.parametrize("case", [case for case in own_cases() if any(case.folder.glob("*.html"))], ids=str)
def test_attributes_with_names_that_no_xml_may_have_never_raise(case: Case) -> None:
    (page,) = case.folder.glob("*.html")
    case.read(re.sub(rb"<(a|article|div|img|li)\b", b'<\\1 \x02odd="1"', page.read_bytes()), brief=True)


@pytest.mark.parametrize("page", list(hostile_pages()), ids=range(len(list(hostile_pages()))))
@pytest.mark.parametrize("name", ["phpbb", "xenforo", "vbulletin", "telegram_preview", "reddit", "tieba", "discourse"])
def test_hostile_pages_never_raise_in_a_spider(name: str, page: bytes) -> None:
    spider = declared()[name]()
    for url in (
        "https://e.org/viewtopic.php?t=1",
        "https://e.org/threads/1/",
        "https://e.org/t/1",
        "https://t.me/s/chan1",
    ):
        for thing in singly(spider.parse(HtmlResponse(url, body=page))):
            assert isinstance(thing, Listing | Problem | scrapy.Request)


# Text, dates, encodings


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<p>a</p>b<div>c</div>", "a\nb\nc"),
        ("a\n  b\tc", "a b c"),
        ("<b>粗</b>体", "粗体"),
        ("<style>x</style><script>y</script>z<!-- w -->", "z"),
        ("a<span style='display:none'>hidden</span>b", "ab"),
        ("&lt;b&gt; &amp;amp;", "<b> &amp;"),
        ("<td>a</td><td>b</td>", "a\nb"),
        ("<div>" * 600 + "深处" + "</div>" * 600, "深处"),
        ("3 < 4 和 5 > 4", "3 < 4 和 5 > 4"),
        (None, ""),
    ],
)
def test_text_of_markup(html: str | None, text: str) -> None:
    assert text_of(html) == text


def test_values_with_markup_become_text_and_others_stay() -> None:
    assert plain("&lt;p&gt;a&lt;/p&gt;&lt;p&gt;b&lt;/p&gt;") == "a\nb"
    assert plain("1 < 2 & 3  二") == "1 < 2 & 3  二"
    assert plain(True) == plain(None) == plain([1]) == ""
    assert plain(12) == "12"


def test_names_are_masked_only_where_people_are_meant() -> None:
    names = {"小豆包", "admin", None, ""}
    assert masked("@小豆包 你好", names) == "@*** 你好"
    assert masked("小豆包 发表于 2026-1-1", names) == "*** 发表于 2026-1-1"
    assert masked("小豆包真好吃", names) == "小豆包真好吃"
    assert masked("联系 admin@example.org", names) == "联系 admin@example.org"
    assert masked("加 @seller_bot", names) == "加 @seller_bot"


NOW = datetime(2026, 11, 22, 10, 44, 52, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "hours", "expected"),
    [
        ("2022-3-3", 8, "2022-03-02T16:00:00Z"),
        ("发表于 2020-2-19 19:19:11", 8, "2020-02-19T11:19:11Z"),
        ("2026年11月22日 08:00", 8, "2026-11-22T00:00:00Z"),
        ("2026-11-20T08:00:00+08:00", 0, "2026-11-20T00:00:00Z"),
        ("2026-11-20T08:00:00Z", 8, "2026-11-20T08:00:00Z"),
        ("Nov. 22, 2026, 10:08 a.m.", 0, "2026-11-22T10:08:00Z"),
        ("21.01.2009, 05:42", 0, "2009-01-21T05:42:00Z"),
        ("半小时前", 8, "2026-11-22T10:14:52Z"),
        ("昨天 12:30", 8, "2026-11-21T04:30:00Z"),
        ("3 天前", 8, "2026-11-19T10:44:52Z"),
        ("2026-13-45", 8, None),
        ("no date", 0, None),
        ("", 0, None),
        (None, 0, None),
        ("99999999999999999999", 0, None),
    ],
)
def test_dates(text: str | None, hours: float, expected: str | None) -> None:
    assert moment(text, NOW, utc_offset=hours) == expected


@pytest.mark.parametrize("text", ["半小时前", "昨天 12:30", "3 天前", "刚刚", "12:30"])
def test_relative_dates_are_not_guessed_without_the_page_s_own_date(text: str) -> None:
    assert moment(text) is None


def test_when_a_page_was_sent() -> None:
    assert sent_at(Response("https://e.org", headers={"Date": "Sun, 22 Nov 2026 10:44:52 GMT"})) == NOW
    assert sent_at(Response("https://e.org", headers={"Date": "yesterday"})) is None
    assert sent_at(Response("https://e.org")) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1763800000000, "2025-11-22T08:26:40Z"), (1763800000, "2025-11-22T08:26:40Z"), ("1763800000", "2025-11-22T08:26:40Z"),
     (0, None), (-5, None), (None, None), ("x", None), (1e300, None), (float("nan"), None)],
)  # fmt: skip
def test_stamps_in_seconds_and_milliseconds(value: object, expected: str | None) -> None:
    assert stamp(value) == expected


@pytest.mark.parametrize(
    ("body", "header", "encoding"),
    [
        ("群控系统".encode(), b"text/html; charset=gbk", "utf-8"),
        ("群控系统".encode("gbk"), b"text/html; charset=utf-8", "gb18030"),
        ("群控系统".encode("gbk"), b"text/html; charset=iso-8859-1", "gb18030"),
        (b"<meta charset=big5>" + "臺灣論壇".encode("big5"), None, "big5hkscs"),
        ("für".encode("latin-1") + b" " * 50, b"text/html; charset=ISO-8859-1", "cp1252"),
        ("群控".encode() + "系".encode()[:2] + b"<p>" + "一机一码".encode(), b"text/html; charset=gbk", "utf-8"),
        (b"plain", None, "utf-8"),
        (b"", b"text/html; charset=nonsense", "utf-8"),
    ],
)
def test_encodings(body: bytes, header: bytes | None, encoding: str) -> None:
    assert encoding_of(body, header) == encoding


def test_a_page_sent_as_a_file_is_still_read() -> None:
    page = readable(
        Response("https://e.org", body="<h1>标题</h1>".encode(), headers={"Content-Type": "application/octet-stream"})
    )
    assert page.css("h1::text").get() == "标题"
