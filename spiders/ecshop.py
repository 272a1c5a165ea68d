"""Shops run by ECShop, the old Chinese shop software, and what was made from it."""

import re
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import urlencode

import scrapy

from crawler.families.shop_pages import ShopPages


class Ecshop(ShopPages):
    """Its pages may begin with notices of PHP; a page that holds nothing but an error has status 200 too."""

    name = "ecshop"
    country = "CN"
    proof = "recorded"
    format_confirmed = "2026-11-28"

    product_link = r"^(?P<root>[^?]*/)(?:goods\.php\?(?:[^#]*&)?id=|goods-)(?P<id>\d+)"
    list_link = r"/(?:category|search|brand)\.php\?|/(?:category|brand)-\d+"
    idle_link = r"[?&]display="
    empty_list = "#category_tree, #mainNav, .goodsBox, form[name=selectPageForm]"
    title = ("#ECS_FORMBUY p.f_l", "#ECS_FORMBUY h1", "#goodsInfo h1", ".goods_name, .goods-name", "h1")
    price = ("#ECS_SHOPPRICE", "#ECS_FORMBUY .shop", ".shop_s")
    text = "#com_h blockquote, #com_v blockquote, .goods-desc"
    options = "#ECS_FORMBUY label, #ECS_FORMBUY select[name^=spec_] option"
    pictures = ".imgInfo > a:first-child img, .imgInfo > img, .gallery a, .gallery img"
    review = "#ECS_COMMENT ul.comments > li.word"
    review_author = "font.f2"
    facts = "#ECS_FORMBUY"
    date = r"上架时间[:：]\s*(\d{4}-\d{1,2}-\d{1,2})"
    counters: ClassVar = {"views": r"商品点击数[:：]\s*(\d+)"}

    def product_address(self, found: re.Match[str], url: str) -> str | None:
        """In the form that every shop understands."""
        form = "goods-{}.html" if "/goods-" in url else "goods.php?id={}"
        return found["root"] + form.format(found["id"])

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """The shop sends on to an address of its own that holds the question."""
        root = address.partition("?")[0].rpartition("/")[0]
        yield scrapy.Request(f"{root}/search.php?{urlencode({'keywords': query})}", callback=self.parse)
