"""How all marketplaces are: the last run of each against what is usual, and whether one is due or overdue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from crawler.past import Usual, blocked_share, healthy_before, usual
from crawler.places import Place
from crawler.remarks import by_the_way, remark
from crawler.schedule.when import When, turn_after, turns_missed
from index.model import Run
from index.times import utc

State = Literal["healthy", "unhealthy", "blocked", "interrupted", "never"]
ALARMING: frozenset[str] = frozenset({"unhealthy", "blocked"})
DRIFT = ("crawl.drift_yield", "crawl.drift_fill")


class NotAcceptedError(ValueError):
    """The run cannot be declared healthy; `why` is the id of a message."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """One marketplace. The contract of `copycatch health --json` (docs/schema/health.json)."""

    marketplace: str
    spider: str
    state: State
    """Of the last run that ended; 'never' before the first."""
    run: str | None = None
    ended: str | None = None
    last_healthy: str | None = None
    """When the last healthy run ended."""
    listings: int | None = None
    """Yield of the last run."""
    usual: float | None = None
    """Median yield of the last healthy runs of the same order; None where there was none before."""
    change: float | None = None
    """The yield against the usual one: -0.5 is half of it."""
    fills: dict[str, float] = field(default_factory=dict)
    """Listing field -> share of listings in which it was filled."""
    blocked: float | None = None
    """Share of pages that refused us."""
    due: str | None = None
    """When it is due next; None where it is not scheduled."""
    overdue: bool = False
    """Whether it was due and has missed at least another turn since."""
    remarks: tuple[str, ...] = ()
    """Why the last run was not healthy; see `crawler.remarks`."""

    @property
    def alarming(self) -> bool:
        """Whether somebody should look."""
        return self.state in ALARMING or self.overdue


def fleet(
    runs: Iterable[Run], places: Mapping[str, tuple[Place, When]], spiders: Iterable[str], now: datetime | None = None
) -> list[Health]:
    """Every marketplace that was crawled (`runs`, newest first) or is scheduled (`places`: with its interval), by name.

    Runs of what is no spider (imports, re-scoring) and rechecks are left out.
    """
    known = set(spiders)
    of: dict[str, list[Run]] = {name: [] for name in places}
    for run in runs:
        if run.spider in known and run.marketplace.partition(":")[0] == run.spider:
            of.setdefault(run.marketplace, []).append(run)
    moment = now or datetime.now(UTC)
    return [_health(name, of[name], places.get(name), moment) for name in sorted(of)]


def _health(name: str, runs: list[Run], scheduled: tuple[Place, When] | None, now: datetime) -> Health:
    ended = [run for run in runs if run.finished_at is not None]
    due, overdue = _due(scheduled, runs, now)
    spider = name.partition(":")[0]
    if not ended:
        return Health(marketplace=name, spider=spider, state="never", due=due, overdue=overdue)
    last = ended[0]
    before: Usual | None = usual(healthy_before(ended, last))
    listings = last.counts.get("listings", 0)
    middle = before.listings if before else None
    return Health(
        marketplace=name,
        spider=last.spider,
        state="interrupted" if last.outcome == "running" else last.outcome,
        run=last.id,
        ended=last.finished_at,
        last_healthy=next((run.finished_at for run in ended if run.outcome == "healthy"), None),
        listings=listings,
        usual=middle,
        change=round(listings / middle - 1, 3) if middle else None,
        fills={field_: round(count / listings, 3) for field_, count in sorted(last.fills.items()) if listings},
        blocked=round(blocked_share(last), 4),
        due=due,
        overdue=overdue,
        remarks=tuple(one for one in last.remarks if not by_the_way(one)) if last.outcome != "healthy" else (),
    )


def _due(scheduled: tuple[Place, When] | None, runs: list[Run], now: datetime) -> tuple[str | None, bool]:
    if scheduled is None:
        return None, False
    if not runs:
        return utc(now), False
    when = scheduled[1]
    turn = turn_after(when, datetime.fromisoformat(runs[0].started_at))
    return utc(turn), turn <= now and turns_missed(when, turn, now, most=1) > 0


def accepted(run: Run, *, by: str, reason: str) -> Run:
    """The run as healthy, because a person says that what drifted is the new normal: later runs are compared with it.

    Raises NotAcceptedError where more than a drift made it unhealthy: nobody can say that a refusal was none.
    """
    reasons = [one.partition(" ")[0] for one in run.remarks if not by_the_way(one)]
    if run.outcome != "unhealthy":
        raise NotAcceptedError("health.not_unhealthy")
    if not reasons or not set(reasons) <= set(DRIFT):
        raise NotAcceptedError("health.not_a_drift")
    return replace(run, outcome="healthy", remarks=(*run.remarks, remark("crawl.accepted", by=by, reason=reason)))


def alarming(found: Iterable[Health]) -> Iterator[Health]:
    """Those that somebody should look at."""
    return (one for one in found if one.alarming)
