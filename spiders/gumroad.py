"""Gumroad: digital goods of many sellers, by its search and the pages of the products."""

import json
from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import urlencode

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure

from apk_analysis.fingerprint import Problem
from crawler.families.addresses import clean_url
from crawler.families.gumroad_product import product_listing
from crawler.families.json_page import at, number, read_json, said, things
from crawler.families.readable import readable
from crawler.problems import problem_of
from crawler.spider import Expect, MarketplaceSpider, Yield, request_of

MOST_RESULTS = 300
"""Of one query; what ranks lower has little to do with it."""
PROPS = "[data-page]::attr(data-page), script[data-component-name^=Product]::text"
"""Where a page keeps the data that its script shows: today's and the older form."""


class Gumroad(MarketplaceSpider):
    """The search cuts descriptions at 100 characters, so each product's page is read as well."""

    name = "gumroad"
    kind = "shop"
    country = "US"
    proof = "recorded"
    format_confirmed = "2026-11-28"
    native_id_rule = "id of the product, the same in the search and on its page"
    one_site = True
    starts = ("https://gumroad.com/",)
    walks = False
    shows_all = False
    abuse_contact = "support@gumroad.com"
    expect: ClassVar[Expect] = Expect(fill={"title": 1.0, "seller": 0.9, "price": 0.8})

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """The first results."""
        yield self._results(f"{address.partition('?')[0].rstrip('/')}/products/search", query, 0)

    def _results(self, url: str, query: str, begin: int) -> scrapy.Request:
        """Results from number `begin` on. Whether they count from 0 or 1: one is seen twice at worst."""
        kwargs = {"url": url, "query": query, "begin": begin}
        asked = {"query": query, **({"from": begin} if begin else {})}
        return scrapy.Request(f"{url}?{urlencode(asked)}", callback=self.parse_results, cb_kwargs=kwargs)

    def parse_results(self, response: Response, url: str, query: str, begin: int) -> Iterator[Yield]:
        """Requests for the products' pages, and for further results."""
        value = read_json(response)
        if at(value, "products") is None:
            yield value if isinstance(value, Problem) else unknown(response.url)
        cards = list(things(value, "products"))
        for card in cards:
            page = clean_url(said(card, "url").partition("?")[0])
            if page is None:
                yield unknown(f"{response.url}: {str(card)[:200]}")
            else:
                yield scrapy.Request(
                    page, callback=self.parse, errback=self.without_page, cb_kwargs={"card": card, "page": page}
                )
        onward = begin + len(cards)
        if cards and onward < min(number(value, "total") or 0, MOST_RESULTS):
            yield self._results(url, query, onward)

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Yield]:
        """A product's page; where it does not say what we look for, its card among the results has to do."""
        for written in readable(response).css(PROPS).getall():
            try:
                value = json.loads(written)
            except (ValueError, RecursionError):
                continue
            product = at(value, "props", "product") or at(value, "product")
            if said(product, "name"):
                yield product_listing(product, response.url)
                return
        yield unknown(response.url)
        if "card" in kwargs:
            yield product_listing(kwargs["card"], kwargs["page"])

    def without_page(self, failure: Failure) -> Iterator[Yield]:
        """Errback: the page cannot be had; what the results say is not lost."""
        kwargs = request_of(failure).cb_kwargs
        if failure.value is not None:
            yield problem_of(failure.value)
        yield product_listing(kwargs["card"], kwargs["page"])


def unknown(detail: str) -> Problem:
    """The answer is not what it used to be."""
    return Problem(part="page", kind="not_understood", detail=detail[:500])
