"""Parts of an analysis run guarded: the failure of one costs only its own facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from apk_analysis.defects import Defect, problem
from apk_analysis.fingerprint import Problem

T = TypeVar("T")


class Guard:
    """Collects the problems of one analysis."""

    def __init__(self) -> None:
        self._problems: dict[Problem, None] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Each once, in the order they were noted."""
        return tuple(self._problems)

    def note(self, problems: Iterable[Problem]) -> None:
        """Adds problems that a part collected by itself."""
        self._problems.update(dict.fromkeys(problems))

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
