"""The desk between Scrapy and the frontier: requests out under a lease, finished pages in, in few transactions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure

from apk_analysis.fingerprint import Problem
from crawler.frontier import LEASE, FrontierError, Task, Waiting
from crawler.link_memory import Known, LinkMemory
from crawler.links import Links
from crawler.page import Page
from crawler.recall import Recall
from crawler.refusal_words import KINDS
from crawler.runs import OpenRun
from crawler.writing import read, write
from index.protocol import IndexUnavailable

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

Errback = Callable[[Failure], Iterable[Any]]


class Desk:
    """Keeps the pages of one run that are under way, and acknowledges those that are done."""

    def __init__(
        self,
        run: OpenRun,
        spider: scrapy.Spider,
        *,
        fingerprint: Callable[[scrapy.Request], bytes],
        max_depth: int,
        settled: Callable[[], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """`settled` is called after pages were acknowledged, `failed` when the frontier cannot be written any more."""
        self._run = run
        self._spider = spider
        self._fingerprint = fingerprint
        self._max_depth = max_depth
        self._settled = settled
        self._failed = failed
        self.recall: Recall | None = None
        """What earlier runs remember; set by whoever opens the index."""
        self._links = LinkMemory()
        self._pages: dict[int, Page] = {}
        self._done: list[Page] = []
        self._timer: asyncio.TimerHandle | None = None
        self._heart: asyncio.TimerHandle | None = None

    @property
    def busy(self) -> bool:
        """Whether a page is under way or not acknowledged yet."""
        return bool(self._pages or self._done)

    def seed(self, roots: Iterable[scrapy.Request]) -> None:
        """Stores the first requests, as known even when they say dont_filter: pages link back to where we began."""
        with self._named():
            self._run.frontier.seed([self.written(root.replace(dont_filter=False)) for root in roots])

    def add(self, request: scrapy.Request) -> None:
        """Stores a request that no page yielded."""
        with self._named():
            self._run.frontier.add([self.written(request)])

    def written(self, request: scrapy.Request, *, depth: int = 0) -> Waiting:
        """The request as the frontier keeps it. Raises ValueError or TypeError, see crawler.writing."""
        fingerprint = None if request.dont_filter else self._fingerprint(request)
        return Waiting(
            request=write(request, self._spider), fingerprint=fingerprint, priority=request.priority, depth=depth
        )

    def claim(self, count: int, errback: Errback) -> list[scrapy.Request]:
        """Up to `count` requests to fetch now. `errback` takes the place of the spider's own, which the page keeps."""
        requests: list[scrapy.Request] = []
        if self._queued <= 0:
            self.settle()  # children of finished pages may be all that is left
        if self._queued <= 0:
            return requests
        with self._named():
            for task in self._run.frontier.claim(count):
                if (request := self._request(task)) is not None:
                    self._pages[task.id] = Page(task, self._closed, errback=request.errback, address=request.url)
                    request.meta[LEASE_KEY] = task.id
                    request.errback = errback
                    requests.append(request)
        return requests

    def _request(self, task: Task) -> scrapy.Request | None:
        """The task's request; None, and the task is given up, when it cannot be had."""
        problem = "crashed_repeatedly"
        if task.attempts <= MAX_ATTEMPTS:
            try:
                return read(task.request, self._spider)
            except ValueError as error:
                logger.warning("%s", error)
                problem = "request_unreadable"
        self._run.tally.problem(problem)
        self._run.frontier.fail(task.id, problem)
        return None

    @property
    def _queued(self) -> int:
        return self._run.frontier.waiting - len(self._pages) - len(self._done)

    def give_back(self, requests: Iterable[scrapy.Request]) -> None:
        """Claimed requests that will not be answered in this process; they stay leased until the run is resumed."""
        for request in requests:
            self._pages.pop(request.meta[LEASE_KEY], None)

    def page(self, lease: int) -> Page | None:
        """The page under way with that lease."""
        return self._pages.get(lease)

    def page_of(self, source: Response | Failure | None) -> Page | None:
        """The page under way that a response or failure belongs to."""
        request = getattr(source, "request", None)
        return None if request is None else self.page(request.meta.get(LEASE_KEY))

    def keep_child(self, page: Page, request: scrapy.Request) -> None:
        """Keeps a request with the page that yielded it; a trap is kept as a problem."""
        known = self._links.known(request.callback) if _is_link(request) else None
        self._keep(page, [request.url], known, lambda _: request)

    def keep_links(self, page: Page, links: Links) -> None:
        """The same for all links; of those that were kept before, not even a request is made."""
        self._keep(page, links.urls, self._links.known(links.callback, links.kwargs), links.request)

    def _keep(
        self, page: Page, urls: Iterable[str], known: Known | None, request_for: Callable[[str], scrapy.Request]
    ) -> None:
        depth = page.task.depth + 1
        if depth > self._max_depth > 0:
            page.problems += map(_trap, urls)
            return
        for url in urls:
            child = None if known is None else known.get(url)
            if child is None:
                request = request_for(url)
                if len(request.url) > MAX_ADDRESS:
                    page.problems.append(_trap(request.url))
                    continue
                child = self.written(request, depth=depth)
                if known is not None:
                    self._links.keep(known, url, child)
            page.children.append(child)

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
        done, self._done = self._done, []
        if not done:
            return
        try:
            if self.recall is not None:
                self.recall.settle(done)
        except (IndexUnavailable, OSError) as error:
            self._failed(error)
            return
        tally, frontier = self._run.tally, self._run.frontier
        for page in done:
            self._count(page)
        stored: set[bytes] = set()
        try:
            with frontier.batch():
                for page in done:
                    if page.forgotten:
                        frontier.fail(page.task.id, "forgotten", again=True)
                    elif page.failed:
                        frontier.fail(page.task.id, page.failed)
                    else:
                        frontier.complete(page.task.id, self._links.to_store(page.children, stored))
                tally.save(frontier)
        except FrontierError as error:
            self._failed(error)
            return
        self._links.note(stored)
        self._settled()

    def _count(self, page: Page) -> None:
        tally = self._run.tally
        if page.forgotten:
            return
        if page.recalled:
            tally.count("not_modified" if page.asked else "not_due")
        if page.asked or not page.recalled:
            tally.count("pages" if page.failed is None else "blocked" if page.failed in KINDS else "failed")
        for problem in page.problems:
            said = {"event": "problem", "problem": problem.kind, "part": problem.part, "url": page.address}
            logger.info("%s %s: %s", page.address, problem.kind, problem.detail, extra=said)
            tally.problem(problem)

    def keep_leases(self) -> None:
        """Prolongs the leases of the pages under way, now and from now on."""
        with self._named():
            self._run.frontier.extend(self._pages)
        self._heart = asyncio.get_running_loop().call_later(LEASE / 3, self.keep_leases)

    def close(self) -> None:
        """The last settlement."""
        self.settle()
        if self._heart is not None:
            self._heart.cancel()

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except FrontierError as error:
            self._failed(error)


def _trap(url: str) -> Problem:
    return Problem(part="page", kind="trap", detail=url[:500])


def _is_link(request: scrapy.Request) -> bool:
    """Whether the request is nothing but a link."""
    more = request.body, request.headers, request.meta, request.cookies, request.flags, request.cb_kwargs
    return not (any(more) or request.errback or request.priority or request.dont_filter or request.method != "GET")
