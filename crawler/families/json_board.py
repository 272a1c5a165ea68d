"""Boards whose pages are there as JSON as well: a topic with its posts becomes a listing, by paths to its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

from scrapy.http import Response

from apk_analysis.fingerprint import Problem
from crawler.families.json_page import at, number, said
from crawler.families.moments import moment, stamp
from crawler.families.page_text import text_of
from crawler.families.thread_board import ThreadBoard
from crawler.families.threads import Post, thread_listing
from crawler.spider import Yield

Path = tuple[str, ...]
"""Keys of objects within objects."""


class JsonBoard(ThreadBoard):
    """A member names the paths to the parts of a topic, and walks its own lists."""

    recheck_by = "start"
    recheck_steps = 2
    below: ClassVar[str]
    """Pattern in the path of an address: where the board's own folder ends and its pages begin."""
    further_page: ClassVar[str | None] = ""
    topic_title: ClassVar[Path] = ("title",)
    topic_counters: ClassVar[dict[str, Path]]
    """Listing counter -> path; 'posts' counts the first post as well."""
    post_html: ClassVar[Path]
    post_names: ClassVar[tuple[Path, ...]]
    """Of the author; the first that is there is the one shown."""
    post_at: ClassVar[Path]
    """ISO date, or seconds as a number."""
    post_bio: ClassVar[Path] = ("",)

    @classmethod
    def root(cls, url: str) -> str:
        """Address of the board that the page at `url` belongs to, without closing slash."""
        parts = urlsplit(url)
        below = re.search(cls.below, parts.path)
        return f"{parts.scheme}://{parts.netloc}{parts.path[: below.start()] if below else parts.path.rstrip('/')}"

    def topic_listing(
        self, topic: Any, posts: Sequence[dict[str, Any]], response: Response, *, native_id: str, address: str
    ) -> Iterator[Yield]:
        """The listing of a topic; `address` is its own below the board's. A Problem where it has no title or post, or
        where the topic is one already.
        """
        if isinstance(topic, Problem):
            yield topic
            return
        title = " ".join(said(topic, *self.topic_title).split())
        if not native_id.isdigit() or not title or not posts:
            yield Problem(part="page", kind="not_understood", detail=f"{response.url}: no topic")
            return
        counters = {
            name: count for name, path in self.topic_counters.items() if (count := number(topic, *path)) is not None
        }
        if "posts" in counters:
            counters["replies"] = max(counters.pop("posts") - 1, 0)
        yield thread_listing(
            [self.read_post(post) for post in posts],
            marketplace=self.marketplace,
            native_id=native_id,
            url=f"{self.root(response.url)}/{address}",
            title=title,
            counters=counters,
        )

    def read_post(self, post: dict[str, Any]) -> Post:
        """One post."""
        html, bio, moment_said = (at(post, *path) for path in (self.post_html, self.post_bio, self.post_at))
        html = html if isinstance(html, str) else ""
        names = [name for path in self.post_names if (name := said(post, *path))]
        return Post(
            author=names[0] if names else None,
            also=tuple(names[1:]),
            published_at=moment(moment_said) if isinstance(moment_said, str) else stamp(number(post, *self.post_at)),
            text=text_of(html, without=self.hidden),
            html=html,
            bio=text_of(bio) if isinstance(bio, str) else "",
        )
