"""Fetching the pictures of listings: through Scrapy's downloader, hence through robots rules, egress and patience."""

from __future__ import annotations

import asyncio
import importlib
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.reactor import install_reactor

from apk_analysis.fingerprint import Problem
from apk_analysis.icons import LARGEST_FILE
from apk_analysis.pool import Pool, WorkerLost
from crawler.log import log_into
from crawler.pictures import PictureStep
from crawler.problems import problem_of
from crawler.rejudge import Change
from crawler.runs import Order, run_id
from crawler.settings import scrapy_settings
from detection.pictures import PictureText, available, read_icon, read_picture
from index.blobs import Blobs
from index.home import Home
from index.model import Run
from index.open import open_allowed, open_index, open_registry
from index.profiles import load_profiles
from index.protocol import Stored
from index.settings import Settings
from index.times import utc

SPIDER = "pictures"
AT_ONCE = 4
"""Listings whose pictures are fetched together."""
OF_PAGES = frozenset({"crawler.conditional.Conditional", "crawler.meter.Meter"})
"""Downloader middlewares that keep account of a run's pages: here are none."""
SECONDS = 60.0
"""For reading one picture; a hostile one ends its worker."""

Tell = Callable[[list[Change], dict[str, int]], object]


class PicturesMissing(Exception):  # noqa: N818 - a state of the machine
    """The extra `ocr` is not installed."""


def read_pictures(*, home: Home, settings: Settings, query: str = "*", limit: int | None = None, tell: Tell) -> Run:
    """Reads the pictures of listings that `query` finds, at most of `limit` that have any, and judges them again.

    `tell` hears after every batch which findings changed, and the counts. What was read is not read again: a run that
    was stopped, or killed, goes on where it was. Once per process: a reactor cannot be started twice.
    Raises PicturesMissing, HomeError, IndexUnavailable, QueryError.
    """
    if not available():
        raise PicturesMissing
    with closing(open_index(home.prepare(), settings.index)) as index:
        index.count(query, kind="listings")
        order = Order(spider=SPIDER, start=(query,), limit=limit)
        run = Run(id=run_id(order), marketplace=SPIDER, spider=SPIDER, started_at=utc(), start=order.start)
        index.record_run(run)
        with tempfile.TemporaryDirectory(dir=home.path, prefix="pictures-") as folder, Pool(timeout=SECONDS) as pool:
            walk = _Walk(home, settings, Path(folder), pool, tell)
            walk.step = PictureStep(
                index,
                load_profiles(home.brands),
                registry=open_registry(home),
                allowed=open_allowed(home),
                run_id=run.id,
                fetch=walk.fetch,
                read=walk.read,
                blobs=Blobs(home.pictures),
            )
            stored = (
                one
                for one in index.scan(query, kind="listings")
                if one.value.get("image_urls") or one.value.get("icon_url")
            )
            try:
                walk.through(islice(stored, limit))
            finally:
                counts, problems = walk.step.tally.counts, walk.step.tally.problems
                run = replace(run, finished_at=utc(), outcome="interrupted", counts=counts, problems=problems)
                run = replace(run, outcome="healthy") if walk.ended else run
                index.record_run(run)
        return run


class _Walk:
    """One reactor run."""

    step: PictureStep

    def __init__(self, home: Home, settings: Settings, folder: Path, pool: Pool, tell: Tell) -> None:
        self._home, self._settings, self._folder, self._pool, self._tell = home, settings, folder, pool, tell
        self._crawler: Crawler | None = None
        self._stopped = False
        self._failure: BaseException | None = None
        self.ended = False

    def through(self, listings: Iterator[Stored]) -> None:
        """Walks through the listings. Raises what the step raises."""
        chosen = scrapy_settings(self._home, self._settings)
        chosen.setdict(
            {
                "SCHEDULER": "scrapy.core.scheduler.Scheduler",
                "ITEM_PIPELINES": {},
                "SPIDER_MIDDLEWARES_BASE": {},
                "DOWNLOADER_MIDDLEWARES_BASE": {
                    name: place
                    for name, place in chosen.getdict("DOWNLOADER_MIDDLEWARES_BASE").items()
                    if name not in OF_PAGES
                },
                "DOWNLOAD_MAXSIZE": LARGEST_FILE,
            },
            priority="cmdline",
        )
        install_reactor(chosen["TWISTED_REACTOR"], chosen["ASYNCIO_EVENT_LOOP"])
        log_into(self._home, chosen)
        reactor: Any = importlib.import_module("twisted.internet.reactor")
        runner = AsyncCrawlerRunner(chosen)

        async def run() -> None:
            for number in (signal.SIGINT, signal.SIGTERM):
                with suppress(NotImplementedError, ValueError, RuntimeError):  # not in the main thread
                    asyncio.get_running_loop().add_signal_handler(number, self._stop)
            try:
                self._crawler = runner.create_crawler(_Reader)
                await runner.crawl(self._crawler, work=lambda: self._work(listings))
            except BaseException as error:  # noqa: BLE001 - carried out of the reactor, and raised there
                self._failure = error
            finally:
                reactor.stop()

        reactor.callWhenRunning(lambda: asyncio.ensure_future(run()))
        reactor.run(installSignalHandlers=False)
        if self._failure is not None:
            raise self._failure

    async def _work(self, listings: Iterator[Stored]) -> None:
        try:
            while not self._stopped and (batch := list(islice(listings, AT_ONCE))):
                changes = await self.step.batch(batch)
                self._tell(changes, self.step.tally.counts)
            self.ended = not self._stopped
        except Exception as error:  # noqa: BLE001 - Scrapy would only log it
            self._failure = error

    def _stop(self) -> None:
        """After the batch under way."""
        self._stopped = True

    async def fetch(self, url: str) -> Path | Problem:
        """The picture as a file in the folder, or what went wrong."""
        assert self._crawler is not None and self._crawler.engine is not None  # noqa: S101 - it is at work
        try:
            request = scrapy.Request(url, callback=NO_CALLBACK)
            response = await self._crawler.engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - typed, and counted
            return problem_of(error, part="picture")
        if response.status != 200:
            kind = "not_found" if response.status in {404, 410} else "http_error"
            return Problem(part="picture", kind=kind, detail=f"{url}: status {response.status}"[:500])
        with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
            file.write(response.body)
        return Path(file.name)

    async def read(self, path: Path, *, icon: bool) -> PictureText:
        """What a worker reads in it, or how it looks."""
        try:
            return await asyncio.to_thread(self._pool.call, read_icon if icon else read_picture, path)
        except WorkerLost as lost:
            return PictureText(problem=f"picture_{lost.kind}")


class _Reader(scrapy.Spider):
    """Gives the work a running downloader; asks for no page of its own."""

    name = SPIDER
    no_requests: tuple[scrapy.Request, ...] = ()

    def __init__(self, work: Callable[[], Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._work = work

    async def start(self) -> AsyncIterator[Any]:
        """Ends when the work is done."""
        await self._work()
        for request in self.no_requests:
            yield request
