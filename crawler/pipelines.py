"""Scrapy's side of carrying: listings out of the pipelines into the Carrier, samples through Scrapy's downloader."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.http import Response

from apk_analysis.fingerprint import Problem
from crawler.carry import Carrier
from crawler.conclusion import conclude
from crawler.ledger import Ledger, observed, stopping
from crawler.page import Found, Page
from crawler.page_archive import PageArchive
from crawler.recall import Recall, open_recall, reader_of
from crawler.rescore import rules_digest
from crawler.samples import Samples
from crawler.since import cutoff
from crawler.visitor import visitor_of
from crawler.watch.gate_list import gate_list
from index.blobs import Blobs
from index.home import Home
from index.model import Listing, Observation, View
from index.open import open_allowed, open_index, open_registry
from index.profiles import load_profiles
from index.protocol import IndexUnavailable
from index.settings import Settings


class CarryPipeline:
    """The one item pipeline of the product. Without it a crawl fetches and extracts, and stores nothing."""

    def __init__(self, crawler: Crawler) -> None:
        """Opens nothing yet."""
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CarryPipeline:  # noqa: D102 - Scrapy's factory
        return cls(crawler)

    def open_spider(self) -> None:
        """Opens the index and records the run as running. Raises IndexUnavailable."""
        crawler = self._crawler
        self._ledger = ledger = Ledger.of(crawler)
        settings: Settings = crawler.settings["COPYCATCH_SETTINGS"]
        self._vantage = settings.crawl.vantage
        self._home = Home(Path(crawler.settings["COPYCATCH_HOME"]))
        self._pictures = Blobs(self._home.pictures)
        self._archive = PageArchive(self._home.archive, ledger.run.id, settings)
        self._index = open_index(self._home, settings.index)
        profiles = load_profiles(self._home.brands)
        watched = gate_list(profiles, settings.watch)
        rules = f"{rules_digest(profiles)} {sorted(watched)}"
        reader = reader_of(type(ledger.spider), rules)
        again = crawler.settings.getbool("COPYCATCH_AGAIN")
        self._recall = (
            Recall(None, self._index, ledger.run.tally)  # what a recheck leaves out must not be remembered as all
            if ledger.spider.known
            else open_recall(self._home.pages, reader, self._index, ledger.run.tally, again=again)
        )
        ledger.desk.recall = self._recall
        self._samples = Samples(crawler, self._index, audit_one_in=settings.crawl.audit_one_in, watch_list=watched)
        self._carrier = Carrier(
            index=self._index,
            run_id=ledger.run.id,
            tally=ledger.run.tally,
            profiles=profiles,
            registry=open_registry(self._home),
            allowed=open_allowed(self._home),
            samples=self._samples,
            limit=ledger.run.order.limit,
            newer_than=cutoff(ledger.run.order.since),
            containing=ledger.run.order.queries if ledger.spider.walks and not ledger.spider.searches() else (),
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
        picture = partial(self._picture, item.page) if item.page.tab is not None else None
        future = self._carrier.carry(item.listing, partial(self._archive.keep, item.page, item.response), picture)
        if future is None:
            raise DropItem("refused, duplicate or enough", log_level="DEBUG")
        item.page.hold()
        future.add_done_callback(partial(self._stored, item.page))
        if self._carrier.crowded:
            await asyncio.wait([future])
        return item.listing

    async def _picture(self, page: Page) -> None:
        """Keeps a picture of the rendered page, once. Raises BlobError."""
        if page.tab is None or page.screenshot is not None:
            return
        shot = await page.tab.shoot()
        if isinstance(shot, Problem):
            if shot not in page.problems:
                page.problems.append(shot)
        elif page.screenshot is None:
            page.screenshot = self._pictures.write(shot)
            self._ledger.run.tally.count("screenshots")

    def _stored(self, page: Page, future: asyncio.Future[bool]) -> None:
        if future.cancelled():
            return  # the run is stopping: the page keeps its lease and is fetched again
        error = future.exception()
        if error is None:
            page.whole &= future.result()
            page.release()
        elif isinstance(error, Exception):
            self._ledger.stop(error)

    def _observe(
        self, observation: Observation, page: Page, response: Response | None, listing: Listing | None
    ) -> None:
        """Stores what a look at a known listing saw, with the answer itself; a declared view beside the listing."""
        try:
            capture = self._archive.keep(page, response)
            if not self._ledger.run.order.view:
                self._index.observe([replace(observation, capture=capture)])
                return
            visitor = visitor_of(response.request if response is not None else None, self._vantage)
            view = View(
                listing_id=observation.listing_id,
                at=observation.at,
                run_id=observation.run_id,
                visitor=visitor,
                state=observation.state,
                listing=listing,
                capture=capture,
            )
            self._index.put_views([view])
        except (IndexUnavailable, OSError) as error:
            self._ledger.stop(error)

    async def close_spider(self) -> None:
        """Waits until everything under way is stored."""
        await self._carrier.drain()

    def _conclude(self, reason: str) -> None:
        try:
            self._samples.close(now=not self._ledger.over(reason))
            self._ledger.seal = self._archive.end(over=self._ledger.over(reason))
            conclude(self._index, self._ledger, reason)
        finally:
            self._recall.close()
            self._index.close()
