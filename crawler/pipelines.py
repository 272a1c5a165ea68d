"""Scrapy's side of carrying: listings out of the pipelines into the Carrier, samples through Scrapy's downloader."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from crawler.archive import Archive
from crawler.carry import Carrier
from crawler.conclusion import conclude
from crawler.ledger import Ledger, observed, stopping
from crawler.page import Found, Page
from crawler.samples import Samples
from crawler.since import cutoff
from crawler.visitor import visitor_of
from index.home import Home
from index.model import Capture, Listing, Observation
from index.open import open_index, open_registry
from index.profiles import load_profiles
from index.settings import Settings
from index.times import utc


class CarryPipeline:
    """The one item pipeline of the product. Without it a crawl fetches and extracts, and stores nothing."""

    def __init__(self, crawler: Crawler) -> None:
        """Opens nothing yet."""
        self._crawler = crawler
        self._archive: Archive | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CarryPipeline:  # noqa: D102 - Scrapy's factory
        return cls(crawler)

    def open_spider(self) -> None:
        """Opens the index and records the run as running. Raises IndexUnavailable."""
        crawler = self._crawler
        ledger = crawler.get_spider_middleware(Ledger)
        if ledger is None:
            raise RuntimeError("the pipeline needs crawler.ledger.Ledger among SPIDER_MIDDLEWARES")
        self._ledger = ledger
        settings: Settings = crawler.settings["COPYCATCH_SETTINGS"]
        self._vantage = settings.crawl.vantage
        self._home = Home(Path(crawler.settings["COPYCATCH_HOME"]))
        self._index = open_index(self._home, settings.index)
        self._samples = Samples(crawler, self._index, audit_one_in=settings.crawl.audit_one_in)
        self._carrier = Carrier(
            index=self._index,
            run_id=ledger.run.id,
            tally=ledger.run.tally,
            profiles=load_profiles(self._home.brands),
            registry=open_registry(self._home),
            samples=self._samples,
            limit=ledger.run.order.limit,
            newer_than=cutoff(ledger.run.order.since),
            containing=() if ledger.spider.searches() else ledger.run.order.queries,
            fields=tuple(ledger.spider.expect.fill),
        )
        ledger.on_close.append(self._conclude)
        crawler.signals.connect(self._carrier.cancel_samples, stopping)
        crawler.signals.connect(self._observe, observed)
        conclude(self._index, ledger, None)

    async def process_item(self, item: Any) -> Listing:
        """Hands the listing over; its page is held until it is stored."""
        if not isinstance(item, Found):
            raise DropItem(f"no listing: {item!r}"[:200])
        future = self._carrier.carry(item.listing, partial(self._archive_page, item))
        if future is None:
            raise DropItem("refused, duplicate or enough", log_level="DEBUG")
        item.page.hold()
        future.add_done_callback(partial(self._stored, item.page))
        if self._carrier.crowded:
            await asyncio.wait([future])
        return item.listing

    def _stored(self, page: Page, future: asyncio.Future[None]) -> None:
        if future.cancelled():
            return  # the run is stopping: the page keeps its lease and is fetched again
        error = future.exception()
        if error is None:
            page.release()
        elif isinstance(error, Exception):
            self._ledger.stop(error)

    def _archive_page(self, found: Found) -> Capture | None:
        page, response = found.page, found.response
        if page.capture is None and response is not None:
            if self._archive is None:
                self._archive = Archive(self._home.archive, self._ledger.run.id)
            headers = [
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, values in response.headers.items()
                for value in values
            ]
            page.capture = self._archive.store(
                url=response.url,
                status=response.status,
                headers=headers,
                body=response.body,
                taken_at=page.taken_at or utc(),
                visitor=visitor_of(response.request, self._vantage),
            )
        return page.capture

    def _observe(self, observation: Observation) -> None:
        self._index.observe([observation])

    async def close_spider(self) -> None:
        """Waits until everything under way is stored."""
        await self._carrier.drain()

    def _conclude(self, reason: str) -> None:
        try:
            self._samples.close(now=not self._ledger.over(reason))
            if self._archive is not None:
                self._archive.close()
            conclude(self._index, self._ledger, reason)
        finally:
            self._index.close()
