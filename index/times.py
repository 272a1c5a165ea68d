"""Times as ISO 8601 text in UTC with second precision."""

from __future__ import annotations

from datetime import UTC, datetime


def utc(moment: datetime | float | None = None) -> str:
    """The moment (now; a datetime, naive ones taken as UTC; or POSIX seconds) as '2026-11-25T08:00:00Z'.

    Raises ValueError or OverflowError for seconds no calendar holds.
    """
    if moment is None:
        moment = datetime.now(UTC)
    elif not isinstance(moment, datetime):
        moment = datetime.fromtimestamp(moment, UTC)
    elif moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
