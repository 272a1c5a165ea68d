"""Budgets of a run: pages, minutes and megabytes. A run that has spent one ends in order; the next one goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from crawler.remarks import BUDGETS, remark
from crawler.runs import Order
from crawler.tally import Tally
from index.model import Run
from index.settings import MarketplaceSettings, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one visit may cost; None for no bound."""

    pages: int | None = None
    """Asked for, whatever the answer."""
    minutes: float | None = None
    megabytes: int | None = None
    """That came in, samples included."""


def budget_of(order: Order, settings: Settings) -> Budget:
    """The budget of the order's marketplace; what its settings leave open says [crawl]."""
    crawl = settings.crawl
    budget = Budget(pages=crawl.pages, minutes=crawl.minutes, megabytes=crawl.megabytes)
    own = next((each for each in settings.marketplaces if _concerns(each, order)), None)
    chosen = {name: getattr(own, name) for name in Budget.__slots__ if getattr(own, name, None) is not None}
    return replace(budget, **chosen)


def _concerns(each: MarketplaceSettings, order: Order) -> bool:
    return each.spider == order.spider and (not each.start or set(order.start) <= set(each.start))


def only_spent(run: Run) -> bool:
    """Whether the run ended in order because its budget was spent; the next one goes on from there."""
    return run.outcome == "interrupted" and any(said.partition(" ")[0] in BUDGETS for said in run.remarks)


class Spending:
    """What a run has cost since it was opened. A resumed run has its whole budget again.

    What is under way when the budget is spent is still finished.
    """

    def __init__(self, budget: Budget, tally: Tally, clock: Callable[[], float] = time.monotonic) -> None:
        self._budget, self._tally, self._clock = budget, tally, clock
        self._began = clock()
        self._bytes = tally.counters["bytes"]
        self.asked = 0
        """Pages that servers were asked for."""

    @property
    def spent(self) -> str | None:
        """A remark on what is spent, if anything is. At least one page is always fetched, or no run would get on."""
        budget = self._budget
        if self.asked == 0:
            return None
        if budget.pages is not None and self.asked >= budget.pages:
            return remark("crawl.budget_pages", limit=budget.pages)
        if budget.minutes is not None and self._clock() - self._began >= 60 * budget.minutes:
            return remark("crawl.budget_minutes", limit=budget.minutes)
        came_in = self._tally.counters["bytes"] - self._bytes
        if budget.megabytes is not None and came_in >= budget.megabytes * 1_000_000:
            return remark("crawl.budget_megabytes", limit=budget.megabytes)
        return None
