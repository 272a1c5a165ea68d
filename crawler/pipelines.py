"""Scrapy's side of carrying: listings out of the pipelines into the Carrier, samples through Scrapy's downloader."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

from index.open import open_index
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from crawler.carry import Carrier
from crawler.conclusion import conclude
from crawler.ledger import Ledger, stopping
from crawler.page import Found, Page
from index.home import Home
from index.model import Listing
from index.profiles import load_profiles
from index.settings import Settings


class CarryPipeline:
    """The one item pipeline of the product. Without it a crawl fetches and extracts, and stores nothing."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CarryPipeline:  # noqa: D102 - Scrapy's factory
        return cls(crawler)

    def open_spider(self) -> None:
        """Opens the index. Raises IndexUnavailable."""
        crawler = self._crawler
        ledger = crawler.get_spider_middleware(Ledger)
        if ledger is None:
            raise RuntimeError("the pipeline needs crawler.ledger.Ledger among SPIDER_MIDDLEWARES")
        self._ledger = ledger
        home: Home = Home(Path(crawler.settings["COPYCATCH_HOME"]))
        settings: Settings = crawler.settings["COPYCATCH_SETTINGS"]
        self.index = open_index(home, settings.index)
        self._carrier = Carrier(
            index=self.index,
            run_id=ledger.run.id,
            tally=ledger.run.tally,
            profiles=load_profiles(home.brands),
            limit=ledger.run.order.limit,
            fields=tuple(ledger.spider.expect.fill),
        )
        ledger.on_close.append(self._conclude)
        crawler.signals.connect(self._carrier.cancel_samples, stopping)
        conclude(self.index, ledger, None)

    async def process_item(self, item: Any) -> Listing:
        """Hands the listing over; its page is held until it is stored."""
        if not isinstance(item, Found):
            raise DropItem(f"no listing: {item!r}"[:200])
        future = self._carrier.carry(item.listing, lambda: None)
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

    async def close_spider(self) -> None:
        """Waits until everything under way is stored."""
        await self._carrier.drain()

    def _conclude(self, reason: str) -> None:
        try:
            conclude(self.index, self._ledger, reason)
        finally:
            self.index.close()
