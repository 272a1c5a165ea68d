"""Scrapy's scheduler over the frontier: gives out leased requests, keeps redirects and retries on their lease."""

from __future__ import annotations

from collections import deque

import scrapy
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler

from crawler.desk import LEASE_KEY
from crawler.ledger import Ledger


class LeaseScheduler(BaseScheduler):
    """The setting SCHEDULER names it; it does nothing without the Ledger."""

    def __init__(self, crawler: Crawler) -> None:
        self._ledger = Ledger.of(crawler)
        self._claimed: deque[scrapy.Request] = deque()
        self._again: deque[scrapy.Request] = deque()
        # Claiming ahead saves transactions; what was claimed and not fetched is queued again by the next opening.
        self._ahead = max(crawler.settings.getint("CONCURRENT_REQUESTS"), 1)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> LeaseScheduler:  # noqa: D102 - Scrapy's factory
        return cls(crawler)

    def has_pending_requests(self) -> bool:
        """True while a request waits or a page is not acknowledged: the run is not idle before."""
        if self._ledger.enough:
            return self._ledger.desk.busy and self._ledger.failure is None
        return bool(self._again or self._claimed or self._ledger.desk.busy or self._ledger.run.frontier.waiting)

    def enqueue_request(self, request: scrapy.Request) -> bool:
        """A redirect or retry goes on under its lease; any other request goes to the frontier."""
        if LEASE_KEY in request.meta:
            self._again.append(request)
            return True
        self._ledger.desk.add(request)
        return True

    def next_request(self) -> scrapy.Request | None:
        """The next request to fetch, or None when there is none now."""
        if self._again:
            return self._again.popleft()
        if self._ledger.enough:
            self._ledger.desk.give_back(self._claimed)
            self._claimed.clear()
            return None
        if not self._claimed:
            self._claimed.extend(self._ledger.desk.claim(self._ahead, self._ledger.fetch_failed))
        return self._claimed.popleft() if self._claimed else None
