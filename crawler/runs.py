"""Runs that have begun: a new one for an order, or the unfinished one of the same order."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

from crawler.frontier_file import SqliteFrontier
from crawler.tally import Tally
from index.home import Home
from index.reading import encode
from index.times import utc


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be crawled."""

    spider: str
    """Its name."""
    start: tuple[str, ...] = ()
    """Addresses; empty for the spider's own."""
    queries: tuple[str, ...] = ()
    limit: int | None = None
    """Listings at most."""
    since: str | None = None
    """'7d': only what is newer, where the marketplace can tell."""

    listings: tuple[str, ...] = ()
    """Ids of listings to look at again, all of one marketplace; then nothing else is visited."""
    view: bool = False
    """Whether that look is a second, declared view: kept beside the listings, which stay as they are."""

    @property
    def full(self) -> bool:
        """Whether a run of it should see the whole marketplace; only such a run may call a listing gone."""
        return self.limit is None and self.since is None and not self.queries and not self.listings


@dataclass(slots=True, kw_only=True)
class OpenRun:
    """A run under way."""

    id: str
    order: Order
    started_at: str
    frontier: SqliteFrontier
    tally: Tally
    resumed: bool


def _mark(order: Order) -> str:
    return blake2b(encode(order), digest_size=4).hexdigest()


def run_id(order: Order, moment: datetime | None = None) -> str:
    """'r20261125-080000-<order>-<random>': sorts by start, and shows which runs are of the same order."""
    return f"r{moment or datetime.now(UTC):%Y%m%d-%H%M%S}-{_mark(order)}-{secrets.token_hex(2)}"


def open_run(home: Home, order: Order) -> OpenRun:
    """Resumes the unfinished run of the same order, if any, else begins one.

    Raises FrontierError, also while another process crawls the same order.
    """
    earlier = sorted(home.runs.glob(f"r*-{_mark(order)}-*.sqlite"))
    path = earlier[-1] if earlier else home.runs / f"{run_id(order)}.sqlite"
    frontier = SqliteFrontier(path)
    started = frontier.fact("started_at")
    if started is None:
        started = utc()
        frontier.remember(order=encode(order).decode(), started_at=started)
    return OpenRun(
        id=path.stem,
        order=order,
        started_at=str(started),
        frontier=frontier,
        tally=Tally.resume(frontier),
        resumed=frontier.seeded,
    )
