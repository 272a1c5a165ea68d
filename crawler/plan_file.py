"""The file of the home that says what was asked for and run when. Small, and kept through every commit."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.sqlite.files import connect, speaking_of, transaction

_SCHEMA = """
CREATE TABLE IF NOT EXISTS asked(
    marketplace TEXT NOT NULL, word TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (marketplace, word)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS turn(marketplace TEXT PRIMARY KEY, words TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS slot(
    name TEXT PRIMARY KEY, began REAL NOT NULL, ended REAL, outcome TEXT NOT NULL, failures INTEGER NOT NULL
) WITHOUT ROWID;
"""


class PlanFile:
    """The open file. Several processes may use it at once. Raises IndexUnavailable."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opened = connect(path, durable=True)
        with speaking_of(path):
            self._opened.executescript(_SCHEMA)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """For questions."""
        with speaking_of(self.path):
            yield self._opened

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction."""
        with speaking_of(self.path), transaction(self._opened):
            yield self._opened

    def close(self) -> None:
        """Gives the file back."""
        self._opened.close()
