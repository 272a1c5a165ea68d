"""Shops run by WooCommerce: by the interface of the shop, else by its pages, which speak schema.org."""

from collections.abc import Iterator

import scrapy
from scrapy.http import HtmlResponse, Response
from twisted.python.failure import Failure

from apk_analysis.fingerprint import Problem
from crawler.families.json_page import read_json, said, things
from crawler.families.page_text import masked, text_of
from crawler.families.readable import readable
from crawler.families.schema_site import SchemaSite
from crawler.families.wordpress_entry import said_html
from crawler.families.wordpress_product import product_listing, with_page
from crawler.families.wordpress_site import WordpressSite, in_part, root_of
from crawler.spider import Yield, request_of
from index.model import Listing


class Woocommerce(WordpressSite, SchemaSite):
    """A product with reviews costs two requests more: the reviews come first, so that the product is the evidence."""

    name = "woocommerce"
    kind = "shop"
    proof = "recorded"
    format_confirmed = "2026-11-28"
    native_id_rule = "number of the product; before it the shop's folder, where it does not lie at the root"
    first_routes = ("wc/store/v1/products", "wc/store/products")
    per_page = 100

    @classmethod
    def owns(cls, page: Response) -> bool:
        """A saved page of a product."""
        return bool(readable(page).css("body.single-product.woocommerce"))

    def places(self, address: str) -> Iterator[str]:
        """The interface, then the pages."""
        yield from super().places(address)
        yield f"{root_of(address)}/?post_type=product"

    def paged(self, url: str, page: int, query: str = "", **more: str) -> str:
        """Pages have their own search."""
        if url.endswith("post_type=product"):
            return scrapy.FormRequest(url, method="GET", formdata={"s": query, "post_type": "product"}).url
        return super().paged(url, page, query, **more)

    def parse_first(self, response: Response, places: list[str], query: str) -> Iterator[Yield]:
        """The first products of the interface, or, where there is none, a page of the shop."""
        if isinstance(read_json(response), list):
            yield from self.parse_products(response, url=places[0], page=1, query=query)
        elif places[1:]:
            yield self.ask(places[1:], query)
        else:
            yield in_part(response)
            yield from self.parse(response)

    def parse_products(self, response: Response, url: str, page: int, query: str) -> Iterator[Yield]:
        """The products of a page of the collection at `url`, and the next page."""
        value = read_json(response)
        if isinstance(value, Problem):
            yield value
            return
        products = list(things({"all": value}, "all"))
        for product in products:
            own = f"{url}/{said(product, 'id')}"
            if said(product, "review_count") in {"", "0"} or not said(product, "id").isdigit():
                yield product_listing(product, response.url, self.marketplace)
            else:
                reviews = self.paged(f"{url}/reviews", 1, product_id=said(product, "id"))
                yield scrapy.Request(
                    reviews, callback=self.parse_reviews, errback=self.without_reviews, cb_kwargs={"product": own}
                )
        if self.more_pages(response, page, len(products)):
            kwargs = {"url": url, "page": page + 1, "query": query}
            yield scrapy.Request(self.paged(url, page + 1, query), callback=self.parse_products, cb_kwargs=kwargs)

    def parse_reviews(self, response: Response, product: str) -> Iterator[Yield]:
        """What was written about the product at the address `product`, which is asked for next."""
        value = read_json(response)
        written = list(things({"all": value}, "all"))[: self.per_page]
        names = [said(review, "reviewer") for review in written]
        reviews = [masked(text, names) for review in written if (text := text_of(said_html(review, "review")))]
        yield scrapy.Request(product, callback=self.parse_product, cb_kwargs={"reviews": reviews})
        if isinstance(value, Problem):
            yield value

    def without_reviews(self, failure: Failure) -> Iterator[Yield]:
        """Errback: a shop may keep them to itself."""
        own = request_of(failure).cb_kwargs["product"]
        yield scrapy.Request(own, callback=self.parse_product, cb_kwargs={"reviews": []})

    def parse_product(self, response: Response, reviews: list[str]) -> Iterator[Yield]:
        """One product, as the interface gives it."""
        yield product_listing(read_json(response), response.url, self.marketplace, reviews)

    def offers(self, page: HtmlResponse) -> Iterator[Yield]:
        """What the page offers, under the number that the interface gives it."""
        for thing in super().offers(page):
            yield with_page(thing, page) if isinstance(thing, Listing) else thing
