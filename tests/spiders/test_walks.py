"""Small boards and channels walked in memory: every request is one that the frontier can keep, and the walk ends."""

import json
from collections import deque
from types import SimpleNamespace
from typing import Any

import pytest
import scrapy
from scrapy.http import HtmlResponse, Response
from twisted.python.failure import Failure

from apk_analysis.fingerprint import Problem
from crawler.links import singly
from crawler.writing import read, write
from index.model import Listing
from tests.spiders.cases import SPIDERS

MOST = 100
"""Requests; no walk here needs so many."""


def walk(
    name: str, start: str, pages: dict[str, Any], *, query: str = ""
) -> tuple[list[Listing], list[Problem], list[str]]:
    """Listings, problems and addresses asked for. `pages`: address -> text, or a value that is sent as JSON; what is
    not there answers 404, which goes to the errback where there is one.
    """
    spider = SPIDERS[name](start=[start])
    waiting = deque(spider.search(query, start) if query else spider.first_requests(start))
    listings, problems, asked = [], [], []
    while waiting:
        request = read(write(waiting.popleft(), spider), spider)
        if request.url in asked and not request.cb_kwargs:
            continue
        asked.append(request.url)
        assert len(asked) < MOST, "a walk without end"
        page = pages.get(request.url)
        body = page if isinstance(page, str) else json.dumps(page)
        response = (Response if body[:1] in "{[" else HtmlResponse)(
            request.url, status=200 if page is not None else 404, body=body.encode(), request=request
        )
        if page is None and 404 not in request.meta.get("handle_httpstatus_list", ()):
            failure = Failure(OSError("404"))
            failure.request = request
            found = request.errback(failure) if request.errback else [Problem(part="page", kind="not_found", detail="")]
        else:
            found = request.callback(response, **request.cb_kwargs)
        for thing in singly(found):
            if isinstance(thing, scrapy.Request):
                waiting.append(thing)
            else:
                (listings if isinstance(thing, Listing) else problems).append(thing)
    return listings, problems, asked


def topic(number: int) -> dict[str, Any]:
    posts = [{"post_number": 1, "username": "a", "cooked": f"<p>{number}</p>", "created_at": "2026-11-20T08:00:00Z"}]
    return {"id": number, "title": f"t{number}", "post_stream": {"posts": posts}}


def test_discourse_by_json() -> None:
    site = "https://e.org"
    pages = {
        f"{site}/latest.json?order=created": {
            "topic_list": {"topics": [{"id": 1}], "more_topics_url": "/latest?page=1"}
        },
        f"{site}/latest.json?page=1": {"topic_list": {"topics": [{"id": 1}, {"id": 2}]}},
        **{f"{site}/t/{number}.json": topic(number) for number in (1, 2)},
    }
    listings, problems, _ = walk("discourse", site, pages)
    assert [listing.title for listing in listings] == ["t1", "t2"] and not problems


def test_discourse_where_json_is_off() -> None:
    page = "<div id='main-outlet'><h1>t</h1><div class='crawler-post'><div class='post'>text</div></div></div>"
    pages = {"https://e.org/latest?order=created": "<a href='/t/slug/7'>t</a>", "https://e.org/t/7": page}
    listings, problems, asked = walk("discourse", "https://e.org", pages)
    assert [listing.native_id for listing in listings] == ["7"] and not problems
    assert asked[0].endswith("/latest.json?order=created")


def test_a_topic_that_is_gone_is_said_to_be_gone() -> None:
    pages = {"https://e.org/latest.json?order=created": {"topic_list": {"topics": [{"id": 1}]}}}
    assert [problem.kind for problem in walk("discourse", "https://e.org", pages)[1]] == ["not_found"]


