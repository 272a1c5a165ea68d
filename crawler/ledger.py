"""The ledger: which page each request, listing and failure belongs to, and when a page is done.

A page's task is acknowledged only when its callback is exhausted and everything it yielded is stored. Requests that a
callback yields do not go to Scrapy's engine: they become the children of the page's task in the frontier.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.spider import iterate_spider_output
from twisted.python.failure import Failure

from apk_analysis.fingerprint import Problem
from crawler.frontier import LEASE, FrontierError, Waiting
from crawler.page import Found, Page
from crawler.problems import problem_of
from crawler.runs import OpenRun, Order, open_run
from crawler.spider import MarketplaceSpider
from crawler.tally import Progress
from crawler.writing import read, write
from index.home import Home
from index.model import Listing, Observation, ObservationState, Run
from index.protocol import IndexUnavailable
from index.times import utc

logger = logging.getLogger(__name__)

LEASE_KEY = "lease"
"""Meta key with the id of the task that a request, its retries and its redirects belong to."""
SETTLE_AFTER = 0.05
"""Seconds within which finished pages are acknowledged together."""
SETTLE_AT = 100
"""So many finished pages are acknowledged at once."""
MAX_ATTEMPTS = 8
"""A page at which the process died this often is given up."""
MAX_ADDRESS = 4096
"""Longer addresses are traps."""

stopping = object()
"""Signal to send when the run is asked to stop: samples under way are given up."""
observed = object()
"""Signal, sent with `observation: Observation` when a page about a known listing is gone or refused."""
progressed = object()
"""Signal, sent with `progress: Progress` after each settlement."""


class Ledger:
    """Spider middleware and keeper of one run's frontier, pages and counts."""

    def __init__(self, crawler: Crawler, run: OpenRun) -> None:
        self.crawler = crawler
        self.run = run
        self.result: Run | None = None
        """The run as recorded in the index; set by crawler.conclusion."""
        self.failure: Exception | None = None
        """What made the run stop, if it could not go on (disk full)."""
        self.on_close: list[Callable[[str], None]] = []
        """Called with Scrapy's reason after the last settlement, before the frontier is given back."""
        self._pages: dict[int, Page] = {}
        self._done: list[Page] = []
        self._timer: asyncio.TimerHandle | None = None
        self._heart: asyncio.TimerHandle | None = None
        self._max_depth = crawler.settings.getint("DEPTH_LIMIT")
        self._fingerprint = crawler.request_fingerprinter.fingerprint

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Ledger:
        """Opens the run: a new one, or the unfinished one of the same order. Raises FrontierError, HomeError."""
        spider = crawler.spider
        if not isinstance(spider, MarketplaceSpider):
            raise TypeError(f"{spider!r} is no MarketplaceSpider")
        order = Order(
            spider=spider.name,
            start=tuple(spider.start_addresses),
            queries=tuple(spider.queries),
            limit=spider.limit,
            since=spider.since,
        )
        ledger = cls(crawler, open_run(Home(Path(crawler.settings["COPYCATCH_HOME"])).prepare(), order))
        crawler.signals.connect(ledger.listing_left, signals.item_scraped)
        crawler.signals.connect(ledger.listing_left, signals.item_dropped)
        crawler.signals.connect(ledger.listing_broke, signals.item_error)
        crawler.signals.connect(ledger.callback_broke, signals.spider_error)
        crawler.signals.connect(ledger.spider_closed, signals.spider_closed)
        return ledger

    @property
    def spider(self) -> MarketplaceSpider:
        """The spider of this run."""
        spider = self.crawler.spider
        assert isinstance(spider, MarketplaceSpider)  # noqa: S101 - from_crawler refused every other
        return spider

    @property
    def enough(self) -> bool:
        """Whether the order's limit is reached, or the run cannot go on."""
        limit = self.run.order.limit
        return self.failure is not None or (limit is not None and self.run.tally.counters["listings"] >= limit)

    @property
    def busy(self) -> bool:
        """Whether a page is under way or not acknowledged yet."""
        return bool(self._pages or self._done)

    # Requests: out of the frontier, into the frontier

    async def process_start(self, start: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """The first requests go to the frontier, once per run; a resumed run asks for none."""
        self._beat()
        if not self.run.frontier.seeded:
            # A first request is marked as known even when it says dont_filter: pages link back to where we began.
            roots = [
                self._waiting(root.replace(dont_filter=False), depth=0)
                async for root in start
                if isinstance(root, scrapy.Request)
            ]
            with self._stopping_on_error():
                self.run.frontier.seed(roots)
        nothing: tuple[Any, ...] = ()  # Scrapy asks for an asynchronous generator
        for thing in nothing:
            yield thing

    def claim(self, count: int) -> list[scrapy.Request]:
        """Up to `count` requests to fetch now."""
        requests: list[scrapy.Request] = []
        if self._queued <= 0:
            self.settle()  # children of finished pages may be all that is left
        if self._queued <= 0:
            return requests
        with self._stopping_on_error():
            for task in self.run.frontier.claim(count):
                if task.attempts > MAX_ATTEMPTS:
                    self.run.tally.problem("crashed_repeatedly")
                    self.run.frontier.fail(task.id, "crashed_repeatedly")
                    continue
                request = read(task.request, self.spider)
                self._pages[task.id] = Page(task, self._closed, errback=request.errback, address=request.url)
                request.meta[LEASE_KEY] = task.id
                request.errback = self.fetch_failed
                requests.append(request)
        return requests

    @property
    def _queued(self) -> int:
        return self.run.frontier.waiting - len(self._pages) - len(self._done)

    def give_back(self, requests: Iterable[scrapy.Request]) -> None:
        """Claimed requests that will not be fetched in this process."""
        for request in requests:
            self._pages.pop(request.meta[LEASE_KEY], None)

    def add(self, request: scrapy.Request) -> bool:
        """Stores a request that no page yielded. False if it cannot be stored."""
        try:
            self.run.frontier.add([self._waiting(request, depth=0)])
        except FrontierError as error:
            self.stop(error)
            return False
        return True

    def _waiting(self, request: scrapy.Request, *, depth: int) -> Waiting:
        fingerprint = None if request.dont_filter else self._fingerprint(request)
        return Waiting(
            request=write(request, self.spider), fingerprint=fingerprint, priority=request.priority, depth=depth
        )

    # What pages yield

    async def process_spider_output(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Keeps requests and problems with the page; lets listings pass to the pipelines, together with their page."""
        page = self._page(response)
        if page is None or page.taken:
            async for thing in result:
                yield thing
            return
        async for thing in result:
            if (found := self._sort(page, thing, response)) is not None:
                yield found
        page.release()

    def fetch_failed(self, failure: Failure) -> Iterable[Found]:
        """Errback of every request: the spider's own takes over, or the page is given up with a typed problem."""
        page = self._page(failure)
        if page is None:
            return ()
        page.taken = True
        return self._errback_output(page, failure)

    def _errback_output(self, page: Page, failure: Failure) -> Iterator[Found]:
        assert failure.value is not None  # noqa: S101 - Scrapy made it from an exception
        problem = problem_of(failure.value)
        if problem.kind == "stopping":  # not answered: stays leased, and is queued again when the run is resumed
            self._pages.pop(page.task.id, None)
            return
        if page.errback is None:
            page.failed = problem.kind
            page.problems.append(problem)
            self._observe(failure, problem)
        else:
            for thing in iterate_spider_output(page.errback(failure)):
                if (found := self._sort(page, thing, getattr(failure.value, "response", None))) is not None:
                    yield found
        page.release()

    def _observe(self, failure: Failure, problem: Problem) -> None:
        """A page whose request says which listing it is about (meta 'listing': its id) tells of that listing."""
        name = failure.request.meta.get("listing")  # type: ignore[attr-defined] # set by Scrapy's scraper
        states: dict[str, ObservationState] = {"blocked": "blocked", "not_found": "gone"}
        state = states.get(problem.kind, "error")
        if isinstance(name, str):
            seen = Observation(listing_id=name, at=utc(), state=state, run_id=self.run.id, detail=problem.detail)
            self.crawler.signals.send_catch_log(observed, observation=seen)

    def _sort(self, page: Page, thing: Any, response: Response | None) -> Found | None:
        if isinstance(thing, Listing):
            page.hold()
            page.taken_at = page.taken_at or utc()
            return Found(listing=thing, response=response, page=page)
        if isinstance(thing, scrapy.Request):
            depth = page.task.depth + 1
            if depth > self._max_depth > 0 or len(thing.url) > MAX_ADDRESS:
                page.problems.append(Problem(part="page", kind="trap", detail=thing.url[:500]))
            else:
                page.children.append(self._waiting(thing, depth=depth))
        elif isinstance(thing, Problem):
            page.problems.append(thing)
        elif thing is not None:
            page.problems.append(Problem(part="spider", kind="not_a_listing", detail=repr(thing)[:500]))
        return None

    def listing_left(self, response: Response | Failure | None) -> None:
        """Signal: a listing came out of the pipelines, or was dropped there."""
        if (page := self._page(response)) is not None:
            page.release()

    def listing_broke(self, response: Response | Failure | None, failure: Failure) -> None:
        """Signal: a pipeline raised; Scrapy has logged it. The listing is counted as a problem of its page."""
        if (page := self._page(response)) is not None:
            page.problems.append(Problem(part="listing", kind="carry_failed", detail=repr(failure.value)[:500]))
            page.release()

    def callback_broke(self, response: Response | Failure | None, failure: Failure) -> None:
        """Signal: a callback raised; Scrapy has logged it. What the page yielded before is kept."""
        problem = Problem(part="spider", kind="callback_broken", detail=repr(failure.value)[:500])
        if (page := self._page(response)) is None:
            self.run.tally.problem(problem)
            return
        page.problems.append(problem)
        page.release()

    def _page(self, source: Response | Failure | None) -> Page | None:
        request = getattr(source, "request", None)
        return None if request is None else self._pages.get(request.meta.get(LEASE_KEY))

    # Settling

    def _closed(self, page: Page) -> None:
        del self._pages[page.task.id]
        self._done.append(page)
        if len(self._done) >= SETTLE_AT:
            self.settle()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SETTLE_AFTER, self.settle)

    def settle(self) -> None:
        """Acknowledges the finished pages, with their children and the run's counts, in one transaction."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._done or self.failure is not None:
            return
        done, self._done = self._done, []
        tally, frontier = self.run.tally, self.run.frontier
        for page in done:
            tally.count({None: "pages", "blocked": "blocked"}.get(page.failed, "failed"))
            for problem in page.problems:
                logger.info("%s %s: %s", page.address, problem.kind, problem.detail)
                tally.problem(problem)
        with self._stopping_on_error(), frontier.batch():
            for page in done:
                if page.failed:
                    frontier.fail(page.task.id, page.failed)
                else:
                    frontier.complete(page.task.id, page.children)
            tally.save(frontier)
        self.report()
        self.wake()

    def report(self) -> None:
        """Tells whoever listens to `progressed` where the run stands."""
        progress = Progress(
            spider=self.spider.name,
            marketplace=self.marketplace,
            counts=self.run.tally.counts,
            waiting=self.run.frontier.waiting,
        )
        self.crawler.signals.send_catch_log(progressed, progress=progress)

    @property
    def marketplace(self) -> str:
        """The marketplace of the run: that of its first address."""
        start = self.spider.start_addresses
        return self.spider.marketplace(start[0]) if start else self.spider.name

    def wake(self) -> None:
        """Lets the engine look for work now; by itself it looks every five seconds only."""
        slot = self.crawler.engine._slot  # noqa: SLF001 - the engine has no public way to say "there is work"
        if slot is not None:
            slot.nextcall.schedule()

    def _beat(self) -> None:
        with self._stopping_on_error():
            self.run.frontier.extend(self._pages)
        self._heart = asyncio.get_running_loop().call_later(LEASE / 3, self._beat)

    @contextmanager
    def _stopping_on_error(self) -> Iterator[None]:
        try:
            yield
        except FrontierError as error:
            self.stop(error)

    def stop(self, error: Exception) -> None:
        """The run cannot go on: nothing more is acknowledged, the crawl closes, the error is kept."""
        if self.failure is None:
            self.failure = error
            logger.error("%s", error)
            self._closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason="failure"))

    def spider_closed(self, reason: str) -> None:
        """Signal: the last settlement; then whoever registered in `on_close` draws conclusions."""
        self.settle()
        if self._heart is not None:
            self._heart.cancel()
        for conclude in self.on_close:
            try:
                conclude(reason)
            except (IndexUnavailable, OSError) as error:
                self.failure = self.failure or error
        if self.over(reason) and self.failure is None:
            self.run.frontier.erase()
        else:
            self.run.frontier.close()

    def over(self, reason: str) -> bool:
        """Whether nothing is left to resume."""
        return self.failure is None and reason in {"finished", "start_error"}
