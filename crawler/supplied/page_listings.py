"""Whose a saved page is, and what the spider it belongs to makes of it: the same callbacks as in a crawl."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes

from apk_analysis.fingerprint import Problem
from crawler.blocked import recognise
from crawler.declarations import declared
from crawler.families.addresses import clean_url, host_of, path_of
from crawler.families.feed_entries import is_feed
from crawler.spider import MarketplaceSpider
from crawler.supplied.brought import SavedPage, UnreadableError
from crawler.supplied.rows import MARKETPLACE
from detection.site import listing_of, read_site
from index.model import Listing

logger = logging.getLogger(__name__)

DESCRIBED, FEED = "jsonld_shop", "feed"
"""Spiders for pages of nobody in particular that describe what they offer, and for feeds."""
PLAIN = "page"
"""What is said to have read any other page."""
MOST_LISTINGS = 500
"""Of one page."""


@cache
def _spiders() -> dict[str, type[MarketplaceSpider]]:
    return declared()


def listings_of(page: SavedPage, *, main: bool) -> tuple[list[Listing], str]:
    """The listings of a page and the spider that read it. `main`: somebody looked at it, so it is read in any case.

    Raises UnreadableError: the page refuses its visitor, is an error, or says nothing that somebody understands.
    """
    refusal = recognise(page.status, page.body, url=page.url)
    if refusal is not None:
        raise UnreadableError("gone_page" if refusal.kind == "not_found" else "blocked_page", reason=refusal.reason)
    if page.status >= 300 or not page.body.strip():
        raise UnreadableError("status", status=page.status)
    response = _response(page)
    problem = ""
    for spider in _readers(response, main=main):
        found = list(_taken(spider, response))
        listings = [thing for thing in found if isinstance(thing, Listing)]
        if listings:
            return listings, spider.name
        problem = next((thing.kind for thing in found if isinstance(thing, Problem)), problem)
    if main and (listing := _plain(page)) is not None:
        return [listing], PLAIN
    raise UnreadableError("nothing_found", problem=problem or "-")


def _plain(page: SavedPage) -> Listing | None:
    """Any page, by what everybody sees of it; None where there is nothing to see."""
    media = next((value for name, value in page.headers if name.lower() == "content-type"), None)
    site = read_site(page.body, page.url, content_type=media)
    url = clean_url(page.url)
    if url is None or not (site.title or site.text):
        return None
    listing = listing_of(site, marketplace=f"{MARKETPLACE}:{host_of(url)}")
    return replace(listing, url=url, native_id=path_of(url))


def _response(page: SavedPage) -> Response:
    headers = Headers(dict(page.headers))
    kind = responsetypes.from_args(headers=headers, url=page.url, body=page.body)
    return kind(page.url, status=page.status, headers=headers, body=page.body, request=Request(page.url))


def _readers(response: Response, *, main: bool) -> Iterator[type[MarketplaceSpider]]:
    """Single sites by their hosts, then engines by their marks, then pages that describe what they offer."""
    mine = [spider for name, spider in _spiders().items() if name != DESCRIBED and _owns(spider, response)]
    yield from sorted(mine, key=lambda spider: not spider.one_site)
    anybodys = (FEED,) if is_feed(response) else (DESCRIBED,) if main else ()
    yield from (_spiders()[name] for name in anybodys if name in _spiders())


def _owns(spider: type[MarketplaceSpider], response: Response) -> bool:
    try:
        return spider.owns(response)
    except Exception:  # one spider's defect must not cost us the page
        logger.exception("%s cannot tell whether %s is its", spider.name, response.url)
        return False


def _taken(spider: type[MarketplaceSpider], response: Response) -> Iterator[Any]:
    """What the callback yields, until it ends, breaks or goes on without end."""
    count = 0
    try:
        for thing in spider().parse_saved(response):
            count += isinstance(thing, Listing)
            if count > MOST_LISTINGS:
                return
            yield thing
    except Exception:
        logger.exception("%s cannot read %s", spider.name, response.url)
        yield Problem(part="spider", kind="callback_broken", detail=response.url[:500])
