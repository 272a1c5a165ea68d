"""V2EX (v2ex.com), through its first interface. It allows 120 requests an hour, and its terms ask not to republish."""

from collections.abc import Iterator
from html import escape
from re import Match
from typing import Any, ClassVar

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure

from apk_analysis.fingerprint import Problem
from crawler.families.json_board import JsonBoard
from crawler.families.json_page import number, read_json, said, things
from crawler.families.page_text import masked
from crawler.families.threads import MOST_POSTS
from crawler.spider import Yield, request_of

API = "https://www.v2ex.com/api"


class V2ex(JsonBoard):
    """Shows the newest and the hottest topics. It has no search of its own."""

    name = "v2ex"
    country = "CN"
    proof = "recorded"
    format_confirmed = "2026-11-24"
    interval = "6h"
    native_id_rule = "number of the topic"
    one_site = True
    starts = (f"{API}/topics/latest.json", f"{API}/topics/hot.json")
    hosts = ("v2ex.com",)
    abuse_contact = "https://www.v2ex.com/about"
    delay = 30.0
    concurrency = 1
    shows_all = False

    thread_link = r"^https?://[^/?]+/(?:t/|api/topics/show\.json\?(?:.*&)?id=)(?P<id>\d+)(?:[/?#&]|$)"
    board_link = ""
    next_page = ""
    empty_list = "#Main .box"
    post = "#Main .box"

    below = r"/(?:t|go|api)(?:/|$)"
    topic_counters: ClassVar = {"replies": ("replies",)}
    post_html = ("content_rendered",)
    post_names = (("member", "username"),)
    post_at = ("created",)

    def thread_address(self, found: Match[str], url: str) -> str | None:
        """Of the topic in the interface, which is what is asked."""
        return f"{API}/topics/show.json?id={found['id']}"

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Yield]:
        """Topics of the interface, or a page that lists topics."""
        if "/api/" in response.url:
            yield from self.parse_thread(response, **kwargs)
        elif self.thread_in(response.url):
            yield from self.threads_among([response.url], response)
        else:
            yield from self.parse_list(response)

    def parse_thread(self, response: Response, replies: list[str] | None = None) -> Iterator[Yield]:
        """Topics as the interface gives them; replies are asked for first, so that the topic's own answer is kept."""
        value = read_json(response)
        topics = list(things({"topics": value}, "topics")) or list(things(value, "topics"))
        for topic in topics:
            native_id = said(topic, "id")
            if not topic.get("deleted") and replies is None and number(topic, "replies") and native_id.isdigit():
                url = f"{API}/replies/show.json?topic_id={native_id}"
                yield scrapy.Request(url, callback=self.parse_replies, errback=self.no_replies)
            elif not topic.get("deleted"):
                posts = [topic, *({"content_rendered": escape(one).replace("\n", "<br>")} for one in replies or ())]
                yield from self.topic_listing(topic, posts, response, native_id=native_id, address=f"t/{native_id}")
        if not topics and value != []:
            detail = f"{response.url}: no topics"
            yield value if isinstance(value, Problem) else Problem(part="page", kind="not_understood", detail=detail)

    def parse_replies(self, response: Response) -> Iterator[Yield]:
        """A request for the topic, with what was replied to it."""
        value = read_json(response)
        yield from [value] if isinstance(value, Problem) else ()
        posts = [self.read_post(reply) for reply in list(things({"replies": value}, "replies"))[:MOST_POSTS]]
        names = [post.author for post in posts]
        yield self._topic(response.url, [masked(post.text, names) for post in posts if post.text])

    def no_replies(self, failure: Failure) -> Iterator[Yield]:
        """The topic all the same, when its replies cannot be had."""
        url = request_of(failure).url
        yield Problem(part="page", kind="replies_missing", detail=f"{url}: {failure.value}"[:500])
        yield self._topic(url, [])

    def _topic(self, url: str, replies: list[str]) -> scrapy.Request:
        topic = f"{API}/topics/show.json?id={url.rpartition('topic_id=')[2].partition('&')[0]}"
        return scrapy.Request(topic, callback=self.parse_thread, cb_kwargs={"replies": replies})