def test_nodebb_by_categories_and_pages() -> None:
    api = "https://e.org/api"
    post = {"index": 0, "content": "<p>text</p>", "user": {"username": "a"}, "timestampISO": "2026-11-20T08:00:00Z"}
    further = {"next": {"active": True, "page": 2}}
    pages = {
        f"{api}/categories": {"categories": [{"cid": 1, "children": [{"cid": 2}]}]},
        f"{api}/category/1": {"topics": [{"tid": 5}], "pagination": further},
        f"{api}/category/1?page=2": {"topics": [{"tid": 6}], "pagination": {"next": {"active": False, "page": 2}}},
        f"{api}/category/2": {"topics": []},
        **{f"{api}/topic/{tid}": {"tid": tid, "title": f"t{tid}", "posts": [post]} for tid in (5, 6)},
    }
    listings, problems, _ = walk("nodebb", "https://e.org", pages)
    assert sorted(listing.native_id for listing in listings) == ["5", "6"] and not problems


def test_phpbb_from_a_post_in_a_feed_to_its_thread_s_first_page() -> None:
    site = "https://e.org"
    first = (
        "<h2 class='topic-title'><a href='./viewtopic.php?t=4'>t</a></h2>"
        "<div class='post' id='p1'><p class='author'><a class='username'>a</a></p><div class='content'>offer</div></div>"
    )
    feed = f"<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>x</id><link href='{site}/viewtopic.php?p=31#p31'/></entry></feed>"
    pages = {
        f"{site}/feed": feed,
        f"{site}/viewtopic.php?p=31": first.replace("offer", "a reply on page 3"),
        f"{site}/viewtopic.php?t=4": first,
    }
    listings, problems, _ = walk("phpbb", f"{site}/feed", pages)
    assert [(listing.native_id, listing.description) for listing in listings] == [("4", "offer")] and not problems


def phpbb_page(author: str, text: str) -> str:
    return (
        "<h2 class='topic-title'><a href='./viewtopic.php?t=4'>t</a></h2><div class='post' id='p1'><p class='author'>"
        f"<a class='username'>{author}</a></p><div class='content'>{text}</div></div>"
    )


@pytest.mark.parametrize("missing", [None, 15, 30])
def test_further_pages_of_a_thread_are_read_before_its_first(missing: int | None) -> None:
    site = "https://e.org"
    leaves = "".join(f"<a href='./viewtopic.php?t=4&start={start}'>x</a>" for start in (15, 30, 45))
    pages = {
        f"{site}/viewforum.php?f=2": f"<ul class='topiclist'><a href='./viewtopic.php?t=4'>t</a>{leaves}</ul>",
        f"{site}/viewtopic.php?start=15&t=4": phpbb_page("buyer_b", "@buyer_b page 2"),
        f"{site}/viewtopic.php?start=30&t=4": phpbb_page("passer_c", "page 3"),
        f"{site}/viewtopic.php?t=4": phpbb_page("a", "offer"),
    }
    pages.pop(f"{site}/viewtopic.php?start={missing}&t=4", None)
    (listing,), problems, asked = walk("phpbb", f"{site}/viewforum.php?f=2", pages)
    said = {15: "@*** page 2", 30: "page 3"}
    assert (listing.seller, listing.description) == ("a", "offer") and asked[-1].endswith("?t=4")
    assert listing.reviews == tuple(text for start, text in said.items() if start != missing)
    assert [problem.kind for problem in problems] == (["replies_missing"] if missing else [])


def messages(*numbers: int) -> str:
    shown = (
        f"<div class='tgme_widget_message' data-post='chan/{n}'><div class='tgme_widget_message_bubble'>"
        f"<div class='js-message_text'>m{n}</div></div></div>" for n in numbers
    )  # fmt: skip
    return f"<main>{''.join(shown)}</main>" if numbers else "<div class='tme_no_messages_found'>No posts found</div>"


def test_a_channel_is_walked_to_its_beginning() -> None:
    site = "https://t.me/s/chan"
    pages = {site: messages(41, 42), f"{site}?before=41": messages(7, 9), f"{site}?before=7": messages()}
    listings, problems, asked = walk("telegram_preview", "https://t.me/chan", pages)
    assert [listing.native_id for listing in listings] == ["chan/41", "chan/42", "chan/7", "chan/9"]
    assert not problems and asked[-1].endswith("before=7")


