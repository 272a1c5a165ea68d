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
    # strftime writes the year 7 as '7', which no date field takes and which sorts after 2026.
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def hours_between(start: str | None, end: str | None) -> float | None:
    """Hours from one time to a later one; None where one of them is none, or the end comes first."""
    try:
        hours = (datetime.fromisoformat(end or "") - datetime.fromisoformat(start or "")).total_seconds() / 3600
    except (ValueError, TypeError):
        return None
    return hours if hours >= 0 else None
