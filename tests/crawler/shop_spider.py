"""A plain spider for the test site: a list page links to items and further list pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scrapy.http import Response

from apk_analysis.fingerprint import Problem
from crawler.families.readable import readable
from crawler.links import Links
from crawler.spider import Expect, MarketplaceSpider, Yield
from index.model import Listing


class ShopSpider(MarketplaceSpider):
    name = "shop"
    kind = "shop"
    proof = "synthetic"
    format_confirmed = "2026-11-25"
    native_id_rule = "the number in the address"
    expect = Expect(listings=(1, None), fill={"title": 0.9})

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Yield]:
        if response.css("h1"):
            yield from self.parse_item(response)
        links = [response.urljoin(link) for link in response.css("a::attr(href)").getall()]
        yield Links([link for link in links if "/item/" in link], self.parse_item)
        yield from (response.follow(link, callback=self.parse) for link in links if "/item/" not in link)

    def parse_item(self, response: Response) -> Iterator[Yield]:
        response = readable(response)
        title = response.css("h1::text").get()
        if title is None:
            yield Problem(part="page", kind="layout_changed", detail=response.url)
            return
        if "broken" in title:
            raise ZeroDivisionError("a defect of the spider")
        yield Listing(
            marketplace=self.marketplace(response.url),
            native_id=response.url.rsplit("/", 1)[-1],
            url=response.url,
            title=title,
            description=response.css("p.text::text").get(""),
            price=response.css("b.price::text").get(),
            seller=response.css("i.seller::text").get(),
            source_kind="shop",
            download_urls=tuple(response.urljoin(href) for href in response.css("a.apk::attr(href)").getall()),
        )
