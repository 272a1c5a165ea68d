"""Sites run by WordPress, read through its REST interface: where it lies, its pages, and what stands in an entry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure

from apk_analysis.fingerprint import Problem
from crawler.families.addresses import clean_url, host_of
from crawler.families.json_page import said, things
from crawler.spider import Expect, MarketplaceSpider, Yield, request_of

LANGUAGE = re.compile(
    r"/(?:ar|bn|cs|da|de|el|en|es|fa|fi|fr|he|hi|hu|id|it|ja|ko|ms|nl|no|pl|pt|ro|ru|sv|th|tr|uk|vi|zh)"
    r"(?:[-_][a-z]{2,4})?(?=/)",
    re.IGNORECASE,
)
"""Folder of a translated site, whose posts have numbers of the same count; '/ai/' is a site of its own."""
INTERFACE = re.compile(r"/(?:wp-json(?:/|$)|(?:index\.php)?\?(?:.*&)?rest_route=).*")
NOT_PUBLIC = {401, 403, 404}
FILE = re.compile(r"/[^/]*\.\w{2,5}$")


class WordpressSite(MarketplaceSpider):
    """A member names the route that is asked first and reads its answer in `parse_first`."""

    native_id_rule: ClassVar[str] = "number of the post; before it the site's folder, where it does not lie at the root"
    expect: ClassVar[Expect] = Expect(fill={"title": 1.0, "description": 0.5})

    first_routes: ClassVar[tuple[str, ...]]
    """Routes below the interface, best first."""
    per_page: ClassVar[int] = 50
    """More makes small servers run out of time."""

    def first_requests(self, address: str) -> Iterator[scrapy.Request]:
        """The interface of the site at `address`: by its own path, and as a parameter where it has no such paths."""
        yield self.ask(list(self.places(address)))

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """The same, for entries with `query` in them."""
        yield self.ask(list(self.places(address)), query)

    def places(self, address: str) -> Iterator[str]:
        """First addresses of the interface, best first."""
        root = root_of(address)
        for route in self.first_routes:
            yield f"{root}/wp-json/{route}"
            yield f"{root}/?rest_route=/{route}"

    def ask(self, places: list[str], query: str = "") -> scrapy.Request:
        """A request for the first of `places`; where that does not answer as it should, for the next."""
        return scrapy.Request(
            self.paged(places[0], 1, query),
            callback=self.parse_first,
            errback=self.elsewhere if places[1:] else None,
            cb_kwargs={"places": places, "query": query},
        )

    def elsewhere(self, failure: Failure) -> Iterator[Yield]:
        """Errback: the interface is switched off there, or robots rules forbid it: the next place may be open."""
        asked = request_of(failure).cb_kwargs
        yield self.ask(asked["places"][1:], asked["query"])

    def parse_first(self, response: Response, places: list[str], query: str) -> Iterator[Yield]:
        """The answer of the first of `places`."""
        raise NotImplementedError(f"{self.name}: {response.url}, {places}, {query!r}")

    def closed(self, failure: Failure) -> Iterator[Yield]:
        """Errback of a collection that may not be for the public; a feed ends without saying so, too."""
        request = request_of(failure)
        if getattr(getattr(failure.value, "response", None), "status", 0) not in NOT_PUBLIC:
            yield request.replace(errback=None, dont_filter=True)
        elif request.cb_kwargs["page"] == 1:
            yield Problem(part="page", kind="not_public", detail=request.url)

    def paged(self, url: str, page: int, query: str = "", **more: str) -> str:
        """Address of a page of the collection at `url`."""
        pairs = {"per_page": self.per_page, "page": page, **more, **({"search": query} if query else {})}
        return f"{url}{'&' if '?' in url else '?'}{urlencode(pairs)}"

    def more_pages(self, response: Response, page: int, count: int) -> bool:
        """Whether a page of `count` entries is followed by another."""
        total = (response.headers.get("X-WP-TotalPages") or b"").strip()
        return count > 0 and (page < int(total) if total.isdigit() and len(total) < 9 else count >= self.per_page)


def numbered(number: Any, entry: Any, url: str) -> str | None:
    """The native id of the entry with that number, read at `url`; None where it is no number."""
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    own = next((near(said(link, "href"), url) for link in things(entry, "_links", "self")), None)
    folder = folder_of(own or url)
    return f"{folder}/{number}" if folder else str(number)


def root_of(address: str) -> str:
    """The folder of the site at `address`, which may be a page or its interface; without closing slash."""
    parts = urlsplit(INTERFACE.sub("/", address))
    return f"{parts.scheme}://{parts.netloc}{FILE.sub('/', parts.path).rstrip('/')}"


def folder_of(address: str) -> str:
    """The site's folder on its host, '' for the root; languages are no folders of their own."""
    return LANGUAGE.sub("", f"{urlsplit(root_of(address)).path}/", count=1).strip("/")


def near(url: str, base: str) -> str | None:
    """`url` as a clean address if it is one on the same host as `base`, with or without www."""
    clean = clean_url(url, base) if url else None
    hosts = {host_of(address).removeprefix("www.") for address in (clean or "", base)}
    return clean if len(hosts) == 1 else None


def in_part(response: Response) -> Problem:
    """The interface is not open, and what is read instead may show less: such a run must not call anything gone."""
    return Problem(part="page", kind="seen_in_part", detail=f"{response.url}: in place of the interface")


def not_understood(response: Response) -> Problem:
    """What answered is no site of WordPress, or none that shows it."""
    return Problem(part="page", kind="not_understood", detail=f"{response.url}: nothing of WordPress")
