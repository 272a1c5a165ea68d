"""What a run has counted so far, in a form that survives a crash with the frontier."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from apk_analysis.fingerprint import Problem
from crawler.frontier_file import SqliteFrontier

_PROBLEM = "problem:"
_FILLED = "filled:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a run stands, for a progress display."""

    spider: str
    marketplace: str
    counts: dict[str, int]
    """As in `index.model.Run.counts`."""
    waiting: int
    """Requests known and not yet done."""


@dataclass(slots=True)
class Tally:
    """Counts, problems and fill rates of one run, and the listings it has seen."""

    counters: Counter[str] = field(default_factory=Counter)
    seen: dict[str, bytes] = field(default_factory=dict)
    """Listing id -> digest of its content."""
    _fresh: list[tuple[str, bytes]] = field(default_factory=list)
    _saved: dict[str, int] = field(default_factory=dict)

    @classmethod
    def resume(cls, frontier: SqliteFrontier) -> Tally:
        """The tally as the frontier keeps it; empty for a new run."""
        counters, seen = frontier.kept()
        return cls(counters=Counter(counters), seen=seen, _saved=dict(counters))

    def count(self, name: str, by: int = 1) -> None:
        """Adds to a count ('pages', 'listings', ...)."""
        self.counters[name] += by

    def problem(self, problem: Problem | str) -> None:
        """Counts a problem by its kind."""
        kind = problem if isinstance(problem, str) else problem.kind
        self.counters["problems"] += 1
        self.counters[_PROBLEM + kind] += 1

    def filled(self, field_name: str) -> None:
        """Counts a listing in which the field is filled."""
        self.counters[_FILLED + field_name] += 1

    def sighted(self, listing_id: str, content: bytes) -> bool:
        """Notes a stored listing; True the first time this run stores it."""
        first = listing_id not in self.seen
        self.seen[listing_id] = content
        self._fresh.append((listing_id, content))
        return first

    def save(self, frontier: SqliteFrontier) -> None:
        """Writes what changed, inside the caller's batch."""
        changed = {name: value for name, value in self.counters.items() if self._saved.get(name) != value}
        frontier.keep(changed, self._fresh)
        self._saved.update(changed)
        self._fresh = []

    @property
    def counts(self) -> dict[str, int]:
        """Plain counts."""
        return {name: value for name, value in sorted(self.counters.items()) if ":" not in name}

    @property
    def problems(self) -> dict[str, int]:
        """Problem kind -> how often."""
        return self._part(_PROBLEM)

    @property
    def fills(self) -> dict[str, int]:
        """Listing field -> in how many listings it was filled."""
        return self._part(_FILLED)

    def _part(self, prefix: str) -> dict[str, int]:
        found = {name.removeprefix(prefix): n for name, n in self.counters.items() if name.startswith(prefix)}
        return dict(sorted(found.items()))
