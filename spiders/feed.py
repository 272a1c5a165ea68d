"""Any RSS or Atom feed: each entry is a listing."""

from collections.abc import Iterator
from typing import Any

from scrapy.http import Response

from crawler.families.addresses import clean_url, samples_in
from crawler.families.feed_entries import Entry, Feed, read_feed
from crawler.families.page_text import links_of, text_of
from crawler.spider import MarketplaceSpider, Yield
from index.model import Listing

FORUM_MARKS = (
    *("discuz", "phpbb", "nodebb", "discourse", "flarum", "vbulletin", "xenforo", "reddit.com/r/"),
    *("viewthread", "viewtopic", "showthread", "/topic/", "/thread-", "/threads/"),
)
"""In the generator, the feed's address, or its first entry's."""


class FeedSpider(MarketplaceSpider):
    """A feed shows the newest entries only, so what is no longer in it is not gone."""

    name = "feed"
    kind = "site"
    proof = "recorded"
    format_confirmed = "2026-11-24"
    interval = "6h"
    shows_all = False
    native_id_rule = "id (guid) of the entry, else its address without tracking, session and language parameters"

    def parse(self, response: Response, **_: Any) -> Iterator[Yield]:
        """A listing for each entry."""
        feed = read_feed(response)
        if feed.problem:
            yield feed.problem
        signs = f"{feed.generator} {response.url} {feed.entries[0].link if feed.entries else ''}".lower()
        forum = any(mark in signs for mark in FORUM_MARKS)
        for entry in feed.entries:
            if entry.id:
                yield self.listing(entry, feed, response.url, forum=forum)

    def listing(self, entry: Entry, feed: Feed, feed_url: str, *, forum: bool) -> Listing:
        """One entry; untitled ones (short messages) are named by their first line."""
        text = text_of(entry.html)
        url = clean_url(entry.link, feed_url) or feed_url
        return Listing(
            marketplace=self.marketplace(feed_url),
            native_id=entry.id,
            url=url,
            title=entry.title or text.partition("\n")[0][:200] or url,
            source_kind="forum" if forum else self.kind,
            description=text,
            seller=entry.author,
            lang=feed.lang,
            download_urls=samples_in(text, [(file, "") for file in entry.files] + links_of(entry.html), url),
            published_at=entry.published_at,
        )
