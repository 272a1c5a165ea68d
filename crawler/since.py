"""`--since`: how far back listings are wanted."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from index.times import utc

SPAN = re.compile(r"([1-9]\d{0,3})([hdw])")
UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def cutoff(since: str | None, now: datetime | None = None) -> str | None:
    """The earliest moment wanted, from '12h', '7d', '2w' or '2026-11-01'; None for no limit. Raises ValueError."""
    if since is None:
        return None
    if span := SPAN.fullmatch(since):
        return utc((now or datetime.now(UTC)) - int(span[1]) * UNITS[span[2]])
    return utc(datetime.strptime(since, "%Y-%m-%d").replace(tzinfo=UTC))
