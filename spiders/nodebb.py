"""Boards run by NodeBB: every page is there as JSON below /api, to whoever may see the page."""

import re
from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import quote_plus, urlsplit

import scrapy
from scrapy.http import Response

from apk_analysis.fingerprint import Problem
from crawler.families.json_board import JsonBoard
from crawler.families.json_page import at, number, read_json, said, things
from crawler.spider import Yield


class Nodebb(JsonBoard):
    """Only the first page of a topic is read. Owners may keep guests from searching: then the run says blocked."""

    name = "nodebb"
    proof = "recorded"
    format_confirmed = "2026-11-22"
    native_id_rule = "tid: the number of the topic"

    thread_link = r"^(?P<root>https?://[^?]*?)/(?:api/)?topic/(?P<id>\d+)(?:[/.?]|$)"
    later_page = r"[?&]page=(?!1(?:&|$))\d|/topic/\d+/[^/?]+/\d"
    board_link = r"/category/\d+"
    empty_list = "[component=category], [component='categories/category']"
    title = ("[component='topic/title']", "h1")
    post = "[component=post]"
    post_text = ("[component='post/content']",)
    post_author = ("::attr(data-username)",)
    post_date = ("[itemprop=datePublished]::attr(content)", ".timeago::attr(title)")
    signature = ("[component='post/signature']",)

    below = r"/(?:api/)?(?:categories|category|topic|recent|popular|top|search|tags|unread)(?:[/.]|$)|/api/?$"
    topic_counters: ClassVar = {"views": ("viewcount",), "likes": ("upvotes",), "posts": ("postcount",)}
    post_html = ("content",)
    post_names = (("user", "displayname"), ("user", "username"))
    post_at = ("timestampISO",)
    post_bio = ("user", "signature")

    def thread_address(self, found: re.Match[str], url: str) -> str | None:
        """Without slug and index of the post."""
        return f"{found['root']}/topic/{found['id']}"

    def first_requests(self, address: str) -> Iterator[scrapy.Request]:
        """The page at `address` as JSON; of a board's front page, its categories."""
        root = self.root(address)
        path = address.removeprefix(root).strip("/").removeprefix("api").strip("/") or "categories"
        if found := self.thread_in(address):
            path = f"topic/{found['id']}"
        url = address if urlsplit(address).path.endswith(".rss") else f"{root}/api/{path}"
        yield scrapy.Request(url, callback=self.parse, dont_filter=True)

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """Titles and posts with all words, the newest first."""
        asked = f"term={quote_plus(query)}&in=titlesposts&matchWords=all&sortBy=timestamp&sortDirection=desc"
        yield scrapy.Request(f"{self.root(address)}/api/search?{asked}", callback=self.parse, dont_filter=True)

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Yield]:
        """Any page as JSON; else the page, or the feed, itself."""
        value = read_json(response) if "/api/" in response.url else None
        if value is None:
            yield from super().parse(response, **kwargs)
        elif isinstance(value, Problem):
            yield value
        elif isinstance(at(value, "posts"), list) and "tid" in value:
            posts = [post for post in things(value, "posts") if not post.get("deleted")]
            first = posts if posts and posts[0].get("index", 0) == 0 else []
            topic = said(value, "tid")
            yield from self.topic_listing(value, first, response, native_id=topic, address=f"topic/{topic}")
        else:
            yield from self.onward(value, response)

    def onward(self, value: Any, response: Response) -> Iterator[Yield]:
        """Requests for the topics, categories and further pages of a list or of results."""
        root = self.root(response.url)
        topics = [said(topic, "tid") for topic in things(value, "topics")]
        topics += [said(post, "topic", "tid") for post in things(value, "posts")]
        boards = [*things(value, "categories"), *things(value, "children")]
        boards += [child for board in boards for child in things(board, "children")]
        categories = [said(board, "cid") for board in boards if not board.get("link")]  # links lead elsewhere
        paths = [f"topic/{tid}" for tid in topics if tid.isdigit()]
        paths += [f"category/{cid}" for cid in categories if cid.isdigit()]
        if at(value, "pagination", "next", "active") is True and (page := number(value, "pagination", "next", "page")):
            base = re.sub(r"(?<=[?&])page=\d+&?", "", response.url).rstrip("?&").removeprefix(f"{root}/api/")
            paths.append(f"{base}{'&' if '?' in base else '?'}page={page:.0f}")
        for path in dict.fromkeys(paths):
            yield scrapy.Request(f"{root}/api/{path}", callback=self.parse)
        if not any(isinstance(at(value, key), list) for key in ("topics", "posts", "categories")):
            yield Problem(part="page", kind="not_understood", detail=f"{response.url}: neither topics nor categories")
