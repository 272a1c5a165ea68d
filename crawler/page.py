"""A page on its way through callback and pipelines, and what is found on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from scrapy.http import Response
from twisted.python.failure import Failure

from apk_analysis.fingerprint import Problem
from crawler.frontier import Task, Waiting
from index.model import Capture, Listing

if TYPE_CHECKING:
    from crawler.memory import Remembered


class Tab(Protocol):
    """A rendered page that is still open (`crawler.browser_picture`)."""

    async def shoot(self) -> bytes | Problem:
        """A picture of it."""

    def close(self) -> None:
        """It is needed no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How to tell whether a page is still the same."""

    url: str
    """Where it came from, after redirects."""
    digest: bytes
    """Of the body."""
    etag: bytes = b""
    """As sent; empty where it was not, as is `modified`."""
    modified: bytes = b""


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
    screenshot: str | None = None
    """SHA-256 of a picture of it, among the home's pictures."""
    tab: Tab | None = None
    """Where it still stands rendered, until nothing of it is outstanding."""
    answer: Answer | None = None
    """None where nothing came that could be remembered."""
    listings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Id of each listing that its callback yielded -> which of the fields that the spider expects are filled."""
    whole: bool = True
    """False: something of it could not be had (a sample), and the page is to be read again next time."""
    known: Remembered | None = None
    """What earlier runs remember of it."""
    asked: bool = False
    """Whether its server was asked for it."""
    recalled: bool = False
    """True once what is remembered stands for it, since it has not changed."""
    forgotten: bool = False
    """True when the index does not know what is remembered: the page is to be fetched again, in full."""
    holds: int = 1
    """One for the callback, one for each listing that is not stored yet."""

    def hold(self) -> None:
        """Something of the page is under way."""
        self.holds += 1

    def release(self) -> None:
        """It is stored."""
        self.holds -= 1
        if self.holds == 0:
            if self.tab is not None:
                self.tab.close()
            self.closed(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A listing on its way to the pipelines, with the page it was found on."""

    listing: Listing
    response: Response | None
    page: Page
