"""JD (京东, jd.com): search pages and item pages, from their elements and from the answers to the search's script."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urljoin

import scrapy
from parsel import Selector
from scrapy.http import HtmlResponse, Response

from apk_analysis.fingerprint import Problem
from crawler.families.addresses import clean_url
from crawler.families.captured import CapturedPages, counters, picture, pictures, yuan
from crawler.families.json_page import at, said, things
from crawler.families.page_text import attribute, text_of
from crawler.spider import Yield
from index.model import Listing

IN_ADDRESS = re.compile(
    r"//item(?:\.m)?\.jd\.(?:com|hk)/(?:product/)?(\d{4,20})\.html|[?&](?:sku|skuId|wareId)=(\d{4,20})"
)
ANY_NUMBER = re.compile(r"/(\d{4,20})\.html")


class Jd(CapturedPages):
    """Each variant has a number of its own, as the shop counts them."""

    name = "jd"
    kind = "shop"
    proof = "recorded"
    format_confirmed = "2026-11-28"
    native_id_rule = "the SKU, the number in an item's address"
    abuse_contact = "https://ipr.jd.com/"
    starts = ("https://search.jd.com/",)
    hosts = ("jd.com", "jd.hk")
    item = "https://item.jd.com/{}.html"
    answers = r"[?&]functionId=pc_search_searchWare(?:&|$)"
    cards = "li.gl-item, .sku-name, .sku-title"

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """The first leaves of the search, which counts every second."""
        for leaf in range(self.leaves):
            yield self.rendered(urljoin(address, f"/Search?keyword={quote(query)}&enc=utf-8&page={2 * leaf + 1}"))

    def read_page(self, page: HtmlResponse) -> Iterator[Yield]:
        """The cards of a search, or one item."""
        if cards := page.css("li.gl-item, .plugin_goodsCardWrapper[data-sku]"):
            yield from self.listings((self._card(card, page.url) for card in cards), page.url)
        elif page.css(".sku-name, .sku-title"):
            yield from self.listings(iter([self._item(page)]), page.url)

    def read_answer(self, value: Any, response: Response) -> Iterator[Yield]:
        """Of the search."""
        if not isinstance(at(value, "data", "wareList"), list):
            yield Problem(part="page", kind="not_understood", detail=f"{response.url[:300]}: no data.wareList")
            return
        yield from self.listings((self._ware(ware) for ware in things(value, "data", "wareList")), response.url)

    def _card(self, card: Selector, url: str) -> Listing | None:
        lazy = card.css(".p-img img::attr(data-lazy-img)").get("")  # 'done' once it is loaded, and `src` has it
        cover = picture(card.css(".p-img img::attr(src)").get() if lazy in {"", "done"} else lazy, url)
        variants = card.css(".ps-item a::attr(title)").getall()
        return self.made(
            attribute(card, "data-sku"),
            text_of(card.css(".p-name em").get()),
            description=text_of(card.css(".p-name .promo-words").get()),
            seller=text_of(card.css(".p-shop a").get()) or None,
            price=yuan(text_of(card.css(".p-price strong i").get())),
            options=tuple(dict.fromkeys(filter(None, map(str.strip, variants)))),
            notes="；".join(filter(None, map(text_of, card.css(".p-icons i").getall()))),
            image_urls=(cover,) if cover and ".jd.com/" not in cover and "360buyimg" in cover else (),
            counters=counters(replies=text_of(card.css(".p-commit strong a").get())),
        )

    def _ware(self, ware: Any) -> Listing | None:
        cover = picture(at(ware, "imageurl") or at(ware, "imageUrl"), "https://img10.360buyimg.com/n7/")
        return self.made(
            said(ware, "skuId") or said(ware, "wareId"),
            said(ware, "wareName") or said(ware, "wname"),
            seller=said(ware, "shopName") or None,
            price=yuan(said(ware, "realPrice") or said(ware, "jdPrice")),
            image_urls=(cover,) if cover else (),
            counters=counters(replies=said(ware, "commentFuzzy") or at(ware, "totalCount")),
        )

    def _item(self, page: HtmlResponse) -> Listing | None:
        canonical = page.css("link[rel=canonical]::attr(href)").get("")
        found = (
            IN_ADDRESS.search(clean_url(canonical, page.url) or "")
            or IN_ADDRESS.search(page.url)
            or ANY_NUMBER.search(page.url)
        )
        number = next(filter(None, found.groups()), "") if found else ""
        covers = page.css("#spec-list img::attr(data-url)").getall()
        shown = text_of(page.css(f".p-price .J-p-{number}").get()) if number else ""
        facts = map(text_of, page.css(".p-parameter-list li, .Ptable-item dl, .package-list p").getall())
        return self.made(
            number,
            text_of(page.css(".sku-name, .sku-title").get()),
            description="\n".join(dict.fromkeys(filter(None, (text_of(page.css("#p-ad").get()), *facts)))),
            seller=page.css(".J-hove-wrap .name a::attr(title), .shopName a::attr(title)").get()
            or text_of(page.css(".J-hove-wrap .name a, .shopName a").get()) or None,
            price=yuan(shown),  # loaded by a script; a saved page may lack it
            options=tuple(dict.fromkeys(filter(None, page.css("#choose-attrs .item::attr(data-value)").getall()))),
            image_urls=pictures([f"//img10.360buyimg.com/n1/{path}" if path.startswith("jfs/") else path
                                 for path in covers], page.url),
        )  # fmt: skip
