"""Counts what comes in: bytes as they were sent, samples included."""

from __future__ import annotations

from functools import cached_property

import scrapy
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.ledger import Ledger
from crawler.sample_download import Fetched


class Meter:
    """Downloader middleware nearest to the downloader: it sees bodies still packed."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Meter:  # noqa: D102 - Scrapy's factory
        return cls(crawler)

    @cached_property
    def _ledger(self) -> Ledger:
        """Made after this middleware is."""
        return Ledger.of(self._crawler)

    def process_response(self, request: scrapy.Request, response: Response) -> Response:
        """Adds to the run's count 'bytes'."""
        sample = request.meta.get("fetched")
        size = sample.size - sample.resumed_from if isinstance(sample, Fetched) else len(response.body)
        self._ledger.run.tally.count("bytes", size)
        return response
