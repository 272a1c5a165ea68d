"""Reddit, by its feeds: since 2026 they are all that it gives to visitors without an account."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus, urljoin, urlsplit, urlunsplit

import scrapy
from parsel import Selector
from scrapy.http import Response

from crawler.families.addresses import host_of
from crawler.families.feed_entries import Entry, read_feed
from crawler.families.page_text import links_of, text_of
from crawler.families.threads import Post, thread_listing
from crawler.spider import Expect, MarketplaceSpider, Yield

THREAD = re.compile(r"/r/(?P<place>\w{2,30})/comments/(?P<id>[0-9a-z]{3,12})(?:[/?.]|$)", re.ASCII)
ID = re.compile(r"t3_(?P<id>[0-9a-z]{3,12})", re.ASCII)


class Reddit(MarketplaceSpider):
    """A feed shows the newest 25 posts; replies come with the feed of a single thread (--start .../comments/ID/)."""

    name = "reddit"
    kind = "forum"
    country = "US"
    proof = "recorded"
    format_confirmed = "2026-11-24"
    interval = "6h"
    native_id_rule = "number of the post, as in /comments/NUMBER/"
    one_site = True
    starts = ("https://www.reddit.com/r/ChatGPT+artificial+StableDiffusion/new/.rss",)
    hosts = ("reddit.com",)
    abuse_contact = "https://www.reddit.com/report"
    robots = "exempt"
    expect = Expect(fill={"title": 1.0, "seller": 0.9, "published_at": 1.0})
    delay = 10.0
    concurrency = 1
    shows_all = False

    def first_requests(self, address: str) -> Iterator[scrapy.Request]:
        """The feed of the page at `address`."""
        parts = urlsplit(address)
        path = parts.path.rstrip("/")
        if not path.endswith(".rss"):
            path += ".rss" if path.endswith("/search") else "/.rss"
        yield scrapy.Request(urlunsplit(parts._replace(path=path)), callback=self.parse, dont_filter=True)

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """The newest posts with the words: of one subreddit where the order names one, else of all."""
        place = None if address in self.starts else re.search(r"/r/[\w+]{2,200}", address, re.ASCII)
        where = f"{place[0] if place else ''}/search.rss?q={quote_plus(query)}&sort=new"
        yield scrapy.Request(
            urljoin(address, f"{where}&restrict_sr=1" if place else where), callback=self.parse, dont_filter=True
        )

    def parse(self, response: Response, **_: Any) -> Iterator[Yield]:
        """The posts of a feed; of a thread's own feed its post, with what was replied."""
        feed = read_feed(response)
        if feed.problem:
            yield feed.problem
        posts = [entry for entry in feed.entries if ID.fullmatch(entry.id)]
        alone = THREAD.search(urlsplit(response.url).path)
        if alone:
            posts = [entry for entry in posts if entry.id == f"t3_{alone['id']}"][:1]
        replies = [entry for entry in feed.entries if entry.id.startswith("t1_")] if alone else []
        for entry in posts:
            native_id, found = entry.id.removeprefix("t3_"), THREAD.search(entry.link)
            place = f"/r/{found['place']}" if found else ""
            yield thread_listing(
                [_post(entry), *map(_post, replies)],
                marketplace=self.marketplace,
                native_id=native_id,
                url=f"https://www.reddit.com{place}/comments/{native_id}/",
                title=entry.title or native_id,
                counters={"replies": float(len(replies))} if alone else {},
            )


def _post(entry: Entry) -> Post:
    """What its author wrote, and where the post leads; not what the feed says around it."""
    written = "".join(Selector(text=entry.html).css("div.md").getall()) if "<" in entry.html else entry.html
    links = [href for href, label in links_of(entry.html) if label.strip() == "[link]"]
    targets = [href for href in links if not host_of(href).endswith("reddit.com")]
    name = (entry.author or "").removeprefix("/u/")
    return Post(
        author=name or None,
        also=(f"u/{name}", f"/u/{name}") if name else (),
        published_at=entry.published_at,
        text="\n".join(part for part in (text_of(written), *targets) if part),
        html=entry.html,
    )
