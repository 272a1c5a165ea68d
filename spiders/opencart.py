"""Shops run by OpenCart."""

import re
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import urlencode

import scrapy

from crawler.families.addresses import clean_url
from crawler.families.shop_pages import ShopPages


class Opencart(ShopPages):
    """Addresses by route, as every shop understands them; reviews where the page itself holds them."""

    name = "opencart"
    proof = "recorded"
    format_confirmed = "2026-11-28"

    product_link = (
        r"^(?P<root>[^?]*/(?:index\.php)?)\?(?=(?:[^#]*&)?route=product(?:/|%2F)product(?:&|$))"
        r"(?:[^#]*&)?product_id=(?P<id>\d+)"
    )
    list_link = r"[?&]route=product(?:/|%2F)(?:category|search|special|manufacturer)\b"
    idle_link = r"[?&](?:sort|order|limit|filter|tag)="
    number = "#input-product-id::attr(value), #product input[name=product_id]::attr(value)"
    product_anchor = ".product-thumb a"
    empty_list = "#product-search, #product-category, #menu"
    title = ("#content h1", "h1")
    price = (".price-new", "#content .list-unstyled h2", "#content .price")
    text = "#content h1 ~ ul:not(:has(.price-new)), #tab-description, #tab-specification"
    options = "#product select option[value]:not([value='']), #product .form-check label, #product .radio label"
    pictures = "#content .image-thumb a, #content ul.thumbnails a, #content .image.magnific-popup a"
    review = "#review table, #review .border"
    review_author = "strong"
    facts = "#content"
    counters: ClassVar = {"ratings": r"(\d+) reviews?\b"}

    def product_address(self, found: re.Match[str], url: str) -> str | None:
        """Without language, category and search."""
        return clean_url(f"{found['root']}?product_id={found['id']}&route=product/product")

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """By name; `description` asks for texts as well."""
        root = address.partition("?")[0].removesuffix("index.php").rstrip("/")
        asked = urlencode({"route": "product/search", "search": query, "description": "true"}, safe="/")
        yield scrapy.Request(f"{root}/index.php?{asked}", callback=self.parse)
