"""The record of a run in the index: when it starts, when it ends, what it may conclude."""

from __future__ import annotations

from dataclasses import replace

from crawler.health import examine, remark
from crawler.ledger import Ledger
from index.model import Run
from index.protocol import Index
from index.settings import Settings
from index.times import utc


def conclude(index: Index, ledger: Ledger, reason: str | None) -> Run:
    """Records the run: as running (`reason` None), as interrupted, or with its health; kept as `ledger.result`.

    A healthy full run notes which listings of its marketplace it did not see any more. Raises IndexUnavailable.
    """
    run = _run(ledger, reason)
    index.record_run(run)
    ledger.result = run
    return run


def _run(ledger: Ledger, reason: str | None) -> Run:
    tally, order = ledger.run.tally, ledger.run.order
    base = Run(
        id=ledger.run.id,
        marketplace=ledger.marketplace,
        spider=order.spider,
        started_at=ledger.run.started_at,
        counts=tally.counts,
        problems=tally.problems,
        remarks=_exemptions(ledger),
    )
    if reason is None:
        return base
    if not ledger.over(reason):
        return replace(base, outcome="interrupted", finished_at=utc())
    health = examine(tally, ledger.spider.expect, full=order.full, started=reason != "start_error")
    return replace(base, outcome=health.outcome, finished_at=utc(), remarks=(*base.remarks, *health.remarks))


def _exemptions(ledger: Ledger) -> tuple[str, ...]:
    settings: Settings = ledger.crawler.settings["COPYCATCH_SETTINGS"]
    crawl = settings.crawl
    return (
        *(remark("crawl.robots_exempt", host=host, reason=reason) for host, reason in crawl.robots_exempt.items()),
        *(remark("crawl.allowed_host", host=host) for host in crawl.allow_hosts),
    )
