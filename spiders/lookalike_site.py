"""Sites that could be taken for a brand's own: landing page, the way there, forms, downloads, filing number."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urlsplit

import scrapy
from scrapy.http import HtmlResponse, Response
from scrapy.utils.response import get_meta_refresh

from apk_analysis.fingerprint import Problem
from crawler.families.addresses import clean_url, path_of
from crawler.families.page_text import attribute
from crawler.spider import Expect, MarketplaceSpider, Yield
from detection.site import listing_of, read_site

MOST_HOPS = 8
"""Pages that send on to another one by themselves."""
SLOWEST_REFRESH = 10
"""Seconds after which a page that sends on is a page of its own."""
DOWNLOADS = re.compile(r"下载|安装|download|install|get the app", re.IGNORECASE)
MOST_DOWNLOAD_PAGES = 3


class LookalikeSite(MarketplaceSpider):
    """Start it at suspected addresses (`copycatch brands candidates` finds some). All of them make one run.

    A landing page without a program leads on to its own download pages, one link away. A name that nobody has
    registered is no failure here.
    """

    name = "lookalike_site"
    kind = "site"
    proof = "synthetic"
    format_confirmed = "2026-11-28"
    interval = "1d"
    native_id_rule = "host, path and query of the address at which the page was at last"
    expect: ClassVar[Expect] = Expect(listings=(0, None))
    shows_all = False
    no_fault = frozenset({"unknown_host", "unreachable"})

    @classmethod
    def marketplace(cls, url: str) -> str:  # noqa: ARG003 - of the base class
        """One for all sites: a run of its own for each of thousands of candidates would say nothing."""
        return cls.name

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Yield]:
        """The page as one listing. `came_from`: addresses that led here by pages; `deeper`: False on download pages."""
        came_from: list[str] = [*kwargs.get("came_from", ()), *response.meta.get("redirect_urls", ())]
        onward = _sends_on(response)
        if onward and len(came_from) < MOST_HOPS and onward not in {*came_from, response.url}:
            yield self._request(onward, came_from=[*came_from, response.url], deeper=kwargs.get("deeper", True))
            return
        site = read_site(response.body, response.url, content_type=_said(response))
        if not site.title and not site.text:
            yield Problem(part="page", kind="nothing_found", detail=f"{response.url}: neither title nor text")
            return
        url = clean_url(response.url) or response.url
        listing = listing_of(site, marketplace=self.marketplace(url))
        native_id = urlsplit(url).netloc.lower() + path_of(url)
        yield replace(
            listing,
            url=url,
            native_id=native_id,
            came_from=tuple(dict.fromkeys(clean_url(one) or one for one in came_from)),
        )
        if kwargs.get("deeper", True) and not site.downloads:
            for address in _download_pages(response):
                yield self._request(address, came_from=[response.url], deeper=False)

    def _request(self, url: str, **kwargs: object) -> scrapy.Request:
        return scrapy.Request(url, callback=self.parse, cb_kwargs=kwargs)


def _sends_on(response: Response) -> str | None:
    """Where the page sends its visitors by itself, within a few seconds."""
    if not isinstance(response, HtmlResponse):
        return None
    try:
        seconds, url = get_meta_refresh(response)
    except ValueError:
        return None
    return clean_url(url) if url and seconds is not None and seconds <= SLOWEST_REFRESH else None


def _download_pages(response: Response) -> list[str]:
    """Pages of the same host whose links speak of downloads."""
    if not isinstance(response, HtmlResponse):
        return []
    host = urlsplit(response.url).netloc
    found: dict[str, None] = {}
    for anchor in response.css("a[href]")[:500]:
        url = clean_url(attribute(anchor, "href"), response.url)
        said = f"{attribute(anchor, 'href')} {anchor.xpath('string()').get()}"
        if url and urlsplit(url).netloc == host and url != clean_url(response.url) and DOWNLOADS.search(said):
            found[url] = None
    return list(found)[:MOST_DOWNLOAD_PAGES]


def _said(response: Response) -> str | None:
    header = response.headers.get("Content-Type")
    return header.decode("latin-1") if header else None
