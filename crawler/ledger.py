"""The ledger: which page each listing and failure belongs to, and when a page is done.

A page's task is acknowledged only when its callback is exhausted and everything it yielded is stored. Requests that a
callback yields do not go to Scrapy's engine: they become the children of the page's task in the frontier.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.spider import iterate_spider_output
from twisted.python.failure import Failure

from apk_analysis.fingerprint import Problem
from crawler.budget import Spending, budget_of
from crawler.desk import Desk
from crawler.links import Links, singly
from crawler.looks import STEP, Look, Saw
from crawler.page import Found, Page
from crawler.patience import REFUSED, met
from crawler.problems import problem_of
from crawler.recall import Unchanged, recalled
from crawler.recheck import RECHECK
from crawler.refusal_words import KINDS
from crawler.runs import OpenRun, Order, open_run
from crawler.silence import silence
from crawler.spider import LOOKED_UP, MarketplaceSpider, request_of
from crawler.tally import Progress
from index.home import Home
from index.ids import listing_id
from index.model import Listing, Observation, ObservationState, Run
from index.protocol import IndexUnavailable
from index.times import utc

logger = logging.getLogger(__name__)

stopping = object()
"""Signal to send when the run is asked to stop: samples under way are given up."""
observed = object()
"""Signal, sent with `observation: Observation`, `page: Page` and `response: Response | None` (what stood there), when
somebody looked at a known listing."""
begun = object()
"""Signal, sent when the run asks for its first requests: from now on its engine can be closed."""
progressed = object()
"""Signal, sent with `progress: Progress` after each settlement."""


class Ledger:
    """Spider middleware and keeper of one run."""

    def __init__(self, crawler: Crawler, run: OpenRun) -> None:
        """Connects nothing; see `from_crawler`."""
        self.crawler = crawler
        self.run = run
        self.result: Run | None = None
        """The run as recorded in the index; set by crawler.conclusion."""
        self.failure: Exception | None = None
        """What made the run stop, if it could not go on (disk full)."""
        self.seal: str | None = None
        """What seals the archive of the run, once it is over."""
        self.spending = Spending(budget_of(run.order, crawler.settings["COPYCATCH_SETTINGS"]), run.tally)
        self.on_close: list[Callable[[str], None]] = []
        """Called with Scrapy's reason after the last settlement, before the frontier is given back."""
        self.desk = Desk(
            run,
            self.spider,
            fingerprint=crawler.request_fingerprinter.fingerprint,
            max_depth=crawler.settings.getint("DEPTH_LIMIT"),
            settled=self._settled,
            failed=self.stop,
        )

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
            listings=tuple(spider.known),
            view=spider.view,
        )
        ledger = cls(crawler, open_run(Home(Path(crawler.settings["COPYCATCH_HOME"])).prepare(), order))
        crawler.signals.connect(ledger.listing_left, signals.item_scraped)
        crawler.signals.connect(ledger.listing_left, signals.item_dropped)
        crawler.signals.connect(ledger.listing_broke, signals.item_error)
        crawler.signals.connect(ledger.callback_broke, signals.spider_error)
        crawler.signals.connect(ledger.spider_closed, signals.spider_closed)
        return ledger

    @classmethod
    def of(cls, crawler: Crawler) -> Ledger:
        """The ledger of a crawl, once its spider middlewares are made. Raises RuntimeError where there is none."""
        ledger = crawler.get_spider_middleware(cls)
        if ledger is None:
            raise RuntimeError("the settings must name crawler.ledger.Ledger among SPIDER_MIDDLEWARES")
        return ledger

    @property
    def spider(self) -> MarketplaceSpider:
        """The spider of this run."""
        spider = self.crawler.spider
        assert isinstance(spider, MarketplaceSpider)  # noqa: S101 - from_crawler refused every other
        return spider

    @property
    def enough(self) -> bool:
        """Whether the order's limit is reached, the budget is spent, or the run cannot go on."""
        limit = self.run.order.limit
        reached = limit is not None and self.run.tally.counters["listings"] >= limit
        return self.failure is not None or reached or self.spending.spent is not None

    async def process_start(self, start: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """The first requests go to the frontier, once per run; a resumed run asks for none."""
        self.crawler.signals.send_catch_log(begun)
        self.desk.keep_leases()
        if not self.run.frontier.seeded:
            self.desk.seed([root async for root in start if isinstance(root, scrapy.Request)])
        nothing: tuple[Any, ...] = ()  # Scrapy asks for an asynchronous generator
        for thing in nothing:
            yield thing

    async def process_spider_output(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Keeps requests and problems with the page; lets listings pass to the pipelines, together with their page."""
        page = self.desk.page_of(response)
        if page is None or page.taken:
            async for thing in result:
                yield thing
            return
        page.tab = response.meta.pop("tab", None)
        listings, answered = 0, bool(response.meta.get("captured"))
        look = Look(self.spider.known, response, self.spider.recheck_steps) if self.spider.known else None
        async for thing, source in self._things(response, result):
            if look is not None and not look.takes(thing):
                continue
            if self.run.order.view and isinstance(thing, Listing):
                listings += 1  # kept beside the listing, see below
                continue
            if (found := self._sort(page, thing, source)) is not None:
                listings += 1
                yield found
        if not listings and not page.children:
            self._look_behind(page, response, answered=answered)
        else:
            self._met(response, None)
        if look is not None and page.failed is None:
            for saw in look.saw():
                self._tell(saw, page, response, look.found(saw.listing_id))
        page.release()

    async def _things(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[tuple[Any, Response]]:
        """What the callback makes of the page, then of each answer that its scripts got; with where it is from.

        A second look at known listings takes or leaves each request.
        """
        each: Callable[[Iterable[Any]], Iterable[Any]] = singly if self.spider.known else iter
        async for thing in result:
            for one in each((thing,)):
                yield one, response
        if (request := response.request) is None:
            return
        callback = request.callback or self.spider.parse
        for answer in request.meta.pop("captured", ()):
            for thing in each(iterate_spider_output(callback(answer, **request.cb_kwargs))):
                yield thing, answer

    def _look_behind(self, page: Page, response: Response, *, answered: bool) -> None:
        """A page that yielded nothing may be a refusal, by what the spider says of it or by what it says itself; not
        the latter where its scripts were answered: then the page is their shell, and the answers were looked at.
        """
        refused = next((problem for problem in page.problems if problem.kind in KINDS), None)
        if refused is None and not answered and (refusal := silence(response)) is not None:
            refused = Problem(part="page", kind=refusal.kind, detail=refusal.reason)
            page.problems[:] = [refused]  # that nothing was understood is explained by it
        if refused is not None:
            page.failed = refused.kind
            self._observe(response, refused)
        self._met(response, page.failed)

    def _met(self, source: Failure | Response, kind: str | None) -> None:
        """Tells whoever decides how often the host may be asked."""
        url = source.request.url  # type: ignore[union-attr] # set by Scrapy's scraper
        self.crawler.signals.send_catch_log(met, url=url, kind=kind)

    def fetch_failed(self, failure: Failure) -> Iterable[Found]:
        """Errback of every request: the spider's own takes over, or the page is given up with a typed problem."""
        page = self.desk.page_of(failure)
        if page is None:
            return ()
        page.taken = True
        page.tab = request_of(failure).meta.pop("tab", None)
        return self._errback_output(page, failure)

    def _errback_output(self, page: Page, failure: Failure) -> Iterator[Found]:
        assert failure.value is not None  # noqa: S101 - Scrapy made it from an exception
        problem = problem_of(failure.value)
        if problem.kind == "stopping":  # not answered: stays leased, and is queued again when the run is resumed
            self.desk.give_back([request_of(failure)])
            return
        if isinstance(failure.value, Unchanged):
            recalled(page)
            page.release()
            return
        self._met(failure, problem.kind)
        if problem.kind == "not_found" and request_of(failure).meta.get(LOOKED_UP):
            self.run.tally.count("absent")
        elif page.errback is None:
            page.failed = None if problem.kind in self.spider.no_fault else problem.kind
            page.problems.append(problem)
            self._observe(failure, problem)
        else:
            for thing in iterate_spider_output(page.errback(failure)):
                if (found := self._sort(page, thing, getattr(failure.value, "response", None))) is not None:
                    yield found
        page.release()

    def _observe(self, source: Failure | Response, problem: Problem) -> None:
        """A page whose request says which listing it is about (meta 'listing': its id) tells of that listing."""
        name = source.request.meta.get("listing")  # type: ignore[union-attr] # set by Scrapy's scraper
        states: dict[str, ObservationState] = {"not_found": "gone", **dict.fromkeys(KINDS, "blocked")}
        state = states.get(problem.kind, "error")
        if isinstance(name, str):
            if state == "gone" and source.request.meta.get(STEP):  # type: ignore[union-attr] # as above
                state = "error"  # what is missing is not the page of the listing itself
            answer = source if isinstance(source, Response) else getattr(source.value, "response", None)
            if (page := self.desk.page_of(source)) is not None:
                self._tell(Saw(name, state, problem.detail), page, answer)

    def _tell(self, saw: Saw, page: Page, response: Response | None, listing: Listing | None = None) -> None:
        seen = Observation(listing_id=saw.listing_id, at=utc(), state=saw.state, run_id=self.run.id, detail=saw.detail)
        self.crawler.signals.send_catch_log(observed, observation=seen, page=page, response=response, listing=listing)

    def _sort(self, page: Page, thing: Any, response: Response | None) -> Found | None:
        if isinstance(thing, Listing):
            page.hold()
            page.taken_at = page.taken_at or utc()
            name = listing_id(thing.marketplace, thing.native_id)
            page.listings[name] = tuple(field for field in self.spider.expect.fill if getattr(thing, field, None))
            return Found(listing=thing, response=response, page=page)
        if isinstance(thing, scrapy.Request):
            self.desk.keep_child(page, thing)
        elif isinstance(thing, Links):
            self.desk.keep_links(page, thing)
        elif isinstance(thing, Problem):
            page.problems.append(thing)
        elif thing is not None:
            page.problems.append(Problem(part="spider", kind="not_a_listing", detail=repr(thing)[:500]))
        return None

    def listing_left(self, response: Response | Failure | None) -> None:
        """Signal: a listing came out of the pipelines, or was dropped there."""
        if (page := self.desk.page_of(response)) is not None:
            page.release()

    def listing_broke(self, response: Response | Failure | None, failure: Failure) -> None:
        """Signal: a pipeline raised; Scrapy has logged it. The listing is counted as a problem of its page."""
        if (page := self.desk.page_of(response)) is not None:
            page.problems.append(Problem(part="listing", kind="carry_failed", detail=repr(failure.value)[:500]))
            page.release()

    def callback_broke(self, response: Response | Failure | None, failure: Failure) -> None:
        """Signal: a callback raised; Scrapy has logged it. What the page yielded before is kept."""
        problem = Problem(part="spider", kind="callback_broken", detail=repr(failure.value)[:500])
        if (page := self.desk.page_of(response)) is None:
            self.run.tally.problem(problem)
            return
        page.problems.append(problem)
        page.release()

    def _settled(self) -> None:
        """Says where the run stands, and lets the engine look for work: by itself it looks every five seconds only."""
        progress = Progress(
            spider=self.spider.name,
            marketplace=self.marketplace,
            counts=self.run.tally.counts,
            waiting=self.run.frontier.waiting,
        )
        self.crawler.signals.send_catch_log(progressed, progress=progress)
        slot = self.crawler.engine._slot  # noqa: SLF001 - the engine has no public way to say "there is work"
        if slot is not None:
            slot.nextcall.schedule()

    @property
    def marketplace(self) -> str:
        """The marketplace of the run: that of its first address. Rechecks have a name of their own, so that what they
        see is not taken for the yield of a crawl.
        """
        if self.spider.known:
            return RECHECK + next(iter(self.spider.known.values())).marketplace
        start = self.spider.start_addresses
        return self.spider.marketplace(start[0]) if start else self.spider.name

    def stop(self, error: Exception) -> None:
        """The run cannot go on: the crawl closes, what is under way stays leased, the error is kept."""
        if self.failure is not None:
            return
        self.failure = error
        logger.error("%s", error)
        engine = self.crawler.engine
        if engine.spider is not None:  # else it is closing already
            self._closing = asyncio.ensure_future(engine.close_spider_async(reason="failure"))

    def spider_closed(self, reason: str) -> None:
        """Signal: the last settlement; then whoever registered in `on_close` draws conclusions."""
        self.desk.close()
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
        left = self.spending.spent is not None and self.run.frontier.waiting > 0
        return self.failure is None and (reason == REFUSED or (reason in {"finished", "start_error"} and not left))
