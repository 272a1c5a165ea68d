"""Boards with threads: a list leads to threads, a thread is one listing, made with its first page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, ClassVar

import scrapy
from parsel import Selector
from scrapy.http import HtmlResponse, Response
from twisted.python.failure import Failure

from apk_analysis.fingerprint import Problem
from crawler.families import anchors
from crawler.families.addresses import clean_url
from crawler.families.feed_entries import is_feed, read_feed
from crawler.families.moments import moment
from crawler.families.page_text import masked, text_of
from crawler.families.readable import readable, sent_at
from crawler.families.threads import MOST_POSTS, Post, thread_listing
from crawler.links import Links
from crawler.spider import Expect, MarketplaceSpider, Yield, request_of
from index.model import SourceKind

Css = tuple[str, ...]
"""Selectors, tried in turn; the first that finds something counts."""

MOST_LINKS = 500
MOST_FURTHER = 2
"""Further pages of a thread that are read for their replies."""
LONGEST_REPLY = 2000
"""Characters of a reply there: it waits with the request for the thread."""
NUMBER = re.compile(r"(?<![\d,])\d[\d,]{0,15}(?![\d,])")


class ThreadBoard(MarketplaceSpider):
    """A member names the patterns of its addresses and the places of a thread's parts."""

    kind: ClassVar[SourceKind] = "forum"
    native_id_rule: ClassVar[str] = "number of the thread"

    expect: ClassVar[Expect] = Expect(fill={"title": 1.0, "description": 0.5, "seller": 0.5})

    thread_link: ClassVar[str]
    """Pattern found in a thread's clean address (parameters sorted); the group `id` is the native id. Begin it with `^`
    or a literal: addresses are hostile, and as long as a page likes."""
    later_page: ClassVar[str] = r"[?&]page=(?!1(?:&|$))\d"
    """Pattern found in the clean address of a thread's further pages: their first post is a reply, and no offer."""
    further_page: ClassVar[str | None] = None
    """The same where lists link to them, and the match is certain; None: `later_page`; empty: they are not read."""
    into_thread: ClassVar[str] = ""
    """Pattern of clean addresses that lead to a post and do not say of which thread; its page does."""
    board_link: ClassVar[str]
    """Pattern found in the address of a list of threads; empty where only `sub_board` tells them."""
    sub_board: ClassVar[str] = ""
    """CSS of anchors that lead from a board with threads to boards below it."""
    next_page: ClassVar[str] = "a[rel=next]"
    """CSS of anchors that lead on through a list; empty to read its first page only."""
    empty_list: ClassVar[str]
    """CSS of what is there even in a list without threads: tells 'empty' from 'not understood'."""

    title: ClassVar[Css] = ("h1",)
    post: ClassVar[str]
    post_text: ClassVar[Css]
    post_body: ClassVar[Css] = ()
    """What holds the attachments beside the text, where that is not `post_text` itself."""
    post_author: ClassVar[Css]
    post_date: ClassVar[Css]
    """Of texts or attributes."""
    signature: ClassVar[Css] = ()
    """What the author has below every post."""
    hidden: ClassVar[str] = ""
    """CSS of parts of a post or title that are no text of its author."""
    counters: ClassVar[dict[str, str]] = {}
    """Listing counter -> CSS of the element that holds the number."""
    utc_offset: ClassVar[float] = 0
    """Hours; boards write local time."""

    @classmethod
    def thread_in(cls, url: str) -> re.Match[str] | None:
        """Where the address names a thread: read in its clean form, in which parameters stand in alphabetical order."""
        return re.search(cls.thread_link, clean_url(url) or "")

    def thread_address(self, found: re.Match[str], url: str) -> str | None:  # noqa: ARG002 - members need it
        """The canonical address of the thread whose address `url` matched."""
        return (clean_url(url) or "").partition("?")[0] or None

    @classmethod
    def owns(cls, page: Response) -> bool:
        """A saved thread: its address and its posts are as this engine makes them."""
        return cls.thread_in(page.url) is not None and bool(readable(page).css(cls.post))

    def parse(self, response: Response, **_: Any) -> Iterator[Yield]:
        """Any page of a board: a thread, a list, or a feed."""
        url = clean_url(response.url) or ""
        if is_feed(response):
            yield from self.threads_of_feed(response)
        elif self.thread_in(url) and re.search(self.later_page, url):
            yield from self.threads_among([url], response, further=False)
        elif self.thread_in(url):
            yield from self.parse_thread(response)
        elif self._leads_into_thread(url):
            yield from self.parse_post(response)
        else:
            yield from self.parse_list(response)

    def threads_of_feed(self, response: Response) -> Iterator[Yield]:
        """Requests for the threads of a feed: its entries hold excerpts only."""
        feed = read_feed(response)
        if feed.problem:
            yield feed.problem
        links = [feed.link, *(entry.link for entry in feed.entries)]
        yield from self.threads_among(links, response, further=False)
        posts = filter(self._leads_into_thread, dict.fromkeys(self._near(links, response)))
        yield Links(list(posts), self.parse_post)

    def parse_post(self, response: Response) -> Iterator[Yield]:
        """A request for the thread of a page that shows a post somewhere in it."""
        page = readable(response)
        named = page.css("link[rel=canonical]::attr(href)").getall()
        named += [href for css in self.title for href in page.css(css).css("::attr(href)").getall()]
        detail = f"{response.url}: does not name its thread"
        yield next(
            self.threads_among(named, page, further=False), Problem(part="page", kind="not_understood", detail=detail)
        )

    def _leads_into_thread(self, url: str) -> bool:
        return bool(self.into_thread and not self.thread_in(url) and re.search(self.into_thread, url))

    def parse_list(self, response: Response) -> Iterator[Yield]:
        """Requests for the threads, boards below and further pages of a list."""
        page = readable(response)
        threads = list(self.threads_among(anchors.hrefs(page), page))
        yield from threads
        wanted = self.sub_board if threads or not self.board_link else "a"
        hrefs = anchors.hrefs(page, wanted) if wanted else []
        here = clean_url(response.url)
        boards = [url for url in self._near(hrefs, page) if url != here and re.search(self.board_link, url)]
        further = anchors.hrefs(page, self.next_page) if self.next_page else []
        onward = [*self._near(further, page), *boards]
        yield Links(list(dict.fromkeys(onward))[:MOST_LINKS], self.parse)
        if not threads and not boards and not page.css(self.empty_list):
            yield Problem(part="page", kind="not_understood", detail=f"{response.url}: neither threads nor boards")

    def threads_among(self, hrefs: list[str], page: Response, *, further: bool = True) -> Iterator[scrapy.Request]:
        """Requests for the threads that `hrefs` lead to, each once; for the `further` pages of a thread among them
        first, so that the listing is made, and archived, with the page that holds the offer.
        """
        pattern = self.later_page if self.further_page is None else self.further_page
        addresses: dict[str, str] = {}
        later: dict[str, dict[str, None]] = {}
        for url in self._near(hrefs, page):
            found = re.search(self.thread_link, url)
            if found is not None and found["id"] not in addresses and (address := self.thread_address(found, url)):
                addresses[found["id"]] = address
            if found is not None and further and pattern and re.search(pattern, url):
                later.setdefault(found["id"], {})[url] = None
        for native_id, address in list(addresses.items())[:MOST_LINKS]:
            yield self._onward(address, list(later.get(native_id, ()))[:MOST_FURTHER], [])

    def _onward(self, thread: str, later: list[str], replies: list[str]) -> scrapy.Request:
        """The next page of a thread: a further one, at last the first."""
        if later:
            known = {"thread": thread, "later": later[1:], "replies": replies}
            return scrapy.Request(later[0], callback=self.parse_further, errback=self.no_further, cb_kwargs=known)
        return scrapy.Request(thread, callback=self.parse_thread, cb_kwargs={"replies": replies} if replies else {})

    def parse_further(self, response: Response, thread: str, later: list[str], replies: list[str]) -> Iterator[Yield]:
        """A request for the next page of the thread, with the replies of this one."""
        posts = list(islice(self.posts(readable(response)), MOST_POSTS))
        names = {post.author for post in posts}
        texts = [masked(post.text, names)[:LONGEST_REPLY] for post in posts if post.text]
        yield self._onward(thread, later, [*replies, *texts][:MOST_POSTS])

    def no_further(self, failure: Failure) -> Iterator[Yield]:
        """The thread all the same, when a further page of it cannot be had."""
        request = request_of(failure)
        yield Problem(part="page", kind="replies_missing", detail=f"{request.url}: {failure.value}"[:500])
        yield self._onward(**request.cb_kwargs)

    def _near(self, hrefs: list[str], page: Response) -> Iterator[str]:
        """Absolute addresses on the page's own host."""
        yield from anchors.near(hrefs, page)

    def parse_thread(self, response: Response, replies: list[str] | None = None) -> Iterator[Yield]:
        """The listing of one thread, from its first page; `replies` stood on further ones."""
        page = readable(response)
        found = self.thread_in(response.url)
        posts = list(islice(self.posts(page), MOST_POSTS))
        title = _first_text(page, self.title, without=self.hidden)
        if found is None or not title or not posts:
            yield Problem(part="page", kind="not_understood", detail=f"{response.url}: no thread")
            return
        listing = thread_listing(
            posts,
            marketplace=self.marketplace,
            native_id=found["id"],
            url=self.thread_address(found, response.url) or response.url,
            title=title,
            lang=page.css("html::attr(lang)").get(),
            counters=dict(self.counts(page)),
        )
        yield replace(listing, reviews=(*listing.reviews, *(replies or ())))

    def posts(self, page: HtmlResponse) -> Iterator[Post]:
        """The posts of a thread's page, opening post first."""
        for block in page.css(self.post):
            yield Post(
                author=_first_text(block, self.post_author) or None,
                published_at=self.date_of(_all_texts(block, self.post_date), page),
                text=text_of(_first(block, self.post_text), without=self.hidden),
                html=_first(block, self.post_body) or _first(block, self.post_text) or "",
                bio=text_of(_first(block, self.signature)),
            )

    def date_of(self, texts: list[str], page: Response) -> str | None:
        """The first of `texts` that is a date."""
        now = sent_at(page)
        return next((at for text in texts if (at := moment(text_of(text), now, utc_offset=self.utc_offset))), None)

    def counts(self, page: HtmlResponse) -> Iterator[tuple[str, float]]:
        """The counters that the page shows."""
        for name, css in self.counters.items():
            if number := NUMBER.search(text_of(page.css(css).get())):
                yield name, float(number[0].replace(",", ""))


def _first(place: HtmlResponse | Selector, css: Css) -> str | None:
    return next((html for one in css if (html := place.css(one).get())), None)


def _first_text(place: HtmlResponse | Selector, css: Css, *, without: str = "") -> str:
    found = (" ".join(text_of(place.css(one).get(), without=without).split()) for one in css)
    return next((text for text in found if text), "")


def _all_texts(place: HtmlResponse | Selector, css: Css) -> list[str]:
    return [text for one in css for text in place.css(one).getall()]
