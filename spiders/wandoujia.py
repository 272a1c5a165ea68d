"""豌豆荚 (Wandoujia): pages in HTML. It asks for a captcha when it is asked quickly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import scrapy
from scrapy.http import HtmlResponse, Response
from w3lib.url import add_or_replace_parameters

from crawler.families.app_store import ChineseStore, healthy, not_understood, whole
from crawler.families.json_page import at, read_json, said
from crawler.families.readable import readable
from crawler.spider import Yield
from index.model import Listing

SITE = "https://www.wandoujia.com"
APP = re.compile(r"^(?:https?:)?(?://www\.wandoujia\.com)?/apps/([\w.]{3,255})(?=[?#]|$)", re.ASCII)
CATEGORY = re.compile(r"/category/(\d{1,8})_(\d{1,8})(?=[/?#]|$)")
MOST_PAGES = 20
PARTS = {
    "package": "body::attr(data-pn)",
    "title": "body::attr(data-title)",
    "version": "a.install-btn::attr(data-app-vname)",
    "download": "a.normal-dl-btn::attr(href)",
    "date": "span.update-time::attr(datetime)",
    "maker": "span.dev-sites",
    "description": "[itemprop=description]",
    "notes": ".change-info .con",
    "icon": ".app-icon img::attr(src)",
    "downloads": "[itemprop=interactionCount]::attr(content)",
}
"""Value -> where it stands in the page of an app."""


class Wandoujia(ChineseStore):
    """Walked by categories and their lists, which come as HTML within JSON."""

    name = "wandoujia"
    access = "unproven"
    proof = "synthetic"
    format_confirmed = "2026-11-22"
    abuse_contact = "https://www.wandoujia.com/about"
    starts = (f"{SITE}/category/app",)
    delay = 5.0
    concurrency = 1
    expect = healthy(500)

    def first_requests(self, address: str) -> Iterator[scrapy.Request]:
        """The page of an app, or one with links to categories."""
        yield scrapy.Request(address, self.parse if APP.search(address) else self.parse_categories)

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """One page of hits."""
        yield scrapy.Request(f"{SITE}/search?key={quote(query)}", self.parse_list)

    def look_up(self, package: str, address: str) -> Iterator[scrapy.Request]:
        """Pages are reached by number, and by package as well."""
        yield scrapy.Request(f"{SITE}/apps/{package}", self.parse)

    def parse_categories(self, response: Response) -> Iterator[Yield]:
        """Requests for the first page of each category."""
        links = readable(response).css("a::attr(href)").getall()
        found = dict.fromkeys(match.groups() for link in links if (match := CATEGORY.search(link)))
        for category, part in found:
            more = f"{SITE}/wdjweb/api/category/more?catId={category}&subCatId={part}&page=1"
            yield scrapy.Request(more, self.parse_more, cb_kwargs={"page": 1})
        if not found:
            yield not_understood(response, "no categories")

    def parse_more(self, response: Response, page: int) -> Iterator[Yield]:
        """A page of a category, and the next one as long as it holds apps."""
        answer = read_json(response)
        if said(answer, "state", "msg") != "Ok":
            yield not_understood(response, said(answer, "state", "msg") or "no state", answer)
        content = at(answer, "data", "content")
        inner = HtmlResponse(response.url, body=content if isinstance(content, str) else "", encoding="utf-8")
        apps = list(self._apps(inner))
        yield from apps
        if apps and page < MOST_PAGES:
            onward = add_or_replace_parameters(response.url, {"page": str(page + 1)})
            yield scrapy.Request(onward, self.parse_more, cb_kwargs={"page": page + 1})

    def parse_list(self, response: Response) -> Iterator[Yield]:
        """Hits of a search; a page without its list of hits is none."""
        page = readable(response)
        yield from self._apps(page)
        if not page.css("li.search-item, .search-list, .no-result, .search-none"):
            yield not_understood(response, "no list of hits")

    def _apps(self, page: HtmlResponse) -> Iterator[scrapy.Request]:
        links = page.css("h2.app-title-h2 a::attr(href), .icon-wrap a::attr(href)").getall()
        names = dict.fromkeys(match[1] for link in links if (match := APP.search(link)))
        yield from (scrapy.Request(f"{SITE}/apps/{name}", self.parse) for name in names)

    def parse(self, response: Response, **_: Any) -> Iterator[Yield]:
        """The page of an app."""
        page = readable(response)
        yield self.listing(page) or not_understood(response, "no package in the page")

    def listing(self, page: HtmlResponse) -> Listing | None:
        """One app."""
        first = {name: page.css(css).get() for name, css in PARTS.items()}
        return self.app(
            first["package"],
            url=f"{SITE}/apps/{first['package']}",
            title=first["title"],
            description=first["description"],
            seller=first["maker"],
            version=first["version"],
            notes=first["notes"],
            image_urls=page.css(".screenshot img::attr(src), [itemprop=screenshot]::attr(src)").getall(),
            icon_url=first["icon"],
            download_urls=first["download"],
            published_at=first["date"],
            counters={"downloads": whole(first["downloads"])},
        )
