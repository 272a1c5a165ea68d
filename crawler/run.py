"""Crawling orders, one after the other, in one process and one reactor run."""

from __future__ import annotations

import asyncio
import importlib
import logging
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from logging.handlers import RotatingFileHandler
from typing import Any

from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.settings import Settings as ScrapySettings
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.log import configure_logging
from scrapy.utils.reactor import install_reactor

from crawler.ledger import Ledger, begun, progressed, stopping
from crawler.runs import Order
from crawler.settings import scrapy_settings
from crawler.spider import MarketplaceSpider
from crawler.tally import Progress
from index.home import Home
from index.model import Run
from index.settings import Settings

ProgressListener = Callable[[Progress], None]


class UnknownSpiderError(LookupError):
    """No spider of that name; the message lists the known ones."""


def crawl(
    orders: Sequence[Order], *, home: Home, settings: Settings, progress: ProgressListener | None = None
) -> list[Run]:
    """Crawls each order and returns its runs, in order. Once per process: a reactor cannot be started twice.

    An order with addresses at several marketplaces becomes one run for each. An order whose last run did not finish is
    resumed. SIGINT and SIGTERM end the crawl after the pages under way (outcome 'interrupted'; the same order resumes
    it); a second one ends the process at once, which loses nothing either.

    Raises UnknownSpiderError; HomeError, IndexUnavailable or FrontierError when something cannot be written.
    """
    home.prepare()
    scrapy_set = scrapy_settings(home, settings)
    loader = SpiderLoader.from_settings(scrapy_set)
    planned = [(loader.load(part.spider), part) for order in orders for part in _by_marketplace(order, loader)]
    install_reactor(scrapy_set["TWISTED_REACTOR"], scrapy_set["ASYNCIO_EVENT_LOOP"])
    _log_into(home, scrapy_set)
    return _Walk(AsyncCrawlerRunner(scrapy_set), progress).walk(planned)


def _log_into(home: Home, scrapy_set: ScrapySettings) -> None:
    """The log of all crawls goes into the home: the terminal belongs to whoever watches the progress."""
    scrapy_set.set("LOG_INSTALL_ROOT_HANDLER", value=False, priority="project")
    configure_logging(scrapy_set)
    handler = RotatingFileHandler(home.logs / "crawl.log", maxBytes=16 << 20, backupCount=3, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.root.addHandler(handler)
    for name in (None, "scrapy"):  # Scrapy sets its own logger to DEBUG, which would write down every listing
        logging.getLogger(name).setLevel(scrapy_set["LOG_LEVEL"])


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


class _Walk:
    """One reactor run."""

    def __init__(self, runner: AsyncCrawlerRunner, progress: ProgressListener | None) -> None:
        self._runner = runner
        self._progress = progress
        self._stopped = False
        self._begun: Crawler | None = None
        """The crawl under way, once it can be closed."""
        self._runs: list[Run] = []
        self._failure: BaseException | None = None

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
        return self._runs

    async def _one(self, spider: type[Any], order: Order) -> Run:
        self._begun = None
        crawler = self._runner.create_crawler(spider)
        crawler.signals.connect(self._heard, progressed)
        crawler.signals.connect(self._can_be_closed, begun)
        await self._runner.crawl(
            crawler, start=order.start, queries=order.queries, limit=order.limit, since=order.since
        )
        ledger = crawler.get_spider_middleware(Ledger)
        assert ledger is not None  # noqa: S101 - the settings name it
        if ledger.failure is not None:
            raise ledger.failure
        assert ledger.result is not None  # noqa: S101 - without a failure the run was recorded
        return ledger.result

    def _heard(self, progress: Progress) -> None:
        if self._progress is not None:
            self._progress(progress)

    def _can_be_closed(self, sender: Crawler) -> None:
        self._begun = sender
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
