"""Waiting when a marketplace asks for it, bounded, without holding up other hosts.

It asks by 429, by 503 with Retry-After, or, as interfaces with a budget do (GitHub), by 403 once nothing of it remains.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import scrapy
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response

from crawler.problems import Stopping

LONGEST = 120.0
"""Seconds that are waited at most; a marketplace that asks for more has blocked us."""
UNSAID = 5.0
"""Seconds for a 429 that names none; doubled with each try."""
TIMES = 4
"""So often one request is tried again."""
GLANCE = 0.5
"""Seconds between two looks whether the run is being stopped."""


class Patience:
    """Downloader middleware. While a host asks for rest, all requests to it wait, and requests to others go on."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._quiet: dict[str, float] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Patience:  # noqa: D102 - Scrapy's factory
        return cls(crawler)

    async def process_request(self, request: scrapy.Request) -> None:
        """Waits until the host may be asked again. Raises Stopping when the run is stopped meanwhile."""
        host = urlsplit(request.url).netloc
        while (rest := self._quiet.get(host, 0.0) - time.monotonic()) > 0:
            if not self._crawler.engine.running:
                raise Stopping("the run is being stopped")
            await asyncio.sleep(min(rest, GLANCE))

    def process_response(self, request: scrapy.Request, response: Response) -> Response | scrapy.Request:
        """Sends the request round again after the time that the answer asks for."""
        seconds = _rest(response, tries=request.meta.get("retry_times", 0))
        if seconds is None:
            return response
        spider = self._crawler.spider
        if seconds > LONGEST or spider is None:
            return response
        again = get_retry_request(request, spider=spider, reason="asked to wait", max_retry_times=TIMES)
        if again is None:
            return response
        host = urlsplit(request.url).netloc
        self._quiet[host] = max(self._quiet.get(host, 0.0), time.monotonic() + seconds)
        return again


def _rest(response: Response, *, tries: int) -> float | None:
    """Seconds of rest that the answer asks for; None when it asks for none."""
    asked, reset = response.headers.get("Retry-After"), response.headers.get("X-RateLimit-Reset")
    if response.status == 403 and response.headers.get("X-RateLimit-Remaining") == b"0" and not asked:
        moment = (reset or b"").decode("latin-1").strip()
        return max(int(moment) - time.time(), 0.0) if moment.isdigit() and len(moment) < 12 else UNSAID * 2.0**tries
    if response.status == 429 or (response.status in {403, 503} and asked):
        return _seconds(asked, tries=tries)
    return None


def _seconds(asked: bytes | None, *, tries: int) -> float:
    """Retry-After as seconds or as a date; what cannot be read counts as unsaid."""
    written = (asked or b"").decode("latin-1").strip()
    if written.isdigit() and len(written) < 10:
        return float(written)
    try:
        moment = parsedate_to_datetime(written)
    except ValueError:
        return UNSAID * 2.0**tries
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)
