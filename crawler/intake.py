"""Listings that come from elsewhere (other crawlers, hand-made lists), carried through the same path. No Scrapy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice
from typing import Literal

from apk_analysis.fingerprint import Problem
from crawler.carry import BATCH, Carrier
from crawler.runs import Order, run_id
from crawler.tally import Progress, Tally
from index.home import Home
from index.model import Listing, Run
from index.open import open_index, open_registry
from index.profiles import load_profiles
from index.settings import Settings
from index.times import utc

SPIDER = "import"


def intake(
    listings: Iterable[Listing | Problem],
    *,
    source: str,
    home: Home,
    settings: Settings,
    progress: Callable[[Progress], None] | None = None,
) -> Run:
    """Judges and stores listings, in constant memory; neither pages nor samples are fetched. Returns the recorded run.

    A Problem among them stands for a row that could not be read; it is counted. `source` names where they come from
    ('shops.csv') and becomes the run's marketplace. Broken off and started again, it stores nothing twice.
    Raises HomeError, IndexUnavailable.
    """
    return asyncio.run(_Intake(source, home.prepare(), settings, progress).carry(listings))


class _Intake:
    def __init__(
        self, source: str, home: Home, settings: Settings, progress: Callable[[Progress], None] | None
    ) -> None:
        self._tally = Tally()
        self._progress = progress
        order = Order(spider=SPIDER, start=(source,))
        self._run = Run(id=run_id(order), marketplace=source, spider=SPIDER, started_at=utc())
        self._index = open_index(home, settings.index)
        self._carrier = Carrier(
            index=self._index,
            run_id=self._run.id,
            tally=self._tally,
            profiles=load_profiles(home.brands),
            registry=open_registry(home),
        )

    async def carry(self, listings: Iterable[Listing | Problem]) -> Run:
        outcome: Literal["healthy", "unhealthy", "interrupted"] = "interrupted"
        try:
            self._index.record_run(self._run)
            rest = iter(listings)
            while batch := list(islice(rest, BATCH)):
                await self._batch(batch)
                self._report()
            outcome = "healthy" if self._tally.counters["listings"] else "unhealthy"
        finally:
            run = self._finished(outcome)
            self._index.record_run(run)
            self._index.close()
        return run

    async def _batch(self, batch: list[Listing | Problem]) -> None:
        stored = []
        for listing in batch:
            if isinstance(listing, Problem):
                self._tally.problem(listing)
            elif (future := self._carrier.carry(listing, _no_page)) is not None:
                stored.append(future)
        await asyncio.gather(*stored)

    def _finished(self, outcome: Literal["healthy", "unhealthy", "interrupted"]) -> Run:
        counts, problems = self._tally.counts, self._tally.problems
        return replace(self._run, outcome=outcome, finished_at=utc(), counts=counts, problems=problems)

    def _report(self) -> None:
        if self._progress is not None:
            counts = self._tally.counts
            self._progress(Progress(spider=SPIDER, marketplace=self._run.marketplace, counts=counts, waiting=0))


def _no_page() -> None:
    return None
