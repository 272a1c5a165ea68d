"""What people decided about findings that are known already."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from index.home import Home
from index.open import open_decisions
from index.protocol import IndexUnavailable
from index.reading import ReadError, read
from index.sqlite.decisions import Decisions
from takedown.model import Decision

UNDECIDED = "undecided"


class Decided:
    """Reads the decisions of a home; a home without any has none."""

    def __init__(self, home: Home) -> None:
        self._decisions: Decisions | None = None
        if home.decisions.exists():
            with suppress(IndexUnavailable):
                self._decisions = open_decisions(home, write=False)

    def about(self, finding_ids: Iterable[str]) -> str:
        """The kind of the last decision about one of the findings that nobody took back, or 'undecided'."""
        if self._decisions is None:
            return UNDECIDED
        found: dict[str, Decision] = {}
        for name in finding_ids:
            for record in self._decisions.about(name):
                if record.kind == "decision":
                    with suppress(ReadError):  # one that an older version wrote otherwise
                        found[record.id] = read(Decision, record.value, f"decision {record.id}")
        undone = {decision.undoes for decision in found.values()}
        valid = [one for one in found.values() if one.id not in undone and one.undoes is None]
        return max(valid, key=lambda one: one.decided_at).kind if valid else UNDECIDED

    def close(self) -> None:
        """Releases the file."""
        if self._decisions is not None:
            self._decisions.close()
