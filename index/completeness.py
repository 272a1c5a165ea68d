"""What is collected of a brand, what is not, and what is old: per field, and per store where that matters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from index.profiles import Profile, last_day

State = Literal["collected", "unsure", "old", "ended", "not_collected"]
"""unsure: nothing that may accuse. old: nothing of it was checked within a year, or a day is missing. ended: all of it
expired."""
FIELDS = ("names", "packages", "developers", "signers", "domains", "filings", "icons", "marks", "partners")
FRESH = timedelta(days=365)
_MAY_ACCUSE = {"confirmed", "probable"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How one field stands, for the brand as a whole or for one store."""

    field: str
    store: str | None
    """None: whatever the store."""
    state: State
    count: int
    """Values that are collected."""
    checked: str | None
    """Newest day on which one was checked; None when no value has a day, or the field has none."""


def completeness(profile: Profile, today: str) -> list[Line]:
    """One line per field, then one per store for its developer names and signing certificates."""
    day = date.fromisoformat(today)
    lines = [_line(field, None, getattr(profile, field), day) for field in FIELDS]
    return [*lines, *_per_store(profile, day)]


def share(profile: Profile) -> float:
    """Collected fields of all, 0..1; names are always there and not counted."""
    counted = FIELDS[1:]
    return sum(bool(getattr(profile, field)) for field in counted) / len(counted)


def stores(profile: Profile) -> list[str]:
    """Stores that anything is collected for."""
    found = {pin.store for pin in profile.signers} | {one.store for one in profile.developers if one.store}
    return sorted(found)


def _per_store(profile: Profile, day: date) -> Iterator[Line]:
    for store in stores(profile):
        yield _line("developers", store, [one for one in profile.developers if one.store == store], day)
        yield _line("signers", store, [pin for pin in profile.signers if pin.store == store], day)


def _line(field: str, store: str | None, values: Sequence[Any], day: date) -> Line:
    days = [checked for value in values if (checked := getattr(value, "checked", None))]
    newest = max(days, key=last_day, default=None)
    return Line(field=field, store=store, state=_state(values, newest, day), count=len(values), checked=newest)


def _state(values: Sequence[Any], newest: str | None, day: date) -> State:
    if not values:
        return "not_collected"
    if all(getattr(value, "expires", None) and last_day(value.expires) < day for value in values):
        return "ended"
    sures = [getattr(value, "confidence", "confirmed") in _MAY_ACCUSE for value in values]
    if not any(sures):
        return "unsure"
    dated = hasattr(values[0], "checked")
    return "old" if dated and (newest is None or day - last_day(newest) > FRESH) else "collected"
