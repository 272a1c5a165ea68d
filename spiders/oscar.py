"""Shops run by django-oscar, where their pages say nothing in schema.org terms."""

from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import urlencode, urlsplit

import scrapy

from crawler.families.shop_pages import ShopPages


class Oscar(ShopPages):
    """The slug in an address may change, the number behind it does not."""

    name = "oscar"
    proof = "real software"
    format_confirmed = "2026-11-28"

    product_link = r"/catalogue/(?!category/)[^/?#]*_(?P<id>\d+)/?(?:[?#]|$)"
    list_link = r"/catalogue/(?:category/[^?#]+|\?)|/search/\?"
    idle_link = r"[?&](?:sort_by|selected_facets)="
    empty_list = "form.form-horizontal, .page-header, #browse"
    title = (".product_main h1", "h1")
    price = (".product_main .price_color",)
    text = "#product_description + p, article.product_page table:first-of-type"
    options = ".product_main select option[value]:not([value='']), .product_main h2 ~ a"
    pictures = "#product_gallery img"
    review = "article.review"
    review_text = "h3 a, header + p"
    review_author = "small strong"
    facts = "article.product_page"
    counters: ClassVar = {"ratings": r"(\d+) customer reviews?"}

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """By the words of title and description."""
        parts = urlsplit(address)
        yield scrapy.Request(f"{parts.scheme}://{parts.netloc}/search/?{urlencode({'q': query})}", callback=self.parse)
