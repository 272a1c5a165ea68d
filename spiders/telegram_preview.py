"""Public Telegram channels, by the preview of their messages at t.me/s/NAME. Each message is a listing."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus, urlsplit

import scrapy
from scrapy.http import HtmlResponse, Response

from apk_analysis.fingerprint import Problem
from crawler.families.channel_message import is_service, message_listing, number_of
from crawler.families.readable import readable
from crawler.spider import Expect, MarketplaceSpider, Yield

NAME = re.compile(r"^/(?:s/)?(?P<channel>[A-Za-z]\w{3,31})(?:/(?P<post>\d{1,12}))?/?$", re.ASCII)
MOST_MESSAGES = 200


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

    def parse(self, response: Response, **_: Any) -> Iterator[Yield]:
        """The messages of a page, and a request for older ones."""
        page = readable(response)
        shown = page.css(".tgme_widget_message[data-post]")[:MOST_MESSAGES]
        numbered = [(number, message) for message in shown if (number := number_of(message)) is not None]
        for _number, message in numbered:
            if not is_service(message):
                yield message_listing(message, page, marketplace=self.marketplace)
        if len(numbered) < len(shown):
            yield Problem(part="page", kind="malformed_card", detail=f"{response.url}: messages without number")
        before, oldest = re.search(r"[?&]before=(\d{1,12})", response.url), min((n for n, _ in numbered), default=0)
        if oldest > 1 and "/s/" in response.url and (before is None or oldest < int(before[1])):
            query = re.sub(r"(?:^|&)before=\d+", "", urlsplit(response.url).query).strip("&")
            asked = f"{query}&before={oldest}".lstrip("&")
            yield scrapy.Request(f"{response.url.partition('?')[0]}?{asked}", callback=self.parse)
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
