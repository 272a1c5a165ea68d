"""Boards run by Flarum, through its JSON:API. Written from its documentation: no live answer has been seen yet."""

from collections.abc import Iterator
from re import Match
from typing import Any, ClassVar
from urllib.parse import quote, quote_plus, urlsplit

import scrapy
from scrapy.http import Response

from apk_analysis.fingerprint import Problem
from crawler.families.json_board import JsonBoard
from crawler.families.json_page import at, number, read_json, said, things
from crawler.spider import Yield


class Flarum(JsonBoard):
    """An answer names objects by type and number; what they hold stands among those included."""

    name = "flarum"
    access = "unproven"
    proof = "synthetic"
    format_confirmed = "2026-11-22"
    native_id_rule = "number of the discussion"

    thread_link = r"^(?P<root>https?://[^?]*?)/(?:d|api/discussions)/(?P<id>\d+)(?:[-/?]|$)"
    board_link = r"/t/[^/?]+$"
    empty_list = "#flarum-content"
    post = "#flarum-content article"
    post_text = (".Post-body",)
    post_author = (".PostUser-name",)
    post_date = ("time::attr(datetime)",)

    below = r"/(?:d|t|u|tags|all|api)(?:/|$)"
    topic_title = ("attributes", "title")
    topic_counters: ClassVar = {"posts": ("attributes", "commentCount"), "views": ("attributes", "viewCount")}
    post_html = ("attributes", "contentHtml")
    post_names = (("user", "displayName"), ("user", "username"))
    post_at = ("attributes", "createdAt")

    def thread_address(self, found: Match[str], url: str) -> str | None:
        """Without the slug."""
        return f"{found['root']}/d/{found['id']}"

    def first_requests(self, address: str) -> Iterator[scrapy.Request]:
        """The discussion, the tag or the board at `address`."""
        tag = urlsplit(address).path.partition("/t/")[2].strip("/")
        if found := self.thread_in(address):
            yield self._discussion(found["root"], found["id"])
        else:
            yield self._list(address, f"&filter[tag]={quote(tag)}" if tag else "")

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """The newest first."""
        yield self._list(address, f"&filter[q]={quote_plus(query)}")

    def _list(self, address: str, which: str) -> scrapy.Request:
        url = f"{self.root(address)}/api/discussions?sort=-createdAt&page[limit]=20{which}"
        return scrapy.Request(url, callback=self.parse, dont_filter=True)

    def _discussion(self, root: str, native_id: str) -> scrapy.Request:
        included = "include=user,posts,posts.user"
        return scrapy.Request(f"{root}/api/discussions/{native_id}?{included}", callback=self.parse)

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Yield]:
        """One discussion, or a list of them; of a saved page, what it shows without script."""
        value = read_json(response) if "/api/" in response.url else None
        if value is None:
            yield from super().parse(response, **kwargs)
        elif isinstance(value, Problem):
            yield value
        elif isinstance(at(value, "data"), dict):
            topic = said(value, "data", "id")
            posts = _posts(value)
            first = posts if posts and number(posts[0], "attributes", "number") == 1 else []
            yield from self.topic_listing(value["data"], first, response, native_id=topic, address=f"d/{topic}")
        elif isinstance(at(value, "data"), list):
            for one in things(value, "data"):
                if said(one, "type") == "discussions" and (native_id := said(one, "id")).isdigit():
                    yield self._discussion(self.root(response.url), native_id)
            further = said(value, "links", "next")
            yield from (
                scrapy.Request(url, callback=self.parse) for url in self._near([further] * bool(further), response)
            )
        else:
            yield Problem(part="page", kind="not_understood", detail=f"{response.url}: no discussions")


def _posts(value: dict[str, Any]) -> list[dict[str, Any]]:
    """The posts of a discussion in their order, each with its author; hidden ones and notes of events left out."""
    included = list(things(value, "included"))
    users = {said(one, "id"): at(one, "attributes") for one in included if said(one, "type") == "users"}
    posts = [
        {**one, "user": users.get(said(one, "relationships", "user", "data", "id"))}
        for one in included
        if said(one, "type") == "posts" and said(one, "attributes", "contentType") == "comment"
        and not at(one, "attributes", "isHidden")
    ]  # fmt: skip
    return sorted(posts, key=lambda post: number(post, "attributes", "number") or 0)
