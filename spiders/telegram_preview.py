"""Public Telegram channels, by the preview of their messages at t.me/s/NAME. Each message is a listing."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus, urlsplit

import scrapy
from scrapy.http import HtmlResponse, Response

from apk_analysis.fingerprint import Problem
from crawler.families.channel_message import is_service, message_listing, number_of
from crawler.families.readable import readable, sent_at
from crawler.since import cutoff
from crawler.spider import Expect, MarketplaceSpider, Yield

NAME = re.compile(r"^/(?:s/)?(?P<channel>[A-Za-z]\w{3,31})(?:/(?P<post>\d{1,12}))?/?$", re.ASCII)
MOST_MESSAGES = 200
MOST_PAGES = 50
"""Of one walk, with 20 messages each as a rule; an address with ?before=NUMBER begins farther back."""


class TelegramPreview(MarketplaceSpider):
    """Files cannot be fetched here: their names and sizes are part of the text."""

    name = "telegram_preview"
    kind = "channel"
    proof = "recorded"
    format_confirmed = "2026-11-24"
    interval = "6h"
    native_id_rule = "name of the channel in lower case and number of the message; an album is its first picture"
    abuse_contact = "abuse@telegram.org"
    expect = Expect(fill={"title": 1.0, "seller": 0.9, "published_at": 0.9})
    delay = 2.0
    concurrency = 1
    shows_all = False
    recheck_by = "start"

    @classmethod
    def owns(cls, page: Response) -> bool:
        """Saved pages of t.me, whatever they show."""
        return urlsplit(page.url).hostname in {"t.me", "telegram.me"}

    def first_requests(self, address: str) -> Iterator[scrapy.Request]:
        """The newest messages of the channel at t.me/NAME or t.me/s/NAME, or one message at t.me/NAME/7."""
        yield self._request(address)

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """Messages of that channel with the words."""
        yield self._request(address, f"q={quote_plus(query)}")

    def _request(self, address: str, query: str = "") -> scrapy.Request:
        parts = urlsplit(address)
        url, found = address, NAME.match(parts.path)
        if found is not None and found["post"]:
            url = f"{parts.scheme}://{parts.netloc}/{found['channel']}/{found['post']}?embed=1&mode=tme"
        elif found is not None:
            url = f"{parts.scheme}://{parts.netloc}/s/{found['channel']}?{query or parts.query}".rstrip("?")
        return scrapy.Request(url, callback=self.parse, dont_filter=True)

    def parse(self, response: Response, leaf: int = 1, **_: Any) -> Iterator[Yield]:
        """The messages of a page, and a request for older ones as far as they are wanted."""
        page = readable(response)
        shown = page.css(".tgme_widget_message[data-post]")[:MOST_MESSAGES]
        numbered = [(number, message) for message in shown if (number := number_of(message)) is not None]
        listings = [
            message_listing(one, page, marketplace=self.marketplace) for _, one in numbered if not is_service(one)
        ]
        yield from listings
        if len(numbered) < len(shown):
            yield Problem(part="page", kind="malformed_card", detail=f"{response.url}: messages without number")
        before, oldest = re.search(r"[?&]before=(\d{1,12})", response.url), min((n for n, _ in numbered), default=0)
        sent = sent_at(response)
        earliest = cutoff(self.since, sent) if self.since and sent else None
        wanted = earliest is None or not listings or any((one.published_at or earliest) >= earliest for one in listings)
        onward = oldest > 1 and "/s/" in response.url and (before is None or oldest < int(before[1]))
        if onward and wanted and leaf < MOST_PAGES:
            query = re.sub(r"(?:^|&)before=\d+", "", urlsplit(response.url).query).strip("&")
            asked = f"{response.url.partition('?')[0]}?{query}&before={oldest}".replace("?&", "?")
            yield scrapy.Request(asked, callback=self.parse, cb_kwargs={"leaf": leaf + 1})
        if not shown:
            yield from self._nothing(page, searched=before is not None or "q=" in urlsplit(response.url).query)

    def _nothing(self, page: HtmlResponse, *, searched: bool) -> Iterator[Yield]:
        """Why there are no messages: none found; a page of a single message; no preview; or refused for a while."""
        found = NAME.match(urlsplit(page.url).path)
        if page.css(".tme_no_messages_found"):
            if not searched:
                yield Problem(part="page", kind="nothing_found", detail=f"{page.url}: no messages, or asked too often")
        elif found is not None and found["post"] and "embed=" not in page.url:
            yield self._request(page.url)
        else:
            yield Problem(part="page", kind="no_preview", detail=f"{page.url}: {page.css('title::text').get('')[:100]}")