def test_a_channel_is_walked_so_far_back_at_most() -> None:
    page = HtmlResponse("https://t.me/s/chan?before=90", body=messages(80, 81).encode())
    assert any(isinstance(thing, scrapy.Request) for thing in SPIDERS["telegram_preview"]().parse(page, leaf=49))
    assert not any(isinstance(thing, scrapy.Request) for thing in SPIDERS["telegram_preview"]().parse(page, leaf=50))


@pytest.mark.parametrize(("since", "goes_on"), [("7d", False), ("30d", True), ("2026-11-21", False), (None, True)])
def test_older_messages_are_not_asked_for_when_all_are_older_than_wanted(since: str | None, *, goes_on: bool) -> None:
    dated = "<a class='tgme_widget_message_date'><time datetime='2026-11-10T08:00:00+00:00'></time></a></div>"
    body = messages(80, 81).replace("</div></div></div>", f"</div>{dated}</div>")
    headers = {"Date": "Sun, 22 Nov 2026 10:44:52 GMT"}
    page = HtmlResponse("https://t.me/s/chan", body=body.encode(), headers=headers)
    things = list(SPIDERS["telegram_preview"](since=since).parse(page))
    assert sum(isinstance(thing, Listing) for thing in things) == 2
    assert any(isinstance(thing, scrapy.Request) for thing in things) is goes_on


def test_a_channel_is_searched_page_by_page() -> None:
    site = "https://t.me/s/chan"
    pages = {f"{site}?q=x": messages(41), f"{site}?q=x&before=41": messages(41)}
    listings, problems, _ = walk("telegram_preview", "https://t.me/chan", pages, query="x")
    assert {listing.native_id for listing in listings} == {"chan/41"} and not problems


@pytest.mark.parametrize("replies", [[{"content_rendered": "ok", "member": {"username": "b"}}], None])
def test_v2ex_asks_for_replies_first_and_keeps_the_topic_without_them(replies: list[Any] | None) -> None:
    api = "https://www.v2ex.com/api"
    one = {"id": 5, "title": "t", "content_rendered": "<p>text</p>", "replies": 1, "member": {"username": "a"}}
    pages = {
        f"{api}/topics/latest.json": [one],
        f"{api}/topics/show.json?id=5": [one],
        f"{api}/replies/show.json?topic_id=5": replies,
    }
    pages = {address: page for address, page in pages.items() if page is not None}
    (listing,), problems, _ = walk("v2ex", f"{api}/topics/latest.json", pages)
    assert listing.reviews == (("ok",) if replies else ()) and listing.description == "text"
    assert [problem.kind for problem in problems] == ([] if replies else ["replies_missing"])


def test_pages_of_boards_that_somebody_saved_are_known_by_address_and_posts() -> None:
    pages = {
        "phpbb": ("https://e.org/viewtopic.php?t=4", "<div class='post' id='p1'></div>"),
        "xenforo": ("https://e.org/threads/a.4/", "<article class='message' data-content='post-1'></article>"),
        "vbulletin": ("https://e.org/showthread.php?t=4", "<li id='post_1'></li>"),
        "discourse": ("https://e.org/t/a/4", "<div class='crawler-post'></div>"),
        "nodebb": ("https://e.org/topic/4/a", "<li component='post'></li>"),
    }
    for name, (url, body) in pages.items():
        page = HtmlResponse(url, body=f"<html><body>{body}</body></html>".encode())
        assert [other for other in pages if SPIDERS[other].owns(page)] == [name]
        assert not SPIDERS[name].owns(HtmlResponse(url, body=b"<html><body>x</body></html>"))


def test_the_failure_of_replies_names_the_topic() -> None:
    request = SimpleNamespace(url="https://www.v2ex.com/api/replies/show.json?topic_id=5&page=1")
    problem, again = SPIDERS["v2ex"]().no_replies(SimpleNamespace(request=request, value=OSError("429")))
    assert problem.kind == "replies_missing" and problem.detail.endswith("429") and again.url.endswith("show.json?id=5")
