"""Google Play's web pages: what they say of an app. Its packages are given to signed-in phones only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import scrapy
from scrapy.http import HtmlResponse, Response

from crawler.families.addresses import clean_url
from crawler.families.app_store import AppStore, listed, not_understood
from crawler.families.page_text import masked, plain
from crawler.families.play_data import Block, app_block, blocks, packages, reviews, within
from crawler.families.readable import readable
from crawler.families.schema_listing import first, price_of
from crawler.families.schema_nodes import Node, described
from crawler.spider import Yield
from index.model import Listing

STORE = "https://play.google.com/store"
SHOWN = {"hl": "en", "gl": "US"}
"""Language and country in which pages are shown, where a start address names no others."""


class GooglePlay(AppStore):
    """Asked by package name or keyword; its robots rules forbid searching, so that keywords need an exemption."""

    name = "google_play"
    country = "US"
    proof = "recorded"
    format_confirmed = "2026-11-28"
    robots = "exempt"
    abuse_contact = "https://support.google.com/googleplay/android-developer/contact/takedown"
    starts = (f"{STORE}/apps",)
    walks = False
    delay = 3.0
    concurrency = 1

    def first_requests(self, address: str) -> Iterator[scrapy.Request]:
        """The page of an app, or a list of apps such as a developer's page."""
        callback = self.parse if "/apps/details" in address else self.parse_list
        yield scrapy.Request(address, callback, dont_filter=True)

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """The first page of hits, about thirty."""
        asked = urlencode({"q": query, "c": "apps", **_shown(address)})
        yield scrapy.Request(f"{STORE}/search?{asked}", self.parse_list)

    def look_up(self, package: str, address: str) -> Iterator[scrapy.Request]:
        """The page of an app, which is not there for a package that the store does not carry."""
        yield scrapy.Request(f"{STORE}/apps/details?{urlencode({'id': package, **_shown(address)})}", self.parse)

    def parse_list(self, response: Response, **_: Any) -> Iterator[Yield]:
        """Hits of a search or apps of a developer: a request for the page of each."""
        found = blocks(readable(response))
        if not found:
            yield not_understood(response, "no data in the page")
        for package in packages(found):
            yield from self.look_up(package, response.url)

    def parse(self, response: Response, **_: Any) -> Iterator[Yield]:
        """The page of an app: what it says in schema.org terms first, then what its data add."""
        page, package = readable(response), _package(response.url)
        nodes = (node for node in described(page).nodes if _package(clean_url(first(node, "url")) or "") == package)
        node, found = next(nodes, {}), blocks(page)
        app = app_block(found, package)
        if app is None:
            yield not_understood(response, "no app in the data of the page")
        if (app or node) and (listing := self.listing(page, node, app, found)) is not None:
            yield listing

    def listing(self, page: HtmlResponse, node: Node, app: Block, found: list[Block]) -> Listing | None:
        """The app. Its maker's legal name, addresses and telephone number stand in the bio."""
        package, legal = _package(page.url), listed(within(app, 69, 4))
        offers = [offer for offer in listed(node.get("offers")) if isinstance(offer, dict)]
        names, texts = reviews(found)
        return self.app(
            package,
            url=f"{STORE}/apps/details?id={package}",
            title=first(node, "name") or within(app, 0, 0),
            description=[within(app, 73, 0, 1) or first(node, "description"), within(app, 72, 0, 1)],
            seller=within(app, 68, 0) or first(node, "author"),
            bio=[within(legal, 0), within(app, 69, 0, 5, 2), within(app, 69, 1, 0), within(legal, 1, 0),
                 within(legal, 2, 0), within(legal, 3), within(app, 99, 0, 5, 2)],
            price=within(app, 57, 0, 0, 0, 0, 1, 0, 2) or price_of(offers),
            options=[within(app, 19, 0)],
            version=within(app, 140, 0, 0, 0),
            lang=page.css("html::attr(lang)").get(),
            notes=within(app, 144, 1, 1),
            reviews=[masked(plain(text), names) for text in texts],
            image_urls=[within(picture, 3, 2) for picture in listed(within(app, 78, 0))],
            icon_url=within(app, 95, 0, 3, 2) or first(node, "image"),
            published_at=within(app, 145, 0, 1, 0) or within(app, -1, "146", 0, 1, 0),
            counters={"rating": within(app, 51, 0, 1) or None, "ratings": within(app, 51, 2, 1),
                      "downloads": within(app, 13, 2) or within(app, 13, 1)},
        )  # fmt: skip


def _package(address: str) -> str:
    return parse_qs(urlsplit(address).query).get("id", [""])[0]


def _shown(address: str) -> dict[str, str]:
    asked = parse_qs(urlsplit(address).query)
    return {name: asked.get(name, [usual])[0] for name, usual in SHOWN.items()}
