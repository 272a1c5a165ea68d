"""Blogs and download sites run by WordPress: posts, pages and whatever kinds of entries a site adds."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import scrapy
from scrapy.http import Response

from apk_analysis.fingerprint import Problem
from crawler.families.feed_entries import is_feed, read_feed
from crawler.families.json_page import read_json, said, things
from crawler.families.readable import readable
from crawler.families.wordpress_entry import entry_listing, feed_listing
from crawler.families.wordpress_site import WordpressSite, in_part, near, not_understood, root_of
from crawler.spider import Yield

INNER = re.compile(r"attachment|media|nav_menu\w*|wp_\w+|blocks|elementor\w*|e-\w+|product|shop_\w+", re.IGNORECASE)
"""Kinds of entries that are no pages of their own; products are read by another spider."""
ROUTE = re.compile(r"[\w-]{1,80}(?:/[\w.-]{1,80}){1,3}")
EMBED = {"_embed": "author,replies,wp:featuredmedia,wp:term"}
OWN_ENTRY, INTERFACE = "rel=alternate][type='application/json'", "rel='https://api.w.org/'"
FEED, MOST_FEED_PAGES = "?feed=rss2", 200


class Wordpress(WordpressSite):
    """Where the interface is closed the feed is read, which holds the same texts."""

    name = "wordpress"
    kind = "site"
    proof = "real software"
    format_confirmed = "2026-11-28"
    first_routes = ("wp/v2/types",)
    recheck_steps = 1  # from the page to its entry

    def places(self, address: str) -> Iterator[str]:
        """The interface, then the feed."""
        yield from super().places(address)
        yield f"{root_of(address)}/{FEED}"

    def paged(self, url: str, page: int, query: str = "", **more: str) -> str:
        """The list of kinds is not paged, and a feed otherwise than a collection."""
        if url.endswith(FEED):
            return f"{url}&{urlencode({'paged': page, **({'s': query} if query else {})})}"
        return url if url.endswith(self.first_routes) else super().paged(url, page, query, **more)

    def parse(self, response: Response, **_: Any) -> Iterator[Yield]:
        """Any page of a site: it names its own entry, and where the interface lies."""
        page = readable(response)
        entry, interface = (page.css(f"link[{mark}]::attr(href)").get("") for mark in (OWN_ENTRY, INTERFACE))
        if is_feed(response) or response.body.lstrip()[:1] in {b"[", b"{"}:
            yield from self.parse_entries(response)
        elif url := near(entry, page.url):
            yield scrapy.Request(f"{url}{'&' if '?' in url else '?'}{urlencode(EMBED)}", callback=self.parse_entries)
        elif url := near(interface, page.url):
            yield self.ask(
                [*self.places(page.url)] if "rest_route=" in url else [f"{url.rstrip('/')}/{self.first_routes[0]}"]
            )
        else:
            yield not_understood(response)

    def parse_first(self, response: Response, places: list[str], query: str) -> Iterator[Yield]:
        """The kinds of entries that there are, and so the collections to read; or the feed."""
        kinds = {} if is_feed(response) else read_json(response)
        routes = {
            f"{said(kind, 'rest_namespace') or 'wp/v2'}/{said(kind, 'rest_base')}"
            for kind in things({"kinds": [*kinds.values()] if isinstance(kinds, dict) else []}, "kinds")
            if said(kind, "rest_base") and not INNER.fullmatch(said(kind, "slug") or said(kind, "rest_base"))
        }
        for route in sorted(filter(ROUTE.fullmatch, routes)):
            yield self.collection(places[0].replace(self.first_routes[0], route), 1, query)
        if is_feed(response):
            yield in_part(response)
            yield from self.parse_entries(response, url=places[0], query=query)
        elif not routes:
            yield self.ask(places[1:], query) if places[1:] else not_understood(response)

    def collection(self, url: str, page: int, query: str) -> scrapy.Request:
        """A page of a collection or feed."""
        return scrapy.Request(
            self.paged(url, page, query, **EMBED),
            callback=self.parse_entries,
            errback=None if url.endswith("wp/v2/posts") else self.closed,
            cb_kwargs={"url": url, "page": page, "query": query},
        )

    def parse_entries(self, response: Response, url: str = "", page: int = 1, query: str = "") -> Iterator[Yield]:
        """A listing for each entry, and the next page of the collection or feed at `url`."""
        if is_feed(response):
            feed = read_feed(response)
            yield from (feed_listing(item, response.url, self.marketplace, feed.lang) for item in feed.entries)
            onward = bool(feed.entries) and page < MOST_FEED_PAGES
        else:
            value = read_json(response)
            if isinstance(value, Problem):
                yield value
                return
            entries = [*things({"all": value if isinstance(value, list) else [value]}, "all")]
            yield from (entry_listing(entry, response.url, self.marketplace) for entry in entries)
            onward = self.more_pages(response, page, len(entries))
        if url and onward:
            yield self.collection(url, page + 1, query)
