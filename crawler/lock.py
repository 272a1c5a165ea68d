"""One process at a time crawls a marketplace: two would undercut the delay that it is promised.

The lock is a file in the home, kept by the operating system: it goes with its process, however that ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from filelock import FileLock, Timeout

from crawler.frontier import FrontierError, RunFrontierError
from index.home import Home
from index.messages import t

GLANCE = 2.0
"""Seconds that are waited for somebody who only looks whether the marketplace is in use."""


class InUseError(RunFrontierError):
    """Another process is crawling the marketplace; says nothing about the marketplace itself."""


def _path(home: Home, name: str) -> Path:
    readable = re.sub(r"[^\w.-]+", "_", name, flags=re.ASCII)[:80]
    return home.locks / f"{readable}-{blake2b(name.encode(), digest_size=4).hexdigest()}.lock"


@contextmanager
def held(home: Home, name: str) -> Iterator[None]:
    """Holds the lock of a marketplace. Raises InUseError while another process has it, FrontierError."""
    lock = _locked(home, name, GLANCE)
    if lock is None:
        raise InUseError(t("crawl.in_use", name=name))
    try:
        yield
    finally:
        lock.release()


def in_use(home: Home, name: str) -> bool:
    """Whether some process holds it."""
    lock = _locked(home, name, 0.0)
    if lock is not None:
        lock.release()
    return lock is None


def _locked(home: Home, name: str, patience: float) -> FileLock | None:
    try:
        home.locks.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(_path(home, name), mode=0o600)
        lock.acquire(timeout=patience, poll_interval=0.02)
    except Timeout:
        return None
    except (OSError, NotImplementedError) as error:
        raise FrontierError(f"{home.locks} cannot be used: {error}") from error
    return lock
