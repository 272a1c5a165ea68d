"""One answer of a marketplace, fetched as a crawl would: robots rules, egress, patience, browser. Nothing is stored."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import scrapy
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.http import Response
from scrapy.utils.reactor import install_reactor
from twisted.python.failure import Failure

from apk_analysis.fingerprint import Problem
from crawler.problems import problem_of
from crawler.settings import DOWNLOADER_MIDDLEWARES_BASE, scrapy_settings
from crawler.spider import MarketplaceSpider
from index.home import Home
from index.settings import Settings

OF_RUNS = ("crawler.conditional.Conditional", "crawler.meter.Meter")
"""Parts of a crawl that only a run with a ledger has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came, and who is to read it."""

    response: Response
    callback: str
    """Name of the spider's method."""
    kwargs: dict[str, Any] = field(default_factory=dict)


def ask(
    spider: type[MarketplaceSpider], url: str, *, callback: str | None, home: Home, settings: Settings
) -> list[Answered] | Problem:
    """The answer at `url`, followed by those that its scripts got, whatever their status; or why there is none.

    Without `callback` the spider asks as at the start of a walk, which may be another address (the index of a
    repository). Once per process: a reactor cannot be started twice. Raises HomeError, BrowserMissing.
    """
    made = scrapy_settings(home.prepare(), settings)
    made.set("SCHEDULER", "scrapy.core.scheduler.Scheduler", priority="cmdline")
    made.set("SPIDER_MIDDLEWARES_BASE", {}, priority="cmdline")
    made.set("ITEM_PIPELINES", {}, priority="cmdline")
    kept = {name: place for name, place in DOWNLOADER_MIDDLEWARES_BASE.items() if name not in OF_RUNS}
    made.set("DOWNLOADER_MIDDLEWARES_BASE", kept, priority="cmdline")
    made.set("LOG_LEVEL", "ERROR", priority="cmdline")
    install_reactor(made["TWISTED_REACTOR"], made["ASYNCIO_EVENT_LOOP"])
    reactor: Any = importlib.import_module("twisted.internet.reactor")
    found: list[Answered | Problem] = []
    asked = _asking(spider, url, callback, found)

    async def once() -> None:
        try:
            await AsyncCrawlerRunner(made).crawl(asked)
        except Exception as error:  # noqa: BLE001 - carried out of the reactor
            failure.append(error)
        finally:
            reactor.stop()

    failure: list[Exception] = []
    reactor.callWhenRunning(lambda: asyncio.ensure_future(once()))
    reactor.run()
    if failure:
        raise failure[0]
    problem = next((one for one in found if isinstance(one, Problem)), None)
    answers = [one for one in found if isinstance(one, Answered)]
    return answers or problem or Problem(part="page", kind="fetch_failed", detail=f"{url}: no answer")


def _asking(
    spider: type[MarketplaceSpider], url: str, callback: str | None, found: list[Answered | Problem]
) -> type[MarketplaceSpider]:
    """The spider, with one request instead of a walk."""

    class Asking(spider):  # type: ignore[misc, valid-type] # its base is known when it is called
        async def start(self) -> AsyncIterator[scrapy.Request]:
            yield _request(self, url, callback).replace(callback=self.keep, errback=self.lost)

        def keep(self, response: Response, **kwargs: Any) -> Iterator[Any]:
            name = response.meta["callback"]
            found.append(Answered(response=response, callback=name, kwargs=kwargs))
            found.extend(Answered(response=one, callback=name) for one in response.meta.get("captured", ()))
            yield from ()

        def lost(self, failure: Failure) -> Iterator[Any]:
            if failure.value is not None:
                found.append(problem_of(failure.value))
            yield from ()

    return Asking


def _request(spider: MarketplaceSpider, url: str, callback: str | None) -> scrapy.Request:
    """The spider's own way of asking; for a callback that was named, at the very address."""
    first = next(iter(spider.first_requests(url)))
    if callback is not None:
        first = first.replace(url=url, cb_kwargs={})
    name = callback or getattr(first.callback, "__name__", "parse")
    return first.replace(meta={**first.meta, "callback": name, "handle_httpstatus_all": True}, dont_filter=True)
