"""Shops run by Shopify: by their list of products, else by sitemap and pages."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import scrapy
from scrapy.http import HtmlResponse, Response
from twisted.python.failure import Failure

from apk_analysis.fingerprint import Problem
from crawler.families.json_page import at, read_json, said, things
from crawler.families.schema_site import SchemaSite
from crawler.families.shopify_product import product_listing, with_page
from crawler.spider import Yield, request_of
from index.model import Listing

AT_ONCE, MOST_PAGES = 250, 100
"""The list ends at 25,000 products; what is beyond is answered with an error."""
COLLECTION = re.compile(r"(?:/[a-z]{2}(?:-[a-z]{2})?)?/collections/[^/?#]+", re.IGNORECASE)


class Shopify(SchemaSite):
    """Not asked for keywords: the search shows ten hits, robots rules forbid it, and a request lists 250 products."""

    name = "shopify"
    proof = "recorded"
    format_confirmed = "2026-11-28"
    native_id_rule = "number of the product"
    wanted = r"/products/[^/?#]+$"

    @classmethod
    def owns(cls, page: Response) -> bool:
        """A saved page of a product."""
        return b"cdn.shopify.com" in page.body and re.search(cls.wanted, page.url) is not None

    def first_requests(self, address: str) -> Iterator[scrapy.Request]:
        """The shop's own data, which say its name and currency; then the products of the shop, or of a collection."""
        parts = urlsplit(address)
        root, chosen = f"{parts.scheme}://{parts.netloc}", COLLECTION.match(parts.path)
        shown = f"{root}{chosen[0] if chosen else ''}/products.json"
        yield scrapy.Request(
            f"{root}/meta.json", callback=self.parse_shop, errback=self.without_shop, cb_kwargs={"shown": shown}
        )

    def parse_shop(self, response: Response, shown: str) -> Iterator[Yield]:
        """What the shop says about itself."""
        value = read_json(response)
        yield self.products(shown, 1, {name: said(value, name) for name in ("name", "currency", "description")})

    def without_shop(self, failure: Failure) -> Iterator[Yield]:
        """Errback: the products can be read without."""
        yield self.products(request_of(failure).cb_kwargs["shown"], 1, {})

    def products(self, shown: str, page: int, shop: dict[str, str], before: str = "") -> scrapy.Request:
        """A page of the list at `shown`; the page before began with the product `before`."""
        return scrapy.Request(
            f"{shown}?{urlencode({'limit': AT_ONCE, 'page': page})}",
            callback=self.parse_products,
            errback=self.locked if page == 1 else None,
            cb_kwargs={"shown": shown, "page": page, "shop": shop, "before": before},
        )

    def locked(self, failure: Failure) -> Iterator[Yield]:
        """Errback: shops may switch the list off; pages and sitemap are there still."""
        url = request_of(failure).url
        yield self.request("/".join([*url.split("/")[:3], "sitemap.xml"]), self.parse_sitemap)

    def parse_products(
        self, response: Response, shown: str, page: int, shop: dict[str, str], before: str
    ) -> Iterator[Yield]:
        """A listing for each product, and the next page: until one is empty, or the same as the one before."""
        value = read_json(response)
        products = list(things(value, "products"))
        first = (said(products[0], "id") or "-") if products else ""
        fresh = first not in {"", before}
        if page == 1 and at(value, "products") is None:
            yield self.request("/".join([*response.url.split("/")[:3], "sitemap.xml"]), self.parse_sitemap)
        elif isinstance(value, Problem):
            yield value
        elif fresh and page < MOST_PAGES:
            yield self.products(shown, page + 1, shop, first)
        elif fresh:
            yield Problem(part="page", kind="too_large", detail=f"{response.url}: more than {MOST_PAGES} pages")
        for product in products if fresh else ():
            yield product_listing(product, response.url, self.marketplace, shop)

    def parse_product(self, response: Response) -> Iterator[Yield]:
        """One product by itself, /products/NAME.json."""
        value = read_json(response)
        yield (
            value
            if isinstance(value, Problem)
            else product_listing(at(value, "product"), response.url, self.marketplace, {})
        )

    def offers(self, page: HtmlResponse) -> Iterator[Yield]:
        """What the page offers, under the number that the list gives it."""
        for thing in super().offers(page):
            yield with_page(thing, page) if isinstance(thing, Listing) else thing
