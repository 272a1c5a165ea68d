"""What every spider is: a declaration of its marketplace, and pure callbacks from Response to Listings and Requests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

import scrapy
from scrapy.http import Response
from scrapy.settings import BaseSettings

from apk_analysis.fingerprint import Problem
from index.model import Listing, SourceKind

Yield = Listing | scrapy.Request | Problem
"""What a callback may yield. A Problem is a typed defect of the page; it is counted and shown with the run."""


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
    access: ClassVar[Literal["open", "key", "browser", "unproven"]] = "open"
    proof: ClassVar[Literal["real software", "recorded", "synthetic"]]
    format_confirmed: ClassVar[str]
    """ISO date on which the format was last confirmed against software or a recording."""
    interval: ClassVar[str] = "1d"
    """How often a run is due."""
    delay: ClassVar[float] = 1.0
    """Least seconds between two requests to one host."""
    concurrency: ClassVar[int] = 2
    """Requests under way at once to one host."""
    abuse_contact: ClassVar[str | None] = None
    native_id_rule: ClassVar[str]
    """One sentence: what identifies a listing here."""
    expect: ClassVar[Expect] = Expect()
    shows_all: ClassVar[bool] = True
    """Whether a full run sees every listing. Feeds and channels show the newest only: what left them is not gone."""
    one_site: ClassVar[bool] = False
    """True: the spider's name is the marketplace. False: an engine, each host is one."""

    def __init__(
        self,
        start: Iterable[str] | str = (),
        queries: Iterable[str] | str = (),
        limit: int | str | None = None,
        since: str | None = None,
        **kwargs: Any,
    ) -> None:
        """`start`, `queries`: lists, or text with an entry per line (`scrapy crawl -a`); `limit`: most listings."""
        super().__init__(**kwargs)
        self.start_addresses = start.split() if isinstance(start, str) else list(start)
        self.queries = [q for q in queries.splitlines() if q.strip()] if isinstance(queries, str) else list(queries)
        self.limit = int(limit) if limit is not None else None
        self.since = since

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

    async def start(self) -> AsyncIterator[Any]:
        """The first requests."""
        for address in self.start_addresses:
            for request in self.first_requests(address):
                yield request

    def first_requests(self, address: str) -> Iterator[scrapy.Request]:
        """Where a walk that starts at `address` begins; families override it."""
        yield scrapy.Request(address, callback=self.parse, dont_filter=True)

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Yield]:
        """The default callback."""
        raise NotImplementedError(f"{self.name} has no parse()")
