"""The time a report is about: whole days in the operator's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal

from index.times import utc

Span = Literal["day", "week", "campaign"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From the first second of one day to the last of another."""

    span: Span
    first: str
    """Day, as people name it: '2026-11-23'."""
    last: str
    start: str
    """First second, UTC."""
    end: str
    """Last second, UTC."""
    zone: str
    """Name of the time zone in which the days are counted."""
    as_of: str
    """When the snapshot was taken: everything is as it was known then."""

    @property
    def over(self) -> bool:
        """Whether all of it lay in the past when the snapshot was taken."""
        return self.end < self.as_of

    @property
    def first_seen(self) -> str:
        """Query for what was first seen in it."""
        return f'first_seen:["{self.start}" TO "{self.end}"]'

    def holds(self, at: str) -> bool:
        """Whether that moment lies in it."""
        return self.start <= at <= self.end


def period(span: Span, first: date, last: date, zone: tzinfo, *, as_of: str) -> Period:
    """The days from `first` to `last`, both included."""
    start = datetime(first.year, first.month, first.day, tzinfo=zone)
    after = last + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=zone).astimezone(UTC) - timedelta(seconds=1)
    return Period(
        span=span,
        first=first.isoformat(),
        last=last.isoformat(),
        start=utc(start),
        end=utc(end),
        zone=str(zone),
        as_of=as_of,
    )


def usual(span: Span, now: datetime) -> tuple[date, date]:
    """The last day or week (Monday to Sunday) that is over. Raises ValueError for a campaign, which people name."""
    today = now.date()
    if span == "day":
        return today - timedelta(days=1), today - timedelta(days=1)
    if span == "week":
        return week(today - timedelta(days=7))
    raise ValueError("a campaign has no usual time")


def week(day: date) -> tuple[date, date]:
    """Monday and Sunday of the week of that day."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)
