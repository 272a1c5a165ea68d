"""Sites whose pages describe what they offer in schema.org terms; walked by sitemap, or by links from a start page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import groupby
from typing import Any, ClassVar, Literal

import scrapy
from scrapy.http import HtmlResponse, Response
from scrapy.linkextractors import IGNORED_EXTENSIONS

from apk_analysis.fingerprint import Problem
from crawler.families import anchors
from crawler.families.addresses import clean_url, host_of
from crawler.families.readable import readable
from crawler.families.schema_listing import graph_listing, listing_of
from crawler.families.schema_nodes import described
from crawler.families.sitemap import is_sitemap, read_sitemap
from crawler.links import Links
from crawler.spider import MarketplaceSpider, Yield
from index.model import Listing, SourceKind

MOST_LINKS = 300
"""Links followed from one page."""
NEXT = re.compile(r"(?:[?&](?:page|p|paged|pg|offset|start)=\d+|/page/\d+/?$)", re.IGNORECASE)
"""A further page of a list; leads no deeper."""
IDLE = re.compile(
    r"/(?:my-account|cart|basket|checkout|account|accounts|login|logout|register|signin|signup|wishlist|compare|search"
    r"|reviews?|print|share|wp-admin|wp-json|feed|cdn-cgi)(?:[/?.]|$)"
    r"|[?&](?:add-to-cart|add_to_wishlist|sort|order|orderby|filter\w*|facets?|selected_facets|action|replytocom|next)=",
    re.IGNORECASE,
)
"""Pages that offer nothing, or repeat what another page offers."""
NO_PAGES = [*IGNORED_EXTENSIONS, "apk", "xapk", "js", "json", "xml"]
SKIPPED_FILES = re.compile(rf"\.(?:{'|'.join(NO_PAGES)})(?:$|\?)", re.IGNORECASE)
SAYS_OFFER = re.compile(r"(?:^|[:._-])(?:product|item)$", re.IGNORECASE)
"""`og:type` of a page that claims to offer something."""


class SchemaSite(MarketplaceSpider):
    """A member needs little more than its name: pages speak for themselves."""

    kind: ClassVar[SourceKind] = "shop"
    native_id_rule: ClassVar[str] = (
        "the shop's own number (productID or sku) where the page gives one, "
        "else path and query of the canonical address without tracking, session and language parameters"
    )
    deepest: ClassVar[int] = 3
    """Links away from a start page; further pages of a list count nothing."""
    wanted: ClassVar[str] = ""
    """Pattern of the addresses of pages worth visiting from a sitemap; empty: all."""

    def request(self, url: str, callback: Callable[..., Any], **kwargs: object) -> scrapy.Request:
        """A request as this family makes them."""
        return scrapy.Request(url, callback=callback, cb_kwargs=kwargs)

    def requests(self, urls: list[str], callback: Callable[..., Any], **kwargs: object) -> Iterator[Yield]:
        """The same for many addresses."""
        yield Links(urls, callback, kwargs)

    def recheck(self, listing: Listing) -> Iterator[scrapy.Request]:
        """Its page."""
        yield self.request(listing.url, self.parse_page)

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Yield]:
        """A sitemap, or a page: its listings, and the links that lead on. `depth`: links away from the start."""
        depth: int = kwargs.get("depth", 0)
        if is_sitemap(response):
            yield from self.parse_sitemap(response)
            return
        page = readable(response)
        found = list(self.offers(page))
        yield from found
        links = list(self.links(page, depth))
        yield from links
        if depth == 0 and not found and not links:
            yield Problem(part="page", kind="nothing_found", detail=f"{response.url}: neither offers nor links")

    def parse_page(self, response: Response) -> Iterator[Yield]:
        """A page that a sitemap names: its listings only, since the sitemap names the others."""
        yield from self.offers(readable(response))

    def parse_sitemap(self, response: Response) -> Iterator[Yield]:
        """Requests for the pages and sitemaps of the same host."""
        sitemap = read_sitemap(response)
        if sitemap.problem:
            yield sitemap.problem
        for url in sitemap.sitemaps:
            if _same_site(url, response.url):
                yield self.request(url, self.parse_sitemap)
        for url in sitemap.pages:
            if _same_site(url, response.url) and re.search(self.wanted, url) and not SKIPPED_FILES.search(url):
                yield self.request(url, self.parse_page)

    def offers(self, page: HtmlResponse) -> Iterator[Yield]:
        """What the page offers, each once. Of several things, those with a page of their own are read there."""
        said = described(page)
        yield from said.problems
        alone = len(said.nodes) == 1
        canonical = page.css("link[rel=canonical]::attr(href)").get() if alone else None
        lang = page.css("html::attr(lang)").get()
        listings: dict[str, Listing] = {}
        for node in said.nodes:
            listing = listing_of(node, page.url, marketplace=self.marketplace, canonical=canonical, lang=lang)
            if listing is not None and not alone and listing.url != clean_url(page.url):
                yield self.request(listing.url, self.parse_page)
            elif listing is not None:
                listings.setdefault(listing.native_id, listing)
        if not said.nodes and (graph := graph_listing(said.graph, page.url, marketplace=self.marketplace)):
            listings[graph.native_id] = graph
        yield from listings.values()
        if not listings and SAYS_OFFER.search(said.graph.get("og:type", "")):
            detail = f"{page.url}: offers something, in no terms we know"
            yield Problem(part="page", kind="not_understood", detail=detail)

    def links(self, page: HtmlResponse, depth: int) -> Iterator[Yield]:
        """The pages of the same host that the page links to."""
        wanted = {"onward", "page"} if depth < self.deepest else {"onward"}
        here = clean_url(page.url)
        urls = dict.fromkeys(anchors.near(anchors.hrefs(page), page))
        followed = [url for url in urls if url != here and kind_of(url) in wanted][:MOST_LINKS]
        for kind, alike in groupby(followed, kind_of):
            yield from self.requests(list(alike), self.parse, depth=depth if kind == "onward" else depth + 1)


@lru_cache(maxsize=20_000)
def kind_of(url: str) -> Literal["onward", "page", "idle"]:
    """What an address says of its page: a further page of a list, any other, or one that is not worth a visit."""
    if IDLE.search(url) or SKIPPED_FILES.search(url):
        return "idle"
    return "onward" if NEXT.search(url) else "page"


def _same_site(url: str, other: str) -> bool:
    hosts = {host_of(address).removeprefix("www.") for address in (url, other)}
    return url.startswith(("http://", "https://")) and len(hosts) == 1
