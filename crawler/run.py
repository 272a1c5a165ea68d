"""Crawling orders, one after the other, in one process and one reactor run."""

from __future__ import annotations

import asyncio
import importlib
import logging
import signal
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from typing import Any

from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.reactor import install_reactor

from crawler.conclusion import give_up
from crawler.frontier import RunFrontierError
from crawler.ledger import Ledger, begun, progressed, stopping
from crawler.lock import InUseError, held
from crawler.log import Where, log_into
from crawler.recheck import known_listings
from crawler.remarks import remark
from crawler.runs import Order, run_id
from crawler.settings import scrapy_settings
from crawler.spider import MarketplaceSpider
from crawler.tally import Progress
from crawler.telling import tell
from index.home import Home, HomeError
from index.model import Run
from index.open import open_index
from index.protocol import IndexUnavailable
from index.settings import Settings
from index.times import utc

ProgressListener = Callable[[Progress], None]
CONCERNS_ALL = (IndexUnavailable, HomeError, OSError)
"""Errors that the next order would meet as well: disk full, read-only home."""

logger = logging.getLogger(__name__)


class UnknownSpiderError(LookupError):
    """No spider of that name; the message lists the known ones."""


def crawl(
    orders: Sequence[Order],
    *,
    home: Home,
    settings: Settings,
    progress: ProgressListener | None = None,
    again: bool = False,
) -> list[Run]:
    """Crawls each order and returns its runs, in order. Once per process: a reactor cannot be started twice.

    An order with addresses at several marketplaces becomes one run for each. An order whose last run did not finish is
    resumed. SIGINT and SIGTERM end the crawl after the pages under way (outcome 'interrupted'; the same order resumes
    it); a second one ends the process at once, which loses nothing either.

    Pages that earlier runs read are asked for when they are due, and read when they have changed; `again`: all of them.

    An order that fails by itself (no browser, its frontier in use) becomes an unhealthy run with the reason among its
    remarks, and the others go on; one whose marketplace another process crawls is not recorded. Where one and the same
    reason fails all of them, it is raised.

    Raises UnknownSpiderError; HomeError, IndexUnavailable or OSError when something cannot be written, which ends all.
    """
    home.prepare()
    scrapy_set = scrapy_settings(home, settings)
    scrapy_set.set("COPYCATCH_AGAIN", again, priority="project")
    loader = SpiderLoader.from_settings(scrapy_set)
    planned = [(loader.load(part.spider), part) for order in orders for part in _by_marketplace(order, loader)]
    install_reactor(scrapy_set["TWISTED_REACTOR"], scrapy_set["ASYNCIO_EVENT_LOOP"])
    where = log_into(home, scrapy_set)
    return _Walk(AsyncCrawlerRunner(scrapy_set), home, settings, progress, where).walk(planned)


def _by_marketplace(order: Order, loader: SpiderLoader) -> list[Order]:
    if order.spider not in loader.list():
        raise UnknownSpiderError(f"no spider {order.spider!r}; known: {', '.join(sorted(loader.list()))}")
    spider = loader.load(order.spider)
    if not issubclass(spider, MarketplaceSpider) or len(order.start) < 2:
        return [order]
    parts: dict[str, list[str]] = {}
    for address in order.start:
        parts.setdefault(spider.marketplace(address), []).append(address)
    return [replace(order, start=tuple(addresses)) for addresses in parts.values()]


def _marketplace(spider: type[Any], order: Order) -> str:
    if not issubclass(spider, MarketplaceSpider) or not order.start:
        return str(spider.name)
    return spider.marketplace(order.start[0])


def _never_begun(spider: type[Any], order: Order) -> Run:
    marketplace = _marketplace(spider, order)
    return Run(id=run_id(order), marketplace=marketplace, spider=order.spider, started_at=utc(), start=order.start)


