"""What every spider is: a declaration of its marketplace, and pure callbacks from Response to Listings and Requests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

import scrapy
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from apk_analysis.fingerprint import Problem
from crawler.families.addresses import PACKAGE
from crawler.links import Links
from index.model import Listing, SourceKind

Access = Literal["open", "key", "browser", "unproven"]
"""Open to everybody; with a key; through a browser session of the operator; or from a documented format that no live
answer has confirmed yet ('unproven': `crawl --all` leaves these out unless told)."""
LOOKED_UP = "looked_up"
"""Meta key of requests for one package: 'not found' is an answer to them, and no failure."""
Yield = Listing | scrapy.Request | Links | Problem
"""What a callback may yield. Links stand for a plain request each; a Problem is a typed defect of the page, which is
counted and shown with the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What a healthy full run looks like. A run outside of it is unhealthy and may not retire listings."""

    listings: tuple[int, int | None] = (1, None)
    """Fewest and most listings."""
    fill: dict[str, float] = field(default_factory=lambda: {"title": 1.0})
    """Listing field -> least share of listings in which it is filled."""


class MarketplaceSpider(scrapy.Spider):
    """Base of all spiders. Callbacks yield `Yield` and touch neither network nor disk nor clock."""

    kind: ClassVar[SourceKind]
    country: ClassVar[str | None] = None
    """ISO 3166 code; None for engines."""
    access: ClassVar[Access] = "open"
    proof: ClassVar[Literal["real software", "recorded", "synthetic"]]
    format_confirmed: ClassVar[str]
    """ISO date on which the format was last confirmed against software or a recording."""
    interval: ClassVar[str] = "1d"
    """How often a run is due."""
    delay: ClassVar[float] = 1.0
    """Least seconds between two requests to one host."""
    concurrency: ClassVar[int] = 2
    """Requests under way at once to one host."""
    robots: ClassVar[Literal["obeyed", "exempt"]] = "obeyed"
    """'exempt': such sites' robots.txt forbids these addresses as a rule, so that a run needs the operator's written
    exemption ([crawl] robots_exempt); without one it ends as blocked."""
    abuse_contact: ClassVar[str | None] = None
    """Where such a marketplace takes complaints: mail address or web page; None for engines, whose hosts differ."""
    native_id_rule: ClassVar[str]
    """One sentence: what identifies a listing here."""
    expect: ClassVar[Expect] = Expect()
    shows_all: ClassVar[bool] = True
    """Whether a full run sees every listing. Feeds and channels show the newest only: what left them is not gone."""
    no_fault: ClassVar[frozenset[str]] = frozenset()
    """Kinds of failure that say something here and are no fault of the run: a name that nobody has registered."""
    one_site: ClassVar[bool] = False
    """True: the spider's name is the marketplace. False: an engine, each host is one."""
    starts: ClassVar[tuple[str, ...]] = ()
    """The addresses of a single site, for orders that name none."""
    hosts: ClassVar[tuple[str, ...]] = ()
    """Hosts of a single site, each with all below it, beside those of `starts`: whose saved pages are its."""
    recheck_by: ClassVar[Literal["page", "start"]] = "page"
    """How one listing is looked at again: its page is read as a saved one is; or a walk that starts there shows it."""
    recheck_steps: ClassVar[int] = 0
    """How many requests a recheck may follow from there, where the listing stands on a later answer."""
    walks: ClassVar[bool] = True
    """Whether its listings can be walked without a query. False: it only answers keywords or package names."""

    def __init__(
        self,
        start: Iterable[str] | str = (),
        queries: Iterable[str] | str = (),
        limit: int | str | None = None,
        since: str | None = None,
        listings: Iterable[tuple[str, Listing]] = (),
        *,
        view: bool = False,
        **kwargs: Any,
    ) -> None:
        """`start`, `queries`: lists, or text with an entry per line (`scrapy crawl -a`); `limit`: most listings;
        `listings`: by id, those to look at again, and nothing else; `view`: beside what is known of them.
        """
        super().__init__(**kwargs)
        self.start_addresses = start.split() if isinstance(start, str) else list(start)
        self.queries = [q for q in queries.splitlines() if q.strip()] if isinstance(queries, str) else list(queries)
        self.limit = int(limit) if limit is not None else None
        self.since = since
        self.known = dict(listings)
        self.view = view
        """Listings to look at again, by id."""
        if self.known:
            self.no_fault = self.no_fault | {"not_found"}  # type: ignore[misc] # an answer to what was asked

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Scrapy's hook: the spider's delay and concurrency count where they are gentler than the operator's."""
        super().update_settings(settings)
        delay = max(settings.getfloat("DOWNLOAD_DELAY"), cls.delay)
        at_once = min(settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"), cls.concurrency)
        settings.set("DOWNLOAD_DELAY", delay, priority="spider")
        settings.set("CONCURRENT_REQUESTS_PER_DOMAIN", at_once, priority="spider")

    @classmethod
    def marketplace(cls, url: str) -> str:
        """Name of the marketplace that `url` belongs to: 'discuz:bbs.example.org'."""
        return cls.name if cls.one_site else f"{cls.name}:{urlsplit(url).netloc.lower()}"

    @classmethod
    def searches(cls) -> bool:
        """Whether the marketplace answers keywords; where not, a run walks it and keeps what contains a query."""
        return cls.search is not MarketplaceSpider.search

    @classmethod
    def looks_up(cls) -> bool:
        """Whether the marketplace can be asked for one package."""
        return cls.look_up is not MarketplaceSpider.look_up

    @classmethod
    def owns(cls, page: Response) -> bool:
        """Whether a page that somebody saved may be of this marketplace: by host. Engines look at the page's marks."""
        host = urlsplit(page.url).hostname or ""
        own = (*cls.hosts, *(urlsplit(address).hostname or "" for address in cls.starts if cls.one_site))
        return any(name and (host == name or host.endswith(f".{name.removeprefix('www.')}")) for name in own)

    def parse_saved(self, page: Response) -> Iterator[Yield]:
        """What a page that somebody saved says; requests among it are not followed. By default as `parse`."""
        yield from self.parse(page)

    async def start(self) -> AsyncIterator[Any]:
        """The first requests: of a walk, of the queries at every address, or of another look at listings."""
        if self.known:
            for request in self.look_again(self.known):
                yield request
            return
        for address in self.start_addresses or self.starts:
            for request in self._asked(address) if self.queries else self.first_requests(address):
                yield request

    def _asked(self, address: str) -> Iterator[scrapy.Request]:
        for query in self.queries:
            if self.looks_up() and PACKAGE.fullmatch(query):
                for request in self.look_up(query, address):
                    request.meta[LOOKED_UP] = query
                    yield request
            elif self.searches():
                yield from self.search(query, address)
        if not self.searches() and self.walks:
            yield from self.first_requests(address)

    def first_requests(self, address: str) -> Iterator[scrapy.Request]:
        """Where a walk that starts at `address` begins; families override it."""
        yield scrapy.Request(address, callback=self.parse, dont_filter=True)

    def look_again(self, known: Mapping[str, Listing]) -> Iterator[scrapy.Request]:
        """Requests that show whether listings are still there (id -> listing as it was). By default one for each."""
        for name, listing in known.items():
            for request in self.recheck(listing):
                request.meta["listing"] = name
                yield request.replace(dont_filter=True)

    def recheck(self, listing: Listing) -> Iterator[scrapy.Request]:
        """Requests that show one listing: by its package name where that can be asked for, else by its address.

        Spiders override it where neither does. A Problem of kind 'not_found' or 'off_shelf' that a callback yields says
        what the source says of it in its own way.
        """
        if self.looks_up() and listing.package_name:
            yield from self.look_up(listing.package_name, listing.url)
        elif self.recheck_by == "start":
            yield from self.first_requests(listing.url)
        else:
            yield scrapy.Request(listing.url, callback=self.parse_saved)

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """Requests that ask the marketplace at `address` for a keyword; spiders override it where there is a search."""
        raise NotImplementedError(f"{self.name} has no search: {query!r} at {address}")

    def look_up(self, package: str, address: str) -> Iterator[scrapy.Request]:
        """Requests for the app with that package name at `address`; spiders override it where that is possible."""
        raise NotImplementedError(f"{self.name} looks no package up: {package!r} at {address}")

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Yield]:
        """The default callback."""
        raise NotImplementedError(f"{self.name} has no parse()")


def request_of(failure: Failure) -> scrapy.Request:
    """The request that failed, in an errback."""
    request: scrapy.Request = failure.request  # type: ignore[attr-defined] # set by Scrapy's scraper
    return request
