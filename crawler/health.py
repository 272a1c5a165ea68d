"""Was it a healthy run? Only a healthy, full run may say that a listing is gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from crawler.remarks import remark
from crawler.spider import Expect
from crawler.tally import Tally

BLOCKED_SHARE = 0.05
"""From this share of blocked pages on, the marketplace is refusing us."""
FAILED_SHARE = 0.2
"""From this share of failed pages on, the run has not seen the marketplace."""

Outcome = Literal["healthy", "unhealthy", "blocked"]

IN_PART = ("seen_in_part", "too_large")
"""Kinds of problems of a run that saw, and knows it, only a part: another way in shows less, or a list ends early."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What a finished run was."""

    outcome: Outcome
    remarks: tuple[str, ...] = ()
    """Why; see `crawler.remarks`."""
    may_retire: bool = False
    """Whether listings it did not see may be noted as gone."""


def _looked_at(tally: Tally) -> int:
    return sum(tally.counters[name] for name in ("pages", "failed", "blocked"))


def examine(
    tally: Tally,
    expect: Expect,
    *,
    full: bool,
    started: bool = True,
    refused: bool = False,
    drifted: Iterable[str] = (),
) -> Health:
    """Judges a run that came to its end.

    `full`: it should have seen everything; `started`: its first requests were made; `refused`: it ended because it was
    refused again and again; `drifted`: remarks about what is worse than in the runs before.
    """
    counts = tally.counters
    blocked, listings = counts["blocked"], counts["listings"]
    looked_at = _looked_at(tally)
    remarks = [*_remarks(tally, expect, full=full), *drifted]
    if not started:
        remarks.insert(0, remark("crawl.no_start"))
    if forbidden := tally.problems.get("robots_forbidden", 0) if listings == 0 else 0:
        return Health(outcome="blocked", remarks=(remark("crawl.robots_forbid", count=forbidden), *remarks))
    if blocked and (refused or listings == 0 or blocked >= BLOCKED_SHARE * looked_at):
        return Health(outcome="blocked", remarks=(remark("crawl.blocked", blocked=blocked, pages=looked_at), *remarks))
    if remarks:
        return Health(outcome="unhealthy", remarks=tuple(remarks))
    whole = not any(tally.problems.get(kind) for kind in IN_PART)
    return Health(outcome="healthy", may_retire=full and whole and not blocked and not counts["failed"])


def _remarks(tally: Tally, expect: Expect, *, full: bool) -> Iterator[str]:
    counts = tally.counters
    listings, looked_at = counts["listings"], _looked_at(tally)
    least, most = expect.listings
    if full and listings < least:
        yield remark("crawl.too_few", listings=listings, least=least)
    if full and most is not None and listings > most:
        yield remark("crawl.too_many", listings=listings, most=most)
    for name, share in expect.fill.items():
        filled = tally.fills.get(name, 0)
        if listings and filled < share * listings:
            yield remark("crawl.unfilled", field=name, share=f"{filled / listings:.0%}", least=f"{share:.0%}")
    if counts["failed"] >= FAILED_SHARE * looked_at > 0:
        yield remark("crawl.failed_pages", failed=counts["failed"], pages=looked_at)
    if broken := tally.problems.get("callback_broken", 0):
        yield remark("crawl.callback_broken", count=broken)