class _Walk:
    """One reactor run."""

    def __init__(
        self,
        runner: AsyncCrawlerRunner,
        home: Home,
        settings: Settings,
        progress: ProgressListener | None,
        where: Where,
    ) -> None:
        self._runner = runner
        self._home = home
        self._settings = settings
        self._progress = progress
        self._where = where
        self._stopped = False
        self._begun: Crawler | None = None
        """The crawl under way, once it can be closed."""
        self._runs: list[Run] = []
        self._failures: list[Exception] = []
        """Of single orders."""
        self._failure: BaseException | None = None
        """Of all."""

    def walk(self, planned: Sequence[tuple[type[Any], Order]]) -> list[Run]:
        # Imported by name, because a plain import before install_reactor() would install another one.
        reactor: Any = importlib.import_module("twisted.internet.reactor")

        async def all_of_them() -> None:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                with suppress(NotImplementedError, ValueError, RuntimeError):  # not in the main thread
                    loop.add_signal_handler(number, self._stop)
            try:
                for spider, order in planned:
                    if not self._stopped:
                        self._runs.append(await self._one(spider, order))
            except BaseException as error:  # noqa: BLE001 - carried out of the reactor, and raised there
                self._failure = error
            finally:
                reactor.stop()

        reactor.callWhenRunning(lambda: asyncio.ensure_future(all_of_them()))
        reactor.run(installSignalHandlers=False)
        if self._failure is not None:
            raise self._failure
        reasons = {(type(error), str(error)) for error in self._failures}
        if len(self._failures) == len(self._runs) and len(reasons) == 1:
            raise self._failures[0]
        return self._runs

    async def _one(self, spider: type[Any], order: Order) -> Run:
        self._begun = None
        try:
            with held(self._home, _marketplace(spider, order)):
                run = await self._crawled(spider, order)
        except InUseError as error:  # says nothing about the marketplace: neither recorded nor told of
            self._failures.append(error)
            said = remark("crawl.in_use", name=_marketplace(spider, order))
            return replace(_never_begun(spider, order), outcome="unhealthy", finished_at=utc(), remarks=(said,))
        except Exception as error:
            if isinstance(error, CONCERNS_ALL) and not isinstance(error, RunFrontierError):
                raise
            logger.exception("%s is given up", order)
            self._failures.append(error)
            run = self._given_up(spider, order, error)
        await tell(run, self._home, self._settings)
        return run

    async def _crawled(self, spider: type[Any], order: Order) -> Run:
        crawler = self._runner.create_crawler(spider)
        crawler.signals.connect(self._heard, progressed)
        crawler.signals.connect(self._can_be_closed, begun)
        await self._runner.crawl(
            crawler,
            start=order.start,
            queries=order.queries,
            limit=order.limit,
            since=order.since,
            listings=known_listings(self._home, self._settings, order.listings),
            view=order.view,
        )
        ledger = Ledger.of(crawler)
        if ledger.failure is not None:
            raise ledger.failure
        assert ledger.result is not None  # noqa: S101 - without a failure the run was recorded
        return ledger.result

    def _given_up(self, spider: type[Any], order: Order, error: Exception) -> Run:
        run = Ledger.of(self._begun).result if self._begun else None
        with closing(open_index(self._home, self._settings.index)) as index:
            return give_up(index, run or _never_begun(spider, order), error)

    def _heard(self, progress: Progress) -> None:
        if self._progress is not None:
            self._progress(progress)

    def _can_be_closed(self, sender: Crawler) -> None:
        self._begun = sender
        ledger = Ledger.of(sender)
        self._where.run, self._where.marketplace = ledger.run.id, ledger.marketplace
        if self._stopped:
            self._close()

    def _stop(self) -> None:
        self._stopped = True
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)
        for crawler in self._runner.crawlers:
            crawler.signals.send_catch_log(stopping)
        self._close()

    def _close(self) -> None:
        """Closes the crawl under way. One that is still opening is closed as soon as it has begun: before, Scrapy
        forgets that it was asked, and goes on for ever.
        """
        if self._begun is None or self._begun.engine.spider is None:  # not open yet, or closed by itself
            return
        self._begun.engine.pause()  # closing begins only after what the loop has to do already, such as the next page
        self._closing = asyncio.ensure_future(self._begun.engine.close_spider_async(reason="shutdown"))
