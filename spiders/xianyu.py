"""Xianyu (闲鱼, goofish.com): what its search and item pages are answered by mtop."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urljoin

import scrapy
from scrapy.http import Response

from apk_analysis.fingerprint import Problem
from crawler.families.captured import CapturedPages, counted, counters, mtop_data, picture, pictures, yuan
from crawler.families.json_page import at, said, things
from crawler.families.moments import stamp
from crawler.spider import Yield
from index.model import Listing

WANTED = re.compile(r"人(?:想要|收藏)")
HEADLINE = 80


class Xianyu(CapturedPages):
    """Items have no title of their own, they are what their first line says."""

    name = "xianyu"
    kind = "second_hand"
    proof = "recorded"
    format_confirmed = "2026-11-28"
    native_id_rule = "itemId, the parameter id of an item's address"
    abuse_contact = "https://jubao.alibaba.com/"
    starts = ("https://www.goofish.com/",)
    hosts = ("goofish.com",)
    item = "https://www.goofish.com/item?id={}"
    answers = r"/h5/mtop\.taobao\.(?:idlemtopsearch\.pc\.search|idle\.pc\.detail)/"
    more = "[class*='search-pagination-arrow-right']:not([disabled])"

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """The search page; further leaves are pressed for."""
        yield self.rendered(urljoin(address, f"/search?q={quote(query)}"))

    def read_answer(self, value: Any, response: Response) -> Iterator[Yield]:
        """Of a search, or of an item page."""
        data = mtop_data(value, response)
        if isinstance(data, Problem):
            yield data
        elif at(data, "itemDO") is not None:
            yield from self.listings(iter([self._item(data)]), response.url)
        elif data is not None and isinstance(at(data, "resultList"), list):
            cards = (card for entry in things(data, "resultList") if (card := at(entry, "data", "item", "main")))
            yield from self.listings((self._card(card) for card in cards if _is_item(card)), response.url)
        elif data is not None:
            yield Problem(part="page", kind="not_understood", detail=f"{response.url[:300]}: neither items nor item")

    def _card(self, card: Any) -> Listing | None:
        shown, args = at(card, "exContent"), at(card, "clickParam", "args")
        tags = [word for row in ("r1", "r2", "r3", "r4", "r5") for word in _tags(at(shown, "fishTags", row))]
        price = "".join(said(part, "text") for part in things(shown, "price")).replace("当前价", "")
        cover = picture(at(shown, "picUrl"), self.starts[0])
        return self._said(
            said(shown, "itemId") or said(args, "id"),
            said(shown, "detailParams", "title") or said(shown, "title"),
            seller=said(shown, "userNickName") or None,
            price=yuan(price) or yuan(said(args, "price")),
            notes="；".join(tag for tag in tags if not WANTED.search(tag)),
            published_at=stamp(said(args, "publishTime") or None),
            image_urls=(cover,) if cover else (),
            # The card says it, `wantNum` of the same answer is always "0".
            counters=counters(wants=next((tag for tag in tags if WANTED.search(tag)), None)),
        )

    def _item(self, data: Any) -> Listing | None:
        item, seller = at(data, "itemDO"), at(data, "sellerDO")
        labels = [
            f"{said(label, 'propertyText')}：{said(label, 'text')}"
            for label in things(item, "itemLabelExtList")
            if said(label, "text")
        ]
        return self._said(
            said(item, "itemId"),
            said(item, "desc") or said(item, "title"),
            seller=said(seller, "nick") or None,
            bio=said(seller, "signature"),
            price=yuan(said(item, "soldPrice")),
            notes="；".join(labels),
            options=tuple(text for sku in things(item, "skuList") for text in _options(sku)),
            published_at=stamp(said(item, "gmtCreate") or None),
            image_urls=pictures([at(one, "url") for one in things(item, "imageInfos")], self.starts[0]),
            counters=counters(
                wants=at(item, "wantCnt"), views=at(item, "browseCnt"), sales=counted(at(seller, "hasSoldNumInteger"))
            ),
        )

    def _said(self, number: str, text: str, **more: Any) -> Listing | None:
        return self.made(number, " ".join(text.partition("\n")[0].split())[:HEADLINE], description=text, **more)


def _is_item(card: Any) -> bool:
    """Cards without this lead elsewhere: topics, advertisements."""
    return said(card, "targetUrl").startswith("fleamarket://item") or not said(card, "targetUrl")


def _tags(row: Any) -> list[str]:
    found = [at(tag, "data") for tag in things(row, "tagList")]
    return [said(tag, "content") for tag in found if at(tag, "type") != "img" and not at(tag, "isStrikeThrough")]


def _options(sku: Any) -> list[str]:
    return [said(one, "valueText") for one in things(sku, "propertyList") if said(one, "valueText")]
