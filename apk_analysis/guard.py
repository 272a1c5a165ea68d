"""Parts of an analysis run guarded: the failure of one costs only its own facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from apk_analysis.defects import Defect, problem
from apk_analysis.fingerprint import Problem

T = TypeVar("T")
REPEATED = 20
"""A bundle has hundreds of parts, and each may have the same problem."""


class Guard:
    """Collects the problems of one analysis."""

    def __init__(self) -> None:
        self._problems: dict[Problem, None] = {}
        self._counts: dict[tuple[str, str], int] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Each once, in the order they were noted; of one part and kind at most REPEATED."""
        return tuple(self._problems)

    def note(self, problems: Iterable[Problem]) -> None:
        """Adds problems that a part collected by itself."""
        for found in problems:
            key = found.part, found.kind
            if found not in self._problems and self._counts.get(key, 0) < REPEATED:
                self._counts[key] = self._counts.get(key, 0) + 1
                self._problems[found] = None

    def run(self, part: str, read: Callable[[], T], otherwise: T) -> T:
        """What `read` returns, or `otherwise` and a problem of `part`."""
        try:
            return read()
        except Defect as defect:
            self.note([defect.problem(part)])
        except MemoryError:
            self.note([problem(part, "out_of_memory")])
        except Exception as error:  # noqa: BLE001 - our own mistake on hostile bytes; said, never hidden
            self.note([problem(part, "internal_error", f"{type(error).__name__}: {error}")])
        return otherwise
