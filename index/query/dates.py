"""Dates in queries: a day, month, year or moment, and 'now' with arithmetic ('now-7d', 'now-1M/d')."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta

from index.messages import t
from index.protocol import QueryError
from index.times import utc

_NOW = re.compile(r"now((?:[+-]\d{1,5}[yMwdhms])*)(?:/([yMwdhms]))?")
_STEP = re.compile(r"([+-]\d+)([yMwdhms])")
_MOMENT = re.compile(
    r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?)?)?"
)
_SPANS = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1)}
_SPANS |= {"m": timedelta(minutes=1), "s": timedelta(seconds=1)}
_PARTS = "yMdhms"


def span(text: str, now: datetime) -> tuple[str, str]:
    """First moment of what `text` names and first moment after it: '2026-11' is a month, '2026-11-25' a day.

    Raises QueryError.
    """
    try:
        start, unit = _read(text, now)
        return utc(start), utc(_step(start, 1, unit))
    except (ValueError, OverflowError) as error:
        if isinstance(error, QueryError):
            raise
        raise QueryError(t("query.no_such_date", given=repr(text[:40]), detail=error)) from error


def _read(text: str, now: datetime) -> tuple[datetime, str]:
    if match := _NOW.fullmatch(text):
        moment = now.replace(microsecond=0)
        for amount, unit in _STEP.findall(match[1]):
            moment = _step(moment, int(amount), unit)
        return (_floor(moment, match[2]), match[2]) if match[2] else (moment, "s")
    if match := _MOMENT.fullmatch(text):
        given = [int(part) for part in match.groups()[:6] if part is not None]
        moment = datetime(*[*given, *(1, 1, 1, 0, 0, 0)[len(given) :]], tzinfo=_zone(match[7]))  # type: ignore[misc,arg-type]
        return moment.astimezone(UTC), _PARTS[len(given) - 1]
    raise QueryError(t("query.no_date", given=repr(text[:40])))


def _zone(text: str | None) -> object:
    if not text or text == "Z":
        return UTC
    return datetime.strptime(text, "%z").tzinfo


def _step(moment: datetime, amount: int, unit: str) -> datetime:
    if unit in _SPANS:
        return moment + amount * _SPANS[unit]
    months = moment.year * 12 + moment.month - 1 + amount * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError("outside the calendar")
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def _floor(moment: datetime, unit: str) -> datetime:
    if unit == "w":
        moment -= timedelta(days=moment.weekday())
        unit = "d"
    kept = moment.timetuple()[: _PARTS.index(unit) + 1]
    return datetime(*[*kept, *(1, 1, 1, 0, 0, 0)[len(kept) :]], tzinfo=UTC)  # type: ignore[misc,arg-type]
