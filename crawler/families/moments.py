"""Dates as pages write them: absolute in many orders, or relative ('半小时前')."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from index.times import utc

ABSOLUTE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[-/.年]\s?(\d{1,2})[-/.月]\s?(\d{1,2})(?!\d)日?(?:[\sT]{1,3}(\d{1,2}):(\d\d)(?::(\d\d))?)?"
)
SAID = re.compile(r"^\W*(?:发表于|發表於|发布于|更新于|Posted|Published)[\s:：]*", re.IGNORECASE)
LANGUAGES = ["zh", "en", "de"]
LONGEST = 60
MILLISECONDS_FROM = 100_000_000_000
"""Larger numbers are milliseconds: in seconds this is the year 5138."""


def moment(text: str | None, now: datetime | None = None, *, utc_offset: float = 0) -> str | None:
    """The moment that `text` names, as ISO 8601 in UTC; None when it names none.

    `now` is when the page was sent; without it relative dates cannot be told. `utc_offset`: hours, for dates without
    a zone.
    """
    text = SAID.sub("", (text or "").strip())
    if not any(char.isdigit() for char in text) and now is None:
        return None
    zone = timezone(timedelta(hours=utc_offset))
    try:
        found = _iso(text) or _absolute(text) or _written(text[:LONGEST], now and now.astimezone(zone))
        return utc(found if found.tzinfo else found.replace(tzinfo=zone)) if found else None
    except (ValueError, OverflowError):
        return None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _absolute(text: str) -> datetime | None:
    if (found := ABSOLUTE.search(text)) is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the zone is added by the caller


def _written(text: str, now: datetime | None) -> datetime | None:
    import dateparser  # noqa: PLC0415 - slow to import, and most pages need it not

    if now is not None:
        return dateparser.parse(text, languages=LANGUAGES, settings={"RELATIVE_BASE": now.replace(tzinfo=None)})
    return dateparser.parse(
        text,
        languages=LANGUAGES,
        settings={"REQUIRE_PARTS": ["year", "month", "day"], "PARSERS": ["absolute-time"]},
    )


def stamp(value: float | str | None) -> str | None:
    """POSIX seconds or milliseconds as ISO 8601; None for nothing, zero and what no calendar holds."""
    try:
        number = float(value or 0)
        return utc(number / 1000 if number >= MILLISECONDS_FROM else number) if number > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
