"""When an answer is due. The day on which something happened does not count; a term ends with its last day, where the
recipient is. Facts of law stand in the recipients' files, not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from index.times import utc
from takedown.lifecycle.workdays import Workdays
from takedown.notice import RIGHTS, Content
from takedown.recipients.model import Deadline

ZONES: dict[str, tzinfo] = {"CN": timezone(timedelta(hours=8), "Asia/Shanghai")}
"""Country -> its zone, where it has one for all; UTC elsewhere. No summer time in China since 1991, hence no table."""
COUNTER = Deadline(unit="days", number=15, source="电子商务法 43")
"""From a counter-notice on: unless the sender has complained or sued by then, what was removed comes back. Ours to
keep; of other laws no number is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A point in time, and how it was counted."""

    at: str
    """The last second; empty where the rule has no number."""
    rule: str
    """'7 working_days, Asia/Shanghai'; with ', weekdays only: 2027' for years without a file of holidays."""
    weekdays_only: tuple[int, ...] = ()


def due(rule: Deadline, start: str, country: str, calendar: Workdays, *, ours: bool = False) -> Due:
    """When what began at `start` is due. A term of days that ends on a day off ends with the next working day; not so
    `ours`: who relies on that is late where the other side counts differently. Raises ValueError for no time.
    """
    if rule.number is None:
        return Due(at="", rule=rule.unit)
    begun = datetime.fromisoformat(start)
    if rule.unit == "hours":
        return Due(at=utc(begun + timedelta(hours=rule.number)), rule=f"{rule.number} hours")
    zone = ZONES.get(country, UTC)
    first = begun.astimezone(zone).date()
    if rule.unit == "working_days":
        last = calendar.after(first, rule.number, country)
    else:
        last = first + timedelta(days=rule.number)
        last = last if ours else calendar.on_or_after(last, country)
    by_days = rule.unit == "days" and ours
    missing = () if by_days else calendar.missing(first, last, country)
    said = [f"{rule.number} {rule.unit}", str(zone)]
    if missing:
        said.append(f"weekdays only: {' '.join(map(str, missing))}")
    return Due(at=end_of(last, country), rule=", ".join(said), weekdays_only=missing)


def counter_due(content: Content, start: str, calendar: Workdays) -> Due | None:
    """Until when we must have complained or sued after a counter-notice; None where no number is known."""
    if content.jurisdiction != "CN" or content.basis not in RIGHTS:
        return None
    return due(COUNTER, start, "CN", calendar, ours=True)


def end_of(day: date, country: str) -> str:
    """The last second of a day there, in UTC."""
    return utc(datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=ZONES.get(country, UTC)))
