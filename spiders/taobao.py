"""Taobao and Tmall: search pages and item pages, by mtop answers, by what stands in the page, and by old layouts."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urljoin

import scrapy
from scrapy.http import HtmlResponse, Response

from apk_analysis.fingerprint import Problem
from crawler.families.addresses import host_of
from crawler.families.captured import CapturedPages, assigned, counters, mtop_data, picture, pictures, yuan
from crawler.families.json_page import at, said, things
from crawler.families.page_text import text_of
from crawler.spider import Yield
from index.model import Listing

TMALL = "https://detail.tmall.com/item.htm?id={}"
IN_ADDRESS = re.compile(r"(?:[?&]id=|/item-amp/|/item/)(\d{5,20})(?=[&#.?/]|$)")
SALES = ("view_sales", "realSales", "vagueSellCount")


class Taobao(CapturedPages):
    """One marketplace: an item of Tmall opens at Taobao's address as well, under the same number."""

    name = "taobao"
    kind = "shop"
    proof = "recorded"
    format_confirmed = "2026-11-28"
    native_id_rule = "nid or itemId, the parameter id of an item's address"
    abuse_contact = "https://jubao.alibaba.com/"
    starts = ("https://s.taobao.com/",)
    hosts = ("taobao.com", "tmall.com", "tmall.hk")
    item = "https://item.taobao.com/item.htm?id={}"
    answers = (
        r"/h5/mtop\.(?:relationrecommend\.wirelessrecommend\.recommend|taobao\.wsearch\.h5search"
        r"|taobao\.pcdetail\.data\.get)/"
    )

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """The first leaves of the search."""
        for leaf in range(1, self.leaves + 1):
            yield self.rendered(urljoin(address, f"/search?q={quote(query)}&page={leaf}"))

    def read_page(self, page: HtmlResponse) -> Iterator[Yield]:
        """A search page of the old layout, or an item page of either."""
        offers = list(things(assigned(page, "g_page_config"), "mods", "itemlist", "data", "auctions"))
        context = at(assigned(page, "__ICE_APP_CONTEXT__"), "loaderData", "home", "data", "res")
        if offers:
            yield from self.listings((self._offer(offer) for offer in offers), page.url)
        elif context is not None:
            yield from self.listings(iter([self._item(context, page.url)]), page.url)
        elif page.css(".tb-detail-hd h1, .tb-main-title"):
            yield from self.listings(iter([self._old_item(page)]), page.url)

    def read_answer(self, value: Any, response: Response) -> Iterator[Yield]:
        """Of a search, or of an item page; other recommendations come by the same call."""
        data = mtop_data(value, response)
        if isinstance(data, Problem):
            yield data
        elif at(data, "item") is not None:
            yield from self.listings(iter([self._item(data, response.url)]), response.url)
        else:
            offers = [*things(data, "itemsArray"), *things(data, "data", "itemsArray")]
            yield from self.listings((self._offer(offer) for offer in offers), response.url)

    def _offer(self, offer: Any) -> Listing | None:
        number = said(offer, "nid") or said(offer, "item_id") or said(offer, "itemId")
        where = said(offer, "detail_url") or said(offer, "auctionURL")
        cover = picture(at(offer, "pic_url") or at(offer, "pic_path"), self.starts[0])
        return self.made(
            number,
            said(offer, "raw_title") or said(offer, "title"),
            url=TMALL.format(number) if "tmall.com" in where or at(offer, "shopcard", "isTmall") is True else "",
            seller=said(offer, "nick") or said(offer, "shopInfo", "title") or None,
            price=yuan(said(offer, "view_price") or said(offer, "priceShow", "price") or said(offer, "price")),
            image_urls=(cover,) if cover else (),
            counters=counters(
                sales=next((text for key in SALES if (text := said(offer, key))), None),
                replies=at(offer, "comment_count"),
            ),
        )

    def _item(self, data: Any, url: str) -> Listing | None:
        parts = at(data, "componentsVO")
        facts = [f"{said(fact, 'title')}：{_joined(at(fact, 'text'))}"
                 for block in things(parts, "extensionInfoVO", "infos") for fact in things(block, "items")]  # fmt: skip
        number = said(data, "item", "itemId")
        return self.made(
            number,
            said(data, "item", "title") or said(parts, "titleVO", "title", "title"),
            url=TMALL.format(number) if "tmall." in host_of(url) else "",
            description="\n".join(facts),
            seller=said(data, "seller", "shopName") or said(data, "seller", "sellerNick") or None,
            price=yuan(said(parts, "priceVO", "price", "priceText")),
            options=tuple(name for prop in things(data, "skuBase", "props") for value in things(prop, "values")
                          if (name := said(value, "name"))),
            image_urls=pictures(at(data, "item", "images"), self.starts[0]),
            counters=counters(sales=at(data, "item", "vagueSellCount"), replies=at(parts, "rateVO", "totalCount")),
        )  # fmt: skip

    def _old_item(self, page: HtmlResponse) -> Listing | None:
        canonical = page.css("link[rel=canonical]::attr(href)").get("")
        number = next((found[1] for url in (canonical, page.url) if (found := IN_ADDRESS.search(url))), "")
        covers = page.css("#J_UlThumb img::attr(src), #J_UlThumb img::attr(data-src), #J_ImgBooth::attr(src)").getall()
        facts = page.css("#J_AttrUL li, .attributes-list li").getall()
        return self.made(
            number,
            text_of(page.css(".tb-detail-hd h1, .tb-main-title").get()),
            url=TMALL.format(number) if "tmall." in host_of(canonical or page.url) else "",
            description="\n".join(filter(None, map(text_of, (page.css(".tb-detail-hd p").get(), *facts)))),
            seller=text_of(page.css(".slogo-shopname, .tb-shop-name a").get()) or None,
            options=tuple(filter(None, map(text_of, page.css(".tb-prop ul[data-property] li a").getall()))),
            image_urls=pictures(covers, page.url),
        )


def _joined(value: Any) -> str:
    return "、".join(map(str, value[:50])) if isinstance(value, list) else str(value)
