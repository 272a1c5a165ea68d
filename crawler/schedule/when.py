"""Ways to say when something is due: '6h', 'daily 07:00', 'weekly mon 07:00', or a cron expression.

Cron expressions are read by cronsim, which follows Debian's cron: what falls into an hour that a clock change skips is
done right after it, and what falls into one that comes twice is done once (docs/decisions/0021).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from hashlib import blake2b
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from index.messages import t

SPAN = re.compile(r"([1-9]\d{0,4})\s*([smhdw])")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
"""Seconds."""
DAILY = re.compile(r"(?:daily|weekly\s+(sun|mon|tue|wed|thu|fri|sat))\s+([01]?\d|2[0-3]):([0-5]\d)")
LONGEST = 200
"""Characters of an expression."""
SHARE = 4
"""Jitter is at most this part of the time until the next turn, so that no turn runs into the next."""


class WhenError(ValueError):
    """It does not say when; the message quotes it."""


@dataclass(frozen=True, slots=True)
class Every:
    """Again so many seconds after the last beginning, whatever the clocks show."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Clock:
    """At times of the clock in a zone."""

    expression: str
    zone: tzinfo


When = Every | Clock


def span(text: str) -> timedelta:
    """'10m' as a time span; '0' is none. Raises WhenError."""
    if text.strip() == "0":
        return timedelta()
    found = SPAN.fullmatch(text.strip().lower())
    if found is None:
        raise WhenError(t("mistake.span", got=repr(text[:LONGEST])))
    return timedelta(seconds=int(found[1]) * UNITS[found[2]])


def zone_of(name: str | None) -> tzinfo:
    """The time zone of that name, or the system's. Raises WhenError."""
    if name is None:
        from tzlocal import get_localzone  # noqa: PLC0415 - looks around the system

        return get_localzone()
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        raise WhenError(t("mistake.zone", got=repr(name[:LONGEST]))) from error


def parse(text: str, zone: tzinfo) -> When:
    """What `text` says. Raises WhenError."""
    said = " ".join(text.lower().split())
    if len(said) > LONGEST:
        raise WhenError(t("mistake.when_long", got=repr(text[:LONGEST])))
    if SPAN.fullmatch(said):
        every = span(said).total_seconds()
        if every < 60:
            raise WhenError(t("mistake.when_short", got=repr(text)))
        return Every(every)
    if found := DAILY.fullmatch(said):
        return Clock(f"{int(found[3])} {int(found[2])} * * {found[1] or '*'}", zone)
    try:
        if len(said.split()) != 5:
            raise WhenError(t("mistake.when", got=repr(text)))
        next(CronSim(said, datetime.now(UTC)))
    except (CronSimError, StopIteration) as error:
        raise WhenError(
            t("mistake.when_never", got=repr(text), why=error if str(error) else t("mistake.never"))
        ) from error
    return Clock(said, zone)


def turn_after(when: When, moment: datetime) -> datetime:
    """The first turn after a moment, in UTC."""
    if isinstance(when, Every):
        return moment + timedelta(seconds=when.seconds)
    return next(CronSim(when.expression, moment.astimezone(when.zone))).astimezone(UTC)


def turns_missed(when: When, first: datetime, now: datetime, most: int = 99) -> int:
    """How many turns after `first`, which is one, have passed as well; at most `most`."""
    if isinstance(when, Every):
        return min(int((now - first).total_seconds() // when.seconds), most)
    count, at = 0, turn_after(when, first)
    while at <= now and count < most:
        count, at = count + 1, turn_after(when, at)
    return count


def spread(when: When, turn: datetime, jitter: timedelta, name: str) -> datetime:
    """The turn, later by an amount up to `jitter` that follows from the name and the turn: always the same."""
    room = (turn_after(when, turn) - turn) / SHARE
    digest = blake2b(f"{name} {turn:%Y-%m-%dT%H:%M}".encode(), digest_size=8).digest()
    return turn + min(jitter, room) * (int.from_bytes(digest) / 2**64)
