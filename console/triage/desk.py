"""The stores of the home, opened for triage, and where units stand right now."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

from console.exits import CommandError, Exit
from console.terminal import home
from console.triage.allowing import covered
from console.triage.survey import Survey, kept_survey, survey
from index.allowed import AllowedList, allowed_list
from index.home import Home
from index.messages import t
from index.open import open_decisions, open_index
from index.protocol import Index
from index.records import Decisions, Overtaken
from index.settings import Settings, load_settings
from index.times import utc
from takedown.answers import Answers, all_answers
from takedown.cuts import CutError
from takedown.leases import Held, holders
from takedown.people import Person
from takedown.triage import TriageError
from takedown.triage_state import UnitState, unit_state
from takedown.units.joining import Unit

QUICK = 1.0
"""Seconds: a survey that takes no longer is made anew whenever the index moved."""
WORTH = 20
"""A slower one serves so many times as long as it took, for the next unit and for one that is named: what is shown and
decided is read anew from the index, only what joins is not."""
_ID = re.compile(r"[ulf]1-[0-9a-f]{4,24}")


@dataclass
class Desk:
    """What a command works with."""

    place: Home
    settings: Settings
    index: Index
    records: Decisions
    person: Person
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def at(self) -> str:
        """Now, as it is written down."""
        return utc(self.now)

    @property
    def day(self) -> str:
        """Today, in UTC."""
        return self.at[:10]

    @cached_property
    def answers(self) -> Answers:
        """All that people decided."""
        return all_answers(self.records)

    @cached_property
    def held(self) -> dict[str, Held]:
        """Unit -> who works on it."""
        return holders(self.records, self.now)

    @cached_property
    def allowed(self) -> AllowedList:
        """The allow-list."""
        return allowed_list(self.records)

    @cached_property
    def let_pass(self) -> frozenset[str]:
        """Findings that the allow-list covers today."""
        return covered(self.index, self.allowed, self.day) if self.allowed else frozenset()

    def survey(self, *, fresh: bool) -> Survey:
        """The units: as they are, or (`fresh` False) as they were a short while ago, where making them takes long."""
        if not fresh and (kept := kept_survey(self.place)) is not None:
            made = datetime.fromisoformat(kept.at)
            if kept.took > QUICK and made <= self.now < made + timedelta(seconds=WORTH * kept.took):
                return kept
        return survey(self.index, self.records, self.answers, self.place, self.settings.index)

    def state(self, unit: Unit, seen: Survey) -> UnitState:
        """Where a unit stands."""
        return unit_state(
            unit,
            self.answers,
            now=seen.now,
            day=self.day,
            allowed=self.let_pass,
            held=self.held,
            seen_at=seen.at,
        )

    def states(self, *, fresh: bool = True) -> Iterator[UnitState]:
        """All units, the highest priority first."""
        seen = self.survey(fresh=fresh)
        return (self.state(unit, seen) for unit in seen.units)

    def find(self, given: str) -> UnitState:
        """The unit with this id, or with this finding or listing; beginnings of at least four digits will do.

        Raises CommandError.
        """
        for fresh in (False, True):
            seen = self.survey(fresh=fresh)
            found = [unit for unit in seen.units if self._meant(given)(unit)]
            if len(found) == 1:
                return self.state(found[0], seen)
            if found:
                names = ", ".join(unit.id for unit in found[:5])
                raise CommandError(t("triage.ambiguous", id=given, names=names))
        raise CommandError(t("triage.unknown", id=given))

    def _meant(self, given: str) -> Callable[[Unit], bool]:
        if not _ID.fullmatch(given):
            raise CommandError(t("triage.no_id", given=given))
        if given.startswith("u"):
            return lambda unit: unit.id.startswith(given)
        if given.startswith("l"):
            listing = self.index.get(given)
            hits = self.index.search(f'listing_id:"{listing.id}"', limit=100) if listing else []
            names = {hit.id for hit in hits}
            return lambda unit: not names.isdisjoint(unit.members)
        return lambda unit: any(name.startswith(given) for name in unit.members)


@contextmanager
def desk(person: Person) -> Iterator[Desk]:
    """Everything opened. What `takedown` refuses becomes one line (CommandError)."""
    place, settings = home(), load_settings()
    with closing(open_index(place, settings.index, write=False)) as index, closing(open_decisions(place)) as records:
        try:
            yield Desk(place=place, settings=settings, index=index, records=records, person=person)
        except (TriageError, CutError) as error:
            raise CommandError(str(error)) from error
        except Overtaken as error:
            raise CommandError(t("triage.overtaken"), Exit.FAILURES) from error
