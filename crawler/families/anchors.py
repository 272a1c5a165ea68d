"""Where a page leads, as it is written there and as clean addresses. Pages repeat their links: each is read once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from lxml import etree
from parsel import css2xpath
from scrapy.http import HtmlResponse, Response

from crawler.families.addresses import clean_near, host_of
from crawler.families.readable import base_of


def hrefs(page: HtmlResponse, css: str = "a") -> list[str]:
    """Addresses in elements that `css` finds, as written but for the place in a page; each once, in page order."""
    found: list[str] = _hrefs_at(css)(page.selector.root)
    return list(dict.fromkeys(href if "#" not in href else href.partition("#")[0] for href in found))


@lru_cache
def _hrefs_at(css: str) -> etree.XPath:
    """One expression for all: a selector for each element would cost more than all else that is done with a link."""
    return etree.XPath(f"({css2xpath(css)})/@href", smart_strings=False)


def near(links: Iterable[str], page: Response) -> Iterator[str]:
    """Clean addresses on the page's own host, among `links` as they are written there."""
    base = base_of(page) if isinstance(page, HtmlResponse) else page.url
    return clean_near(links, base, host_of(page.url))
