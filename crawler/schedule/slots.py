"""What was last started, for each thing that is scheduled. Starting is claimed: of two processes one gets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from crawler.plan_file import PlanFile

Outcome = Literal["running", "done", "unhealthy", "failed", "interrupted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The last start of one thing. Times in POSIX seconds."""

    name: str
    began: float
    ended: float | None
    outcome: Outcome
    """'running' also when its process died with us."""
    failures: int = 0
    """Starts in a row that came to no result."""


class Slots:
    """The slots in the plan file."""

    def __init__(self, plan: PlanFile) -> None:
        self._plan = plan

    def all(self) -> dict[str, Slot]:
        """Name -> slot."""
        with self._plan.reading() as opened:
            rows = opened.execute("SELECT name, began, ended, outcome, failures FROM slot").fetchall()
        return {row[0]: Slot(name=row[0], began=row[1], ended=row[2], outcome=row[3], failures=row[4]) for row in rows}

    def claim(self, name: str, known: Slot | None, now: float) -> bool:
        """Notes that it begins now, if nobody else has begun it since `known` was read."""
        failures = known.failures if known else 0
        if known and known.outcome == "running":
            failures += 1  # its process died
        with self._plan.writing() as opened:
            if known is None:
                done = opened.execute(
                    "INSERT OR IGNORE INTO slot VALUES (?, ?, NULL, 'running', ?)", (name, now, failures)
                )
            else:
                done = opened.execute(
                    "UPDATE slot SET began = ?, ended = NULL, outcome = 'running', failures = ?"
                    " WHERE name = ? AND began = ? AND outcome = ?",
                    (now, failures, name, known.began, known.outcome),
                )
            return done.rowcount == 1

    def end(self, name: str, outcome: Outcome, now: float) -> None:
        """Notes how it ended."""
        with self._plan.writing() as opened:
            opened.execute(
                "UPDATE slot SET ended = ?1, outcome = ?2, failures = CASE ?2 WHEN 'failed' THEN failures + 1"
                " WHEN 'interrupted' THEN failures ELSE 0 END WHERE name = ?3",
                (now, outcome, name),
            )
