"""The record of a run in the index: when it starts, when it ends, and what it may conclude."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import replace
from itertools import islice

from crawler.health import examine
from crawler.ledger import Ledger
from crawler.remarks import remark
from index.model import Observation, Run
from index.plain import line
from index.protocol import Index
from index.settings import Settings
from index.times import utc

NOTED_AT_ONCE = 200
LONGEST_REASON = 500


def conclude(index: Index, ledger: Ledger, reason: str | None) -> None:
    """Records the run: as running (`reason` None), as interrupted, or with its health; kept as `ledger.result`.

    A healthy full run notes which listings of its marketplace the last one had seen and it has not. Raises
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
        seal=ledger.seal,
        remarks=(*exempt, *allowed),
    )


def _ended(index: Index, ledger: Ledger, run: Run, reason: str) -> Run:
    run = replace(run, finished_at=utc())
    if not ledger.over(reason):
        spent = [ledger.spending.spent] if reason == "finished" and ledger.spending.spent else []
        return replace(run, outcome="interrupted", remarks=(*run.remarks, *spent))
    full, expect = ledger.run.order.full, ledger.spider.expect
    health = examine(ledger.run.tally, expect, full=full, started=reason != "start_error")
    remarks = [*run.remarks, *health.remarks]
    if health.may_retire and ledger.spider.shows_all and (count := _note_unseen(index, run, ledger.run.tally.seen)):
        remarks.append(remark("crawl.retired", count=count))
        run = replace(run, counts={**run.counts, "gone": count})
    return replace(run, outcome=health.outcome, remarks=tuple(remarks))


def _note_unseen(index: Index, run: Run, seen: Container[str]) -> int:
    """Notes as 'gone' what the last healthy run saw and this one did not: a candidate for a recheck, no more."""
    before = _comparable(index, run)
    if before is None:
        return 0
    unseen = (
        Observation(listing_id=name, at=utc(), state="gone", run_id=run.id, detail="not seen by a healthy full run")
        for name in _last_seen_between(index, run.marketplace, before.started_at, run.started_at)
        if name not in seen  # times have whole seconds
    )
    count = 0
    while batch := list(islice(unseen, NOTED_AT_ONCE)):
        index.observe(batch)
        count += len(batch)
    return count


def _comparable(index: Index, run: Run) -> Run | None:
    """The last healthy run, if all since then walked the same part of the marketplace as this one (another board, say,
    has listings of its own, which this run could not see).
    """
    for earlier in index.runs(run.marketplace):
        if earlier.id == run.id:
            continue
        if earlier.start != run.start:
            return None
        if earlier.outcome == "healthy":
            return earlier
    return None


def _last_seen_between(index: Index, marketplace: str, start: str, end: str) -> Iterator[str]:
    quoted = marketplace.replace("\\", "\\\\").replace('"', '\\"')
    query = f'marketplace:"{quoted}" AND last_seen:["{start}" TO "{end}"]'
    return (found.id for found in index.scan(query, kind="listings"))
