"""A page on its way through callback and pipelines, and what is found on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from scrapy.http import Response
from twisted.python.failure import Failure

from apk_analysis.fingerprint import Problem
from crawler.frontier import Task, Waiting
from index.model import Capture, Listing


@dataclass(slots=True, eq=False)
class Page:
    """A leased task on its way through callback and pipelines."""

    task: Task
    closed: Callable[[Page], None]
    """Called once, when nothing of the page is outstanding."""
    children: list[Waiting] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    failed: str | None = None
    """Kind of the problem for which the whole page is given up."""
    errback: Callable[[Failure], Any] | None = None
    """The spider's own."""
    taken: bool = False
    """True once its errback speaks for it."""
    address: str = ""
    taken_at: str = ""
    """When its answer came in."""
    capture: Capture | None = None
    """Where it is archived; None as long as nothing asked for it."""
    holds: int = 1
    """One for the callback, one for each listing that is not stored yet."""

    def hold(self) -> None:
        """Something of the page is under way."""
        self.holds += 1

    def release(self) -> None:
        """It is stored."""
        self.holds -= 1
        if self.holds == 0:
            self.closed(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A listing on its way to the pipelines, with the page it was found on."""

    listing: Listing
    response: Response | None
    page: Page
