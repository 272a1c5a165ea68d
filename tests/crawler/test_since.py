"""How far back listings are wanted."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.since import cutoff
from tests.crawler.conftest import Crawl
from tests.crawler.site import Site, shop

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "earliest"),
    [
        (None, None),
        ("12h", "2026-11-25T00:00:00Z"),
        ("7d", "2026-11-18T12:00:00Z"),
        ("2w", "2026-11-11T12:00:00Z"),
        ("2026-11-01", "2026-11-01T00:00:00Z"),
    ],
)
def test_spans_and_dates(since: str | None, earliest: str | None) -> None:
    assert cutoff(since, NOW) == earliest


@pytest.mark.parametrize("since", ["", "7", "0d", "-1d", "7x", "tomorrow", "2026-13-01", "٧d", "99999d"])
def test_anything_else_is_refused(since: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        cutoff(since)


def test_another_part_of_the_marketplace_retires_nothing(crawl: Crawl, own_home: Path) -> None:
    with Site(shop(2)) as site:
        first = crawl(site, "/list/0")
        other = crawl(site, "/item/0")
        again = crawl(site, "/list/0")
    assert [run.run["outcome"] for run in (first, other, again)] == ["healthy"] * 3
    assert [run.counts.get("gone", 0) for run in (first, other, again)] == [0, 0, 0]
