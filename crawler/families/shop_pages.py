"""Shops whose pages say nothing in schema.org terms: lists lead to products, a product's parts are told by CSS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from parsel import Selector
from scrapy.http import HtmlResponse, Response

from apk_analysis.fingerprint import Problem
from crawler.families import anchors
from crawler.families.addresses import MOST_ADDRESSES, clean_url, host_of, samples_in
from crawler.families.moments import moment
from crawler.families.page_text import attribute, links_of, masked, text_of
from crawler.families.readable import base_of, readable
from crawler.links import Links
from crawler.spider import Expect, MarketplaceSpider, Yield
from index.model import Listing, SourceKind

Css = tuple[str, ...]
"""Selectors, tried in turn; the first that finds something counts."""

MOST_LINKS = 500
MOST_PARTS = 200


class ShopPages(MarketplaceSpider):
    """A member names the patterns of its addresses and the places of a product's parts."""

    kind: ClassVar[SourceKind] = "shop"
    native_id_rule: ClassVar[str] = "number of the product"
    expect: ClassVar[Expect] = Expect(fill={"title": 1.0, "price": 0.5, "description": 0.5})

    product_link: ClassVar[str]
    """Pattern found in a product's address; the group `id`, where there is one, is the number."""
    list_link: ClassVar[str]
    """Pattern found in the address of a list of products, its further pages too."""
    idle_link: ClassVar[str] = r"[?&](?:sort|order|orderby|display|filter\w*|price_m\w+)=[^&]"
    """Pattern found in addresses that repeat another list."""
    empty_list: ClassVar[str]
    """CSS of what is there even in a list without products: tells 'empty' from 'not understood'."""
    number: ClassVar[str] = ""
    """CSS of an attribute of a product's page that holds its number, where shops choose addresses that do not."""
    product_anchor: ClassVar[str] = ""
    """CSS of anchors that lead to products, for such shops."""

    title: ClassVar[Css] = ("h1",)
    price: ClassVar[Css]
    text: ClassVar[str]
    """CSS of all parts that describe the product."""
    options: ClassVar[str]
    pictures: ClassVar[str]
    """CSS of images or of anchors that lead to them."""
    review: ClassVar[str]
    review_text: ClassVar[str] = "p"
    review_author: ClassVar[str]
    date: ClassVar[str] = ""
    """Pattern found in the text of `facts`, like `counters`; the group 1 is the date or number."""
    counters: ClassVar[dict[str, str]] = {}
    facts: ClassVar[str] = "body"

    def product_address(self, found: re.Match[str], url: str) -> str | None:  # noqa: ARG002 - members need it
        """The canonical address of the product whose address `url` matched."""
        return (clean_url(url) or "").partition("?")[0] or None

    @classmethod
    def owns(cls, page: Response) -> bool:
        """A saved page of a product: its address and its parts are as this engine makes them."""
        return re.search(cls.product_link, page.url) is not None and bool(readable(page).css(cls.title[0]))

    def parse(self, response: Response, **_: Any) -> Iterator[Yield]:
        """Any page of a shop: a product, or a list."""
        page = readable(response)
        number = page.css(self.number).get("").strip() if self.number else ""
        found = re.search(self.product_link, page.url)
        if number or found:
            yield self.product(page, found, number)
        else:
            yield from self.lists(page)

    def lists(self, page: HtmlResponse) -> Iterator[Yield]:
        """The products and lists that a page leads to."""
        near = self.near(page, "a")
        matched = [(found, url) for url in near if (found := re.search(self.product_link, url))]
        products = {address for found, url in matched if (address := self.product_address(found, url))}
        if self.product_anchor and not products:
            products = set(self.near(page, self.product_anchor))
        onward = [url for url in near if re.search(self.list_link, url) and not re.search(self.idle_link, url)]
        yield Links([*sorted(products), *onward][:MOST_LINKS], self.parse)
        if not products and not onward and not page.css(self.empty_list):
            yield Problem(part="page", kind="not_understood", detail=f"{page.url}: neither products nor lists")

    def near(self, page: HtmlResponse, css: str) -> list[str]:
        """Addresses on the page's own host to which the anchors lead."""
        return sorted(set(anchors.near(anchors.hrefs(page, css), page)))

    def product(self, page: HtmlResponse, found: re.Match[str] | None, number: str) -> Listing | Problem:
        """The product of a page; a Problem where it shows none, as pages with an error of the database do."""
        number = number or (found.groupdict().get("id") or "" if found else "")
        canonical = page.css("link[rel=canonical]::attr(href)").get("")
        own = self.product_address(found, page.url) if found else clean_url(canonical or page.url, base_of(page))
        title = _first_text(page, self.title)
        if not title or not number or own is None or host_of(own) != host_of(page.url):
            return Problem(part="page", kind="not_understood", detail=f"{page.url}: no product")
        parts = page.css(self.text).getall()
        text = "\n".join(filter(None, map(text_of, parts)))
        said = text_of(page.css(self.facts).get())
        reviews = page.css(self.review)[:MOST_PARTS]
        names = [text_of(review.css(self.review_author).get()) for review in reviews]
        date = re.search(self.date, said) if self.date else None
        return Listing(
            marketplace=self.marketplace(page.url),
            native_id=number,
            url=own,
            title=title,
            source_kind=self.kind,
            description=text,
            price=_first_text(page, self.price) or None,
            lang=page.css("html::attr(lang)").get(),
            options=tuple(dict.fromkeys(filter(None, map(_line, page.css(self.options).getall()[:MOST_PARTS])))),
            reviews=tuple(masked(text, names) for r in reviews if (text := _texts(r.css(self.review_text)))),
            image_urls=tuple(self.images(page)),
            download_urls=samples_in(text, [link for part in parts for link in links_of(part)], page.url),
            published_at=moment(date[1]) if date else None,
            counters=dict(self.counts(said)),
        )

    def images(self, page: HtmlResponse) -> Iterator[str]:
        """Addresses of the product's pictures, the larger form where an anchor leads to it."""
        base = base_of(page)
        found = (attribute(part, "href") or attribute(part, "src") for part in page.css(self.pictures))
        yield from list(dict.fromkeys(url for address in found if (url := clean_url(address, base))))[:MOST_ADDRESSES]

    def counts(self, said: str) -> Iterator[tuple[str, float]]:
        """The counters that the page shows."""
        for name, pattern in self.counters.items():
            if (found := re.search(pattern, said)) is not None:
                yield name, float(found[1].replace(",", ""))


def _line(html: str) -> str:
    return " ".join(text_of(html).split())


def _first_text(page: HtmlResponse, css: Css) -> str:
    return next((text for one in css if (text := _line(page.css(one).get("")))), "")


def _texts(parts: list[Selector]) -> str:
    return "\n".join(filter(None, (text_of(part.get()) for part in parts)))
