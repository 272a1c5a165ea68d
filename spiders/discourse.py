"""Boards run by Discourse: topics as JSON, or as the plain pages that it shows to crawlers where JSON is off."""

import re
from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import quote_plus, urlsplit, urlunsplit

import scrapy
from scrapy.http import Response

from apk_analysis.fingerprint import Problem
from crawler.families.json_board import JsonBoard
from crawler.families.json_page import at, read_json, said, things
from crawler.spider import Yield

MOST_RESULTS = 10  # pages; Discourse shows no more


class Discourse(JsonBoard):
    """Only the first posts of a topic (20 as a rule) are read. By default its robots rules forbid searching."""

    name = "discourse"
    proof = "recorded"
    format_confirmed = "2026-11-24"
    native_id_rule = "number of the topic"

    thread_link = r"^(?P<root>https?://[^?]*?)/t/(?:(?!\d+(?:[/.]|$))[^/?]+/)?(?P<id>\d+)(?:[/.?]|$)"
    board_link = r"/c/[^?]*\d+$"
    empty_list = "#main-outlet .topic-list, #main-outlet [itemtype$='/ItemList']"
    title = ("#topic-title h1 a", "h1 a[href*='/t/']", "h1")
    post = ".crawler-post, [itemtype$='schema.org/Article']"
    post_text = (".post",)
    post_author = (".creator [itemprop=name]", ".creator [itemprop=author]")
    post_date = ("time[itemprop=datePublished]::attr(datetime)", "time::attr(datetime)", ".crawler-post-infos")
    hidden = "aside.quote > .title, .lightbox .meta"

    below = r"/(?:latest|new|top|hot|unread|c|t|tags?|search|categories)(?:[/.]|$)"
    topic_counters: ClassVar = {"views": ("views",), "likes": ("like_count",), "posts": ("posts_count",)}
    post_html = ("cooked",)
    post_names = (("username",), ("name",), ("display_username",))
    post_at = ("created_at",)

    def thread_address(self, found: re.Match[str], url: str) -> str | None:
        """Without slug and number of the post."""
        return f"{found['root']}/t/{found['id']}"

    def first_requests(self, address: str) -> Iterator[scrapy.Request]:
        """The list or topic at `address` as JSON."""
        if found := self.thread_in(address):
            yield self._topic(found["root"], found["id"])
        else:
            own = urlsplit(address).path.endswith(".rss") or re.search(self.below, urlsplit(address).path)
            yield self._list(address if own else f"{self.root(address)}/latest?order=created")

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """The newest first."""
        yield self._list(f"{self.root(address)}/search?q={quote_plus(f'{query} order:latest')}&page=1")

    def _list(self, url: str) -> scrapy.Request:
        parts = urlsplit(url)
        path = parts.path if parts.path.endswith((".json", ".rss")) else f"{parts.path.rstrip('/')}.json"
        meta = {"handle_httpstatus_list": [404, 406, 410]}  # where JSON is off
        return scrapy.Request(urlunsplit(parts._replace(path=path)), callback=self.parse, meta=meta)

    def _topic(self, root: str, topic: str) -> scrapy.Request:
        return scrapy.Request(f"{root}/t/{topic}.json", callback=self.parse_topic)

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Yield]:
        """A list or results as JSON; where JSON is off, the page for crawlers is asked for."""
        parts = urlsplit(response.url)
        value = read_json(response) if response.status == 200 and parts.path.endswith(".json") else None
        if not parts.path.endswith(".json"):
            yield from super().parse(response, **kwargs)
        elif not isinstance(value, dict):
            yield scrapy.Request(urlunsplit(parts._replace(path=parts.path.removesuffix(".json"))), callback=self.parse)
        else:
            yield from self.parse_topic(response) if "post_stream" in value else self.topics(value, response)

    def topics(self, value: dict[str, Any], response: Response) -> Iterator[Yield]:
        """Requests for the topics of a list or of results, and for what follows."""
        found = [said(topic, "id") for topic in [*things(value, "topic_list", "topics"), *things(value, "topics")]]
        found += [said(post, "topic_id") for post in things(value, "posts")]
        yield from (self._topic(self.root(response.url), topic) for topic in dict.fromkeys(found) if topic.isdigit())
        page, results = re.search(r"[?&]page=(\d{1,3})$", response.url), at(value, "grouped_search_result")
        if more := said(value, "topic_list", "more_topics_url"):
            yield from (self._list(url) for url in self._near([more], response))
        elif page and int(page[1]) < MOST_RESULTS and at(results, "more_full_page_results") is True:
            yield self._list(f"{response.url[: page.start(1)]}{int(page[1]) + 1}")
        if "topic_list" not in value and not isinstance(results, dict):
            yield Problem(part="page", kind="not_understood", detail=f"{response.url}: neither topics nor results")

    def parse_topic(self, response: Response) -> Iterator[Yield]:
        """The listing of one topic; moderators' notes of what they did are no posts."""
        value = read_json(response)
        topic = said(value, "id")
        posts = [post for post in things(value, "post_stream", "posts") if post.get("post_type", 1) == 1]
        first = posts if posts and posts[0].get("post_number") == 1 else []
        yield from self.topic_listing(value, first, response, native_id=topic, address=f"t/{topic}")
