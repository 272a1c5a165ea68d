"""Opening the index of the home for one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from console.terminal import home
from index.open import open_index
from index.protocol import Index
from index.settings import load_settings


@contextmanager
def reading() -> Iterator[Index]:
    """The index, for reading only. Raises IndexUnavailable, HomeError and ReadError."""
    index = open_index(home(), load_settings().index, write=False)
    try:
        yield index
    finally:
        index.close()


def last_runs() -> dict[str, str]:
    """Marketplace -> outcome of its last finished run; empty before anything was crawled."""
    settings = load_settings()
    found = home()
    if settings.index is None and not found.index.exists():
        return {}
    index = open_index(found, settings.index, write=False)
    try:
        runs = index.runs(limit=10_000)
    finally:
        index.close()
    return {run.marketplace: run.outcome for run in reversed(runs) if run.finished_at is not None}


def last_seals() -> dict[str, str]:
    """Run -> what seals its archive, as the index keeps it apart from the files; empty before anything was crawled."""
    settings, found = load_settings(), home()
    if settings.index is None and not found.index.exists():
        return {}
    with reading() as index:
        return {run.id: run.seal for run in index.runs(limit=1_000_000) if run.seal is not None}
