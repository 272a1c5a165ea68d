"""Budgets: what bounds a run, and when it is spent."""

from __future__ import annotations

import pytest

from crawler.budget import Budget, Spending, budget_of, only_spent
from crawler.runs import Order
from crawler.tally import Tally
from index.model import Run
from index.settings import CrawlSettings, MarketplaceSettings, Settings

SETTINGS = Settings(
    crawl=CrawlSettings(pages=100, minutes=30.0),
    marketplaces=(
        MarketplaceSettings(spider="discuz", start=("https://a.example/", "https://b.example/"), pages=7),
        MarketplaceSettings(spider="discuz", start=("https://c.example/",), megabytes=5),
        MarketplaceSettings(spider="v2ex", minutes=1.5),
    ),
)


@pytest.mark.parametrize(
    ("spider", "start", "expected"),
    [
        ("discuz", ("https://b.example/",), Budget(pages=7, minutes=30.0)),
        ("discuz", ("https://c.example/",), Budget(pages=100, minutes=30.0, megabytes=5)),
        ("discuz", ("https://d.example/",), Budget(pages=100, minutes=30.0)),
        ("v2ex", (), Budget(pages=100, minutes=1.5)),
    ],
)
def test_a_marketplace_has_its_own_budget_or_everybody_s(spider: str, start: tuple[str, ...], expected: Budget) -> None:
    assert budget_of(Order(spider=spider, start=start), SETTINGS) == expected


def spending(budget: Budget, now: list[float], tally: Tally | None = None) -> Spending:
    return Spending(budget, tally or Tally(), clock=lambda: now[0])


def test_at_least_one_page_is_fetched_whatever_the_budget() -> None:
    now = [0.0]
    tally = Tally()
    spent = spending(Budget(pages=1, minutes=0.001, megabytes=1), now, tally)
    now[0] = 1e9
    tally.count("bytes", 10**9)
    assert spent.spent is None
    spent.asked = 1
    assert spent.spent == 'crawl.budget_pages {"limit": 1}'


def test_minutes_and_megabytes_count_from_the_opening() -> None:
    now, tally = [500.0], Tally()
    tally.count("bytes", 3_000_000)  # of an earlier visit
    minutes, megabytes = spending(Budget(minutes=2), now), spending(Budget(megabytes=3), now, tally)
    minutes.asked = megabytes.asked = 5
    now[0], _ = 619.9, tally.count("bytes", 2_999_999)
    assert minutes.spent is None and megabytes.spent is None
    now[0], _ = 620.0, tally.count("bytes", 1)
    assert minutes.spent == 'crawl.budget_minutes {"limit": 2}'
    assert megabytes.spent == 'crawl.budget_megabytes {"limit": 3}'
    assert spending(Budget(), now).spent is None


def test_only_a_run_that_was_interrupted_by_its_budget_is_in_order() -> None:
    def run(outcome: str, *remarks: str) -> Run:
        return Run(id="r", marketplace="m", spider="s", started_at="", outcome=outcome, remarks=remarks)

    assert only_spent(run("interrupted", "crawl.allowed_host {}", 'crawl.budget_pages {"limit": 7}'))
    assert not only_spent(run("interrupted")) and not only_spent(run("unhealthy", "crawl.budget_pages {}"))
