"""What people decided about findings that are known already."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from index.home import Home
from index.open import has_decisions, open_decisions
from index.protocol import IndexUnavailable
from index.records import Decisions
from takedown.answers import answers_about

UNDECIDED = "undecided"


class Decided:
    """Reads the decisions of a home; a home without any has none."""

    def __init__(self, home: Home) -> None:
        self._decisions: Decisions | None = None
        if has_decisions(home):
            with suppress(IndexUnavailable):
                self._decisions = open_decisions(home, write=False)

    def about(self, finding_ids: Iterable[str]) -> str:
        """The kind of the last answer about one of the findings that nobody took back, or 'undecided'."""
        wanted = list(finding_ids)
        if self._decisions is None:
            return UNDECIDED
        known = answers_about(self._decisions, wanted)
        found = [answer for name in wanted if (answer := known.of(name)) is not None]
        return max(found, key=lambda one: one.seq).decision.kind if found else UNDECIDED

    def close(self) -> None:
        """Releases the file."""
        if self._decisions is not None:
            self._decisions.close()
