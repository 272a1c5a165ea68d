"""Waiting when a marketplace asks for it or refuses us: bounded, growing, without holding up other hosts.

It asks by 429, by 503 with Retry-After, or, as interfaces with a budget do (GitHub), by 403 once nothing of it remains.
A page that refuses us (captcha, challenge, refusal) is not tried again; after it the host is left alone, longer each
time, and when they outweigh the others by `TOO_OFTEN` the run ends as blocked.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import scrapy
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response

from crawler.problems import Stopping
from crawler.refusal_words import OF_THE_VISIT

logger = logging.getLogger(__name__)

met = object()
"""Signal, sent with `url` and `kind` when a page came (None) or was given up."""

LONGEST = 120.0
"""Seconds that are waited at most; a marketplace that asks for more has blocked us."""
UNSAID = 5.0
"""Seconds for a 429 that names none; doubled with each try."""
TIMES = 4
"""So often one request is tried again."""
TOO_OFTEN = 12
"""When a host has refused us so many times more than it let us in, the run ends: nobody gets through by hammering.
Lists often stay open while what they lead to is refused, so one page in between does not count as being let in again.
"""
REFUSED = "refused"
"""Scrapy's reason for the end of such a run."""
GLANCE = 0.5
"""Seconds between two looks whether the run is being stopped."""


class Patience:
    """Downloader middleware. While a host asks for rest, all requests to it wait, and requests to others go on."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._quiet: dict[str, float] = {}
        self._ended = False
        self._refusals: Counter[str] = Counter()
        """Host -> by how many the pages that refused us outweigh the others; never below zero."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Patience:
        """Listens to what becomes of pages."""
        patience = cls(crawler)
        crawler.signals.connect(patience.met, signal=met)
        return patience

    def met(self, url: str, kind: str | None) -> None:
        """Signal: a page came (`kind` None) or was given up, for a reason of that kind."""
        host = urlsplit(url).netloc
        if kind is None:
            self._refusals[host] = max(self._refusals[host] - 1, 0)
        elif kind in OF_THE_VISIT:
            self._refusals[host] += 1
            rest = pause(self._delay(host), self._refusals[host])
            self._quiet[host] = max(self._quiet.get(host, 0.0), time.monotonic() + rest)
            if self._refusals[host] == TOO_OFTEN and not self._ended and self._crawler.engine.spider is not None:
                self._ended = True
                logger.warning("%s refuses us: the run ends", host)
                self._closing = asyncio.ensure_future(self._crawler.engine.close_spider_async(reason=REFUSED))

    @property
    def _closing_down(self) -> bool:
        engine = self._crawler.engine
        slot = engine._slot  # noqa: SLF001 - the engine goes on running while its spider closes, and tells nobody else
        return not engine.running or slot is None or slot.closing is not None

    def _delay(self, host: str) -> float:
        settings = self._crawler.settings
        slot = settings.getdict("DOWNLOAD_SLOTS").get(urlsplit(f"//{host}").hostname or host, {})
        return float(slot.get("delay", settings.getfloat("DOWNLOAD_DELAY")))

    async def process_request(self, request: scrapy.Request) -> None:
        """Waits until the host may be asked again. Raises Stopping when the run is stopped meanwhile."""
        host = urlsplit(request.url).netloc
        while (rest := self._quiet.get(host, 0.0) - time.monotonic()) > 0:
            if self._closing_down:
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


def pause(delay: float, refusals: int) -> float:
    """Seconds for which a host is left alone after so many refusals; `delay`: between two requests to it."""
    return min(delay * 2.0 ** min(refusals, 20), LONGEST)
