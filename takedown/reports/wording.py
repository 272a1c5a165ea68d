"""How a report speaks: title, period, times in the operator's zone, definitions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from index.messages import text
from takedown.reports.period import Period
from takedown.reports.snapshot import Head

DEFINITIONS = ("finding", "new", "verdict", "decision", "measured", "notice", "number", "period")


@dataclass(frozen=True, slots=True)
class Wording:
    """Texts of one report in one language."""

    head: Head
    lang: str

    @property
    def period(self) -> Period:
        """What it is about."""
        return self.head.period

    def t(self, message: str, **values: object) -> str:
        """A text of the catalogue, by its id without 'report.'."""
        return text(f"report.{message}", self.lang, **values)

    @property
    def title(self) -> str:
        """'Weekly report'."""
        return self.t(f"title.{self.period.span}")

    @property
    def period_said(self) -> str:
        """From the first day to the last."""
        one, other = self.period.first, self.period.last
        return one if one == other else self.t("from_to", first=one, last=other)

    def moment(self, at: str) -> str:
        """A time as people read it; what is none stays as it is."""
        try:
            moment = datetime.fromisoformat(at)
        except ValueError:
            return at
        return f"{moment.astimezone(_zone(self.period.zone)):%Y-%m-%d %H:%M}" if moment.tzinfo else at

    def facts(self, rows: int, digest: str) -> Iterator[tuple[str, str]]:
        """What stands on the cover."""
        yield self.t("fact.period"), f"{self.moment(self.period.start)} – {self.moment(self.period.end)}"
        yield self.t("fact.zone"), self.period.zone
        yield self.t("fact.as_of"), self.moment(self.period.as_of)
        yield (
            self.t("fact.stores"),
            self.t("stores", listings=self.head.listings, findings=self.head.findings, records=self.head.records),
        )
        yield self.t("fact.rows"), f"{rows:,}"
        yield self.t("fact.chain"), self.head.chain or "–"
        yield self.t("fact.snapshot"), digest

    def definitions(self) -> Iterator[str]:
        """What its words mean."""
        return (self.t(f"definition.{name}") for name in DEFINITIONS)


def _zone(name: str) -> tzinfo:
    """By name; UTC where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC
