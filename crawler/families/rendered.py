"""Pages that only scripts fill: rendered by Chromium, then read like any other page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import scrapy
from parsel import Selector
from scrapy.http import HtmlResponse
from scrapy.settings import BaseSettings

from apk_analysis.fingerprint import Problem
from crawler.browser import browser_settings, require_browser
from crawler.families.addresses import clean_url, samples_in
from crawler.families.moments import moment
from crawler.families.page_text import links_of, text_of
from crawler.families.schema_site import SchemaSite
from crawler.spider import Access, Yield
from index.model import Listing

MOST_CARDS = 500


class RenderedPages(SchemaSite):
    """A member names the element that is one listing, and where its parts are; schema.org is read as well."""

    access: ClassVar[Access] = "browser"
    shows_all: ClassVar[bool] = False
    deepest: ClassVar[int] = 0
    card: ClassVar[str]
    """CSS of the element that is one listing; rendering waits for it."""
    parts: ClassVar[dict[str, str]] = {}
    """Part of a listing (id, title, description, seller, price, url, date) -> CSS in the card."""

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Raises BrowserMissing before anything is fetched."""
        super().update_settings(settings)
        settings.setdict(browser_settings(require_browser()), priority="spider")

    def first_requests(self, address: str) -> Iterator[scrapy.Request]:
        """The start page, rendered."""
        yield self.request(address, self.parse).replace(dont_filter=True)

    def request(self, url: str, callback: Callable[..., Any], **kwargs: object) -> scrapy.Request:
        """A request that Chromium renders."""
        meta = {"playwright": True, "wait_for": f"{self.card}, script[type*='ld+json']"}
        return super().request(url, callback, **kwargs).replace(meta=meta)

    def requests(self, urls: list[str], callback: Callable[..., Any], **kwargs: object) -> Iterator[Yield]:
        """Each of its own: rendered pages are more than links."""
        for url in urls:
            yield self.request(url, callback, **kwargs)

    def offers(self, page: HtmlResponse) -> Iterator[Yield]:
        """The page's cards, and what it says in schema.org terms."""
        for card in page.css(self.card)[:MOST_CARDS]:
            listing = self.listing(self.read_card(card), card, page)
            yield listing or Problem(part="page", kind="malformed_card", detail=f"{page.url}: {card.get()}"[:500])
        yield from super().offers(page)

    def read_card(self, card: Selector) -> dict[str, str]:
        """The texts of a card's parts."""
        return {name: text for name, css in self.parts.items() if (text := text_of(card.css(css).get()))}

    def listing(self, said: dict[str, str], card: Selector, page: HtmlResponse) -> Listing | None:
        """The listing of one card; None without id or title."""
        if not said.get("id") or not said.get("title"):
            return None
        text = said.get("description", "")
        return Listing(
            marketplace=self.marketplace(page.url),
            native_id=said["id"],
            url=clean_url(said.get("url", ""), page.url) or page.url,
            title=" ".join(said["title"].split()),
            source_kind=self.kind,
            description=text,
            seller=said.get("seller"),
            price=said.get("price"),
            lang=page.css("html::attr(lang)").get(),
            download_urls=samples_in(text, links_of(card.get()), page.url),
            published_at=moment(said.get("date")),
        )
