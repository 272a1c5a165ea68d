"""The record of a run in the index: when it starts, when it ends, and what it may conclude."""

from __future__ import annotations

from dataclasses import asdict, replace

from crawler.drift import by_the_way, drift
from crawler.health import examine
from crawler.ledger import Ledger
from crawler.past import healthy_before, usual
from crawler.patience import REFUSED
from crawler.recheck import unlooked
from crawler.remarks import remark
from crawler.spider import Expect
from crawler.unseen import note_unseen
from index.model import Run
from index.plain import line
from index.protocol import Index
from index.settings import Settings
from index.times import utc

LONGEST_REASON = 500
LOOKED_BACK = 200
"""Runs of the marketplace among which those of the same order are looked for."""


def conclude(index: Index, ledger: Ledger, reason: str | None) -> None:
    """Records the run: as running (`reason` None), as interrupted, or with its health; kept as `ledger.result`.

    A healthy full run notes which listings of its marketplace the ones before had seen and it has not. Raises
    IndexUnavailable.
    """
    run = _begun(ledger)
    if reason is not None:
        run = _ended(index, ledger, run, reason)
    index.record_run(run)
    ledger.result = run


def give_up(index: Index, run: Run, error: Exception) -> Run:
    """Records, and returns, the run as one that an error kept from its end. Raises IndexUnavailable."""
    reason = line(f"{type(error).__name__}: {error}", LONGEST_REASON)
    remarks = (*run.remarks, remark("crawl.given_up", reason=reason))
    run = replace(run, finished_at=utc(), outcome="unhealthy", remarks=remarks)
    index.record_run(run)
    return run


def _begun(ledger: Ledger) -> Run:
    settings: Settings = ledger.crawler.settings["COPYCATCH_SETTINGS"]
    exempt = [remark("crawl.robots_exempt", host=h, reason=why) for h, why in settings.crawl.robots_exempt.items()]
    allowed = [remark("crawl.allowed_host", host=host) for host in settings.crawl.allow_hosts]
    tally = ledger.run.tally
    return Run(
        id=ledger.run.id,
        marketplace=ledger.marketplace,
        spider=ledger.run.order.spider,
        started_at=ledger.run.started_at,
        start=ledger.run.order.start,
        counts=tally.counts,
        problems=tally.problems,
        fills=tally.fills,
        seal=ledger.seal,
        remarks=(*exempt, *allowed),
    )


def _ended(index: Index, ledger: Ledger, run: Run, reason: str) -> Run:
    run = replace(run, finished_at=utc())
    if not ledger.over(reason):
        spent = [ledger.spending.spent] if reason == "finished" and ledger.spending.spent else []
        return replace(run, outcome="interrupted", remarks=(*run.remarks, *spent))
    tally, order, spider = ledger.run.tally, ledger.run.order, ledger.spider
    before = healthy_before(index.runs(run.marketplace, limit=LOOKED_BACK), run)
    known = None if spider.known else usual(before)
    health = examine(
        tally,
        Expect(fill={}) if spider.known else spider.expect,
        full=order.full,
        started=reason != "start_error",
        refused=reason == REFUSED,
        drifted=drift(run, known),
    )
    remarks = [*run.remarks, *health.remarks, *by_the_way(run, known)]
    if reason == REFUSED:
        remarks.append(remark("crawl.refused_too_often", left=ledger.run.frontier.waiting))
    if spider.access == "browser" and run.problems.get("login_wall"):
        remarks.append(remark("crawl.login_needed", name=spider.name))
    if health.may_retire and spider.shows_all:
        unseen = note_unseen(index, run, before, tally.seen)
        for name, count in (("missing", unseen.missing), ("retired", unseen.gone)):
            if count:
                remarks.append(remark(f"crawl.{name}", count=count))
        run = replace(run, counts={**run.counts, **{k: v for k, v in asdict(unseen).items() if v}})
    if spider.known and not order.view:
        index.observe(list(unlooked(index, run.id, spider, healthy=health.outcome == "healthy")))
    return replace(run, outcome=health.outcome, remarks=tuple(remarks))
