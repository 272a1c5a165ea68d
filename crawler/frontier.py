"""The frontier: which requests wait, which are leased, which are done. Kept so that no crash loses one.

One protocol: `claim` leases tasks for a while; `complete` stores a task's children and acknowledges it in one
transaction; `fail` gives it up (or puts it back); `extend` prolongs leases. A task whose lease ran out, or whose
process died, is claimed again: a page may be fetched twice, and none is lost. `crawler.frontier_file` keeps it in one
SQLite file per run; another store has to pass the same tests (tests/crawler/test_frontier.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from index.home import HomeError

LEASE = 600.0
"""Seconds a claim is good for without `extend`."""


class FrontierError(HomeError):
    """The frontier cannot be used: disk full, damaged, or in use by another process. The message says which."""


class RunFrontierError(FrontierError):
    """Only this run's frontier is the matter, being damaged or in use by another process: other runs can go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A request that is to be stored."""

    request: bytes
    """As `crawler.writing` writes it."""
    fingerprint: bytes | None
    """Equal ones are stored once per run; None for a request that is never a duplicate."""
    priority: int = 0
    depth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A leased request."""

    id: int
    request: bytes
    depth: int
    attempts: int
    """How often it was claimed, this time included."""


class Frontier(Protocol):
    """What the crawl needs of a frontier."""

    def seed(self, roots: Iterable[Waiting]) -> None:
        """Stores the first requests and the fact that they are stored, together."""

    @property
    def seeded(self) -> bool:
        """Whether `seed` happened, in this process or an earlier one."""

    def add(self, requests: Iterable[Waiting]) -> None:
        """Stores requests that no task asked for."""

    def claim(self, count: int) -> list[Task]:
        """Leases up to `count` tasks: highest priority first, then deepest, then oldest."""

    def complete(self, task: int, children: Iterable[Waiting] = ()) -> None:
        """Stores the children and acknowledges the task, in one transaction."""

    def fail(self, task: int, problem: str, *, again: bool = False) -> None:
        """Gives the task up for `problem`, or puts it back to be claimed `again`."""

    def extend(self, tasks: Iterable[int]) -> None:
        """Prolongs leases."""

    @property
    def waiting(self) -> int:
        """How many tasks are queued or leased."""
