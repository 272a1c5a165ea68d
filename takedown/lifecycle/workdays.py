"""Which days are working days: one dated YAML file per country and year, shipped or the operator's own.

China shifts weekends around its holidays (调休) by a notice of the State Council late in the year before, so that no
rule can compute them: a year without a file is counted by plain weekdays, and said to be.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import yaml

from index.messages import t
from index.reading import ReadError, read, yaml_of

SHIPPED = Path(__file__).parent / "holidays"
LARGEST = 1 << 16
"""Bytes of one file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """One file."""

    country: str
    """ISO 3166-1 alpha-2."""
    year: int
    source: str
    """Who said so: the notice by its title."""
    published: date
    """Day on which they said it."""
    checked: date
    """Day on which somebody compared the file with it."""
    days_off: tuple[tuple[date, date], ...] = ()
    """Days off, from and to, both included."""
    make_up: tuple[date, ...] = ()
    """Days at weekends on which people work."""

    def __post_init__(self) -> None:
        """Raises ValueError for a file that cannot be right."""
        for first, last in (*self.days_off, *((day, day) for day in self.make_up)):
            if not (first.year == last.year == self.year and first <= last):
                raise ValueError(f"{first}..{last}: expected days of {self.year} in order")
        for day in self.make_up:
            if day.weekday() < 5:
                raise ValueError(f"{day}: is no weekend, and needs no making up for")
            if any(first <= day <= last for first, last in self.days_off):
                raise ValueError(f"{day}: cannot be off and made up for")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workdays:
    """The working days of all countries whose files were read."""

    years: dict[tuple[str, int], Year] = field(default_factory=dict)

    def works(self, day: date, country: str) -> bool:
        """Whether people work on that day there; by plain weekdays where no file is known."""
        known = self.years.get((country, day.year))
        if known is not None:
            if day in known.make_up:
                return True
            if any(first <= day <= last for first, last in known.days_off):
                return False
        return day.weekday() < 5

    def missing(self, first: date, last: date, country: str) -> tuple[int, ...]:
        """Years between two days that were counted by plain weekdays."""
        return tuple(year for year in range(first.year, last.year + 1) if (country, year) not in self.years)

    def after(self, day: date, number: int, country: str) -> date:
        """The `number`th working day after `day`, which itself does not count."""
        while number:
            day += timedelta(days=1)
            number -= self.works(day, country)
        return day

    def on_or_after(self, day: date, country: str) -> date:
        """The day, or the next one on which people work."""
        return day if self.works(day, country) else self.after(day, 1, country)


def workdays(overlay: Path | None = None) -> Workdays:
    """The shipped files, then those of the folder `overlay` (may be missing), which go before. Raises ReadError."""
    found: dict[tuple[str, int], Year] = {}
    for folder in (SHIPPED, overlay):
        for path in sorted(folder.glob("*.yml")) if folder else ():
            year = _year(path)
            found[year.country, year.year] = year
    return Workdays(years=found)


def _year(path: Path) -> Year:
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise ReadError(t("life.calendar_too_large", place=path.name, kilobytes=LARGEST >> 10))
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text.decode())):
            raise ReadError(t("life.calendar_alias", place=path.name))
        raw = yaml_of(text.decode())
    except OSError as error:
        raise ReadError(t("mistake.unreadable", place=path.name, reason=error.strerror or error)) from error
    except UnicodeDecodeError as error:
        raise ReadError(t("mistake.no_utf8", place=path.name, at=error.start + 1)) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise error if isinstance(error, ReadError) else ReadError(f"{path.name}: {error}") from error
    return read(Year, raw, path.name)
