"""1688 (阿里巴巴批发, 1688.com): search pages and offer pages, by mtop answers and by what stands in the page."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urljoin

import scrapy
from scrapy.http import HtmlResponse, Response

from apk_analysis.fingerprint import Problem
from crawler.families.captured import CapturedPages, assigned, counters, mtop_data, picture, pictures, yuan
from crawler.families.json_page import at, said, things
from crawler.spider import Yield
from index.model import Listing

MODELS = (("globalData",), ("data",), ("result", "data", "Root", "fields", "dataJson"), ())
"""Where an offer page keeps its models, by age of the layout."""


class Alibaba1688(CapturedPages):
    """Wholesale: prices are those of the smallest quantity."""

    name = "alibaba1688"
    kind = "shop"
    proof = "recorded"
    format_confirmed = "2026-11-28"
    native_id_rule = "offerId, the number in an offer's address"
    abuse_contact = "https://jubao.alibaba.com/"
    starts = ("https://s.1688.com/",)
    hosts = ("1688.com",)
    item = "https://detail.1688.com/offer/{}.html"
    answers = r"/h5/mtop\.relationrecommend\.wirelessrecommend\.recommend/"

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """The first leaves of the search, which takes its words in GBK."""
        words = quote(query.encode("gb18030"))
        for leaf in range(1, self.leaves + 1):
            yield self.rendered(urljoin(address, f"/selloffer/offer_search.htm?keywords={words}&beginPage={leaf}"))

    def read_page(self, page: HtmlResponse) -> Iterator[Yield]:
        """The offers of a search, or one offer."""
        offers = list(things(assigned(page, "pageConfig"), "listOffer"))
        if offers:
            yield from self.listings((self._found(offer) for offer in offers), page.url)
            return
        held = assigned(page, "__INIT_DATA", "__INIT_DATA__", "__GLOBAL_DATA", "window.context")
        for path in MODELS:
            if at(held, *path, "tempModel") is not None:
                yield from self.listings(iter([self._offer(at(held, *path) if path else held)]), page.url)
                return

    def read_answer(self, value: Any, response: Response) -> Iterator[Yield]:
        """Of a search; other recommendations come by the same call, and hold no offers."""
        data = mtop_data(value, response)
        if isinstance(data, Problem):
            yield data
            return
        cards = (card for item in things(data, "data", "OFFER", "items") if (card := at(item, "data")))
        yield from self.listings((self._card(card) for card in cards), response.url)

    def _found(self, offer: Any) -> Listing | None:
        facts = [f"{said(pair, 'p')}：{said(pair, 'v')}" for pair in things(offer, "cpv") if said(pair, "v")]
        company, trade = at(offer, "attr", "company"), at(offer, "attr", "tradeQuantity")
        cover = picture(at(offer, "imgUrl"), self.starts[0])
        return self.made(
            said(offer, "offerid") or said(offer, "attr", "id"),
            said(offer, "title"),
            description="\n".join(facts),
            seller=said(company, "name") or said(offer, "loginId") or None,
            price=yuan(said(offer, "strPriceMoney") or said(offer, "priceMoney", "amount")),
            image_urls=(cover,) if cover else (),
            counters=counters(sales=at(trade, "saleQuantity")),
        )

    def _card(self, card: Any) -> Listing | None:
        cover = picture(at(card, "offerPicUrl") or at(card, "odPicUrl"), self.starts[0])
        tiers = (said(tier, "value") for tier in things(card, "shopAddition", "quantityPrices"))
        return self.made(
            said(card, "offerId"),
            said(card, "title"),
            seller=said(card, "shopAddition", "text") or said(card, "shop", "text") or said(card, "loginId") or None,
            price=yuan(said(card, "priceInfo", "price") or next(tiers, "")),
            notes="；".join(text for tag in things(card, "tags") if (text := said(tag, "text"))),
            image_urls=(cover,) if cover else (),
            counters=counters(sales=at(card, "bookedCount")),
        )

    def _offer(self, model: Any) -> Listing | None:
        about = at(model, "tempModel")
        prices = (said(tier, "price") for tier in things(
            model, "orderParamModel", "orderParam", "skuParam", "skuRangePrices"))  # fmt: skip
        covers = [at(one, "fullPathImageURI") for one in things(model, "images")]
        options = (
            said(value, "name") for prop in things(model, "skuModel", "skuProps") for value in things(prop, "value")
        )
        return self.made(
            said(about, "offerId") or said(model, "offerBaseInfo", "offerId"),
            said(about, "offerTitle"),
            seller=said(about, "companyName") or said(about, "sellerLoginId") or None,
            price=yuan(next(prices, "") or said(model, "skuModel", "skuPriceScale")),
            options=tuple(name for name in options if name),
            image_urls=pictures(covers, self.starts[0]),
            counters=counters(sales=at(about, "saledCount")),
        )
