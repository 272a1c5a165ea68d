"""Fetches the sample behind a listing through Scrapy's downloader, and has it analysed once per analyser version."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Collection
from typing import TYPE_CHECKING

import scrapy
from scrapy.crawler import Crawler
from scrapy.http.request import NO_CALLBACK

from apk_analysis.fingerprint import ANALYSER_VERSION, Fingerprint, Problem
from crawler.gate import wants_sample
from crawler.problems import problem_of
from crawler.sample_download import Fetched
from index.blobs import BlobError
from index.model import Judgement, Listing
from index.protocol import Index, IndexUnavailable
from index.times import utc

if TYPE_CHECKING:
    from apk_analysis.pool import Pool

logger = logging.getLogger(__name__)

MIRRORS = 3
"""Addresses of one sample that are tried."""
PATIENCE = 3600
"""Seconds for one sample; a download that stalls is given up much earlier."""


class Samples:
    """The Carrier's source of samples in a crawl."""

    def __init__(self, crawler: Crawler, index: Index, *, audit_one_in: int, watch_list: Collection[str] = ()) -> None:
        """Workers start with the first sample. `watch_list`: see `crawler.gate`."""
        self._crawler = crawler
        self._index = index
        self._audit_one_in = audit_one_in
        self._watch_list = watch_list
        self._pool: Pool | None = None

    def wanted(self, listing: Listing, judgement: Judgement) -> bool:
        """Whether the gate lets the sample behind the listing in."""
        why = wants_sample(listing, judgement, audit_one_in=self._audit_one_in, watch_list=self._watch_list)
        return why is not None

    async def fingerprint(self, listing: Listing) -> Fingerprint | Problem:
        """What the sample is, or why it could not be had.

        Raises BlobError and IndexUnavailable; CancelledError when the run is being stopped.
        """
        problem = Problem(part="sample", kind="no_address")
        for address in listing.download_urls[:MIRRORS]:
            result = await self._fetch(address)
            if isinstance(result, Fetched):
                return await self._known_or_analysed(result)
            problem = result
        return problem

    async def _fetch(self, address: str) -> Fetched | Problem:
        try:
            meta = {"sample": address, "download_timeout": PATIENCE}
            request = scrapy.Request(address, callback=NO_CALLBACK, meta=meta)
            response = await self._crawler.engine.download_async(request)
        except BlobError:
            raise
        except Exception as error:
            problem = problem_of(error, part="sample")
            if problem.kind == "stopping":
                raise asyncio.CancelledError from error
            return problem
        fetched = response.meta.get("fetched")
        if isinstance(fetched, Fetched):
            return fetched
        kind = "not_found" if response.status in {404, 410} else "sample_refused"
        return Problem(part="sample", kind=kind, detail=f"{address}: status {response.status}"[:500])

    async def _known_or_analysed(self, fetched: Fetched) -> Fingerprint | Problem:
        try:
            known = self._index.sample(fetched.sha256, ANALYSER_VERSION)
        except IndexUnavailable as error:  # analysed once more; if it cannot be written either, the run stops there
            logger.warning("%s", error)
            known = None
        if known is not None:
            return known
        if self._pool is None:
            from apk_analysis.pool import Pool  # noqa: PLC0415 - loads every parser; most runs fetch no sample

            self._pool = Pool(workers=min(os.cpu_count() or 1, 2))
        logger.info("analysing %s", fetched.sha256)
        try:
            analysis = await asyncio.wrap_future(self._pool.submit(fetched.path))
        except (OSError, RuntimeError) as error:
            logger.exception("the analysis of %s failed", fetched.sha256)
            return Problem(part="sample", kind="not_analysed", detail=str(error)[:500])
        self._index.put_sample(analysis.fingerprint, at=utc())
        return analysis.fingerprint

    def close(self, *, now: bool = False) -> None:
        """Ends the workers; `now`: also when they are at work."""
        if self._pool is not None:
            self._pool.close(now=now)
            self._pool = None
