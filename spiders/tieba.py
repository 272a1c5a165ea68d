"""Baidu Tieba (百度贴吧, tieba.baidu.com): lists of boards and results of its search, in the operator's session."""

import re
from collections.abc import Iterator
from urllib.parse import quote_plus, urljoin

import scrapy
from parsel import Selector
from scrapy.http import HtmlResponse

from crawler.families.captured import CapturedPages, counters, pictures
from crawler.families.moments import ABSOLUTE, moment
from crawler.families.page_text import text_of
from crawler.spider import Expect, Yield
from index.model import Listing

THREAD = re.compile(r"/p/(\d{6,15})(?:[/?#]|$)", re.ASCII)
CARDS = "li.tl_shadow:has(a.ti_item[tid]), li.tl_top:has(a.ti_item[tid]), .thread-content-box"
"""Adverts between the threads of a list have no number."""


class Tieba(CapturedPages):
    """A card is a listing: its title, and what it shows of the text. A list's times are those of last replies."""

    name = "tieba"
    kind = "forum"
    proof = "recorded"
    format_confirmed = "2026-11-24"
    interval = "12h"
    native_id_rule = "tid: the number of the thread, as in /p/NUMBER"
    abuse_contact = "https://tieba.baidu.com/hermes/feedback"
    starts = ("https://tieba.baidu.com/f?kw=%E4%BA%BA%E5%B7%A5%E6%99%BA%E8%83%BD&ie=utf-8",)
    hosts = ("tieba.baidu.com",)
    walks = True
    expect = Expect(fill={"title": 1.0, "seller": 0.5})
    item = "https://tieba.baidu.com/p/{}"
    cards = CARDS

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """First posts in all boards, the newest first."""
        asked = f"/f/search/res?ie=utf-8&qw={quote_plus(query)}&rn=20&only_thread=1&sm=1"
        yield self.rendered(urljoin(address, asked)).replace(dont_filter=True)

    def read_page(self, page: HtmlResponse) -> Iterator[Yield]:
        """The cards of a list or of results."""
        yield from self.listings((self._card(card, page.url) for card in page.css(CARDS)), page.url)

    def _card(self, card: Selector, url: str) -> Listing | None:
        leads = (THREAD.search(href) for href in card.css("a::attr(href)").getall())
        board, when = text_of(card.css(".forum-name-text").get()), text_of(card.css(".top-title").get())
        dated = ABSOLUTE.search(when) if "发布于" in when else None
        return self.made(
            card.css("a[tid]::attr(tid)").get() or next((found[1] for found in leads if found), ""),
            text_of(card.css(".ti_title > span:not(.ti_title_icon), .title-wrap span").get()),
            description=text_of(card.css(".ti_content, .abstract-wrap span").get()),
            seller=text_of(card.css(".ti_author, .forum-attention.user").get()) or None,
            notes=board,
            image_urls=pictures(card.css("img::attr(data-url), .p_mediaCont img::attr(original)").getall(), url),
            published_at=moment(dated[0], utc_offset=8) if dated else None,
            counters=counters(replies=text_of(card.css(".btn_reply .btn_icon").get())),
        )
