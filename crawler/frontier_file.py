"""The frontier of one run in one SQLite file, with the run's counts and the listings it has seen beside it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from crawler.frontier import LEASE, FrontierError, RunFrontierError, Task, Waiting

QUEUED, DONE, FAILED = 0, 2, 3
"""States of a task; 1 is leased."""
_OF_ONE_FILE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS task(
    id INTEGER PRIMARY KEY, fingerprint BLOB UNIQUE, request BLOB NOT NULL, priority INTEGER NOT NULL,
    depth INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0, lease_until REAL, attempts INTEGER NOT NULL DEFAULT 0,
    problem TEXT);
CREATE INDEX IF NOT EXISTS waiting ON task(priority DESC, depth DESC, id) WHERE state = 0;
CREATE INDEX IF NOT EXISTS leased ON task(lease_until) WHERE state = 1;
CREATE TABLE IF NOT EXISTS fact(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tally(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen(listing TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID;
UPDATE task SET state = 0 WHERE state = 1;
COMMIT;
"""


class SqliteFrontier:
    """A run's frontier in one file, with the run's counts and the listings it has seen beside it.

    The file is locked for one process at a time; whatever an earlier process had leased is queued again on opening.
    Raises FrontierError.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time, lease: float = LEASE) -> None:
        self.path = path
        self._clock = clock
        self._lease = lease
        self._depth = 0
        self._waiting: int | None = None
        self._base: sqlite3.Connection | None = None
        with self._named_errors():
            self._base = sqlite3.connect(path, timeout=0.2, isolation_level=None)
            # An exclusive WAL needs no shared memory and shuts a second crawl of the same run out. Losing the last
            # commits to a power cut (synchronous=NORMAL) costs a second fetch, never a page.
            for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=NORMAL"):
                self._base.execute(f"PRAGMA {pragma}")
            self._base.executescript(_SCHEMA)

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            reason = "another process is crawling this run" if "locked" in str(error) else str(error)
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest of it only says more exactly
            kind = RunFrontierError if code in _OF_ONE_FILE else FrontierError
            raise kind(f"the frontier {self.path} cannot be used: {reason}") from error

    @contextmanager
    def batch(self) -> Iterator[sqlite3.Connection]:
        """Groups several calls into one transaction; all of them or none come to be."""
        if self._base is None:
            raise FrontierError(f"the frontier {self.path} is closed")
        with self._named_errors():
            if self._depth:
                yield self._base
                return
            self._base.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield self._base
                self._base.execute("COMMIT")
            except BaseException:
                self._waiting = None
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    def seed(self, roots: Iterable[Waiting]) -> None:  # noqa: D102 - see Frontier
        with self.batch():
            self.add(roots)
            self.remember(seeded=1)

    @property
    def seeded(self) -> bool:  # noqa: D102 - see Frontier
        return self.fact("seeded") is not None

    def add(self, requests: Iterable[Waiting]) -> None:  # noqa: D102 - see Frontier
        rows = [(each.fingerprint, each.request, each.priority, each.depth) for each in requests]
        if rows:
            with self.batch() as base:
                self._count(
                    base.executemany(
                        "INSERT OR IGNORE INTO task(fingerprint, request, priority, depth) VALUES(?, ?, ?, ?)", rows
                    ).rowcount
                )

    def claim(self, count: int) -> list[Task]:  # noqa: D102 - see Frontier
        now = self._clock()
        with self.batch() as base:
            base.execute("UPDATE task SET state = 0 WHERE state = 1 AND lease_until < ?", (now,))
            rows = base.execute(
                "SELECT id, request, depth, attempts + 1 FROM task WHERE state = 0"
                " ORDER BY priority DESC, depth DESC, id LIMIT ?",
                (count,),
            ).fetchall()
            base.executemany(
                "UPDATE task SET state = 1, lease_until = ?, attempts = attempts + 1 WHERE id = ?",
                [(now + self._lease, row[0]) for row in rows],
            )
        return [Task(id=row[0], request=row[1], depth=row[2], attempts=row[3]) for row in rows]

    def complete(self, task: int, children: Iterable[Waiting] = ()) -> None:  # noqa: D102 - see Frontier
        with self.batch() as base:
            self.add(children)
            done = base.execute(
                "UPDATE task SET state = ?, request = x'' WHERE id = ? AND state < ?", (DONE, task, DONE)
            )
            self._count(-done.rowcount)

    def fail(self, task: int, problem: str, *, again: bool = False) -> None:  # noqa: D102 - see Frontier
        with self.batch() as base:
            state = QUEUED if again else FAILED
            done = base.execute(
                "UPDATE task SET state = ?, problem = ? WHERE id = ? AND state < ?", (state, problem, task, DONE)
            )
            self._count(0 if again else -done.rowcount)

    def _count(self, change: int) -> None:
        if self._waiting is not None:
            self._waiting += change

    def extend(self, tasks: Iterable[int]) -> None:  # noqa: D102 - see Frontier
        until = self._clock() + self._lease
        with self.batch() as base:
            base.executemany(
                "UPDATE task SET lease_until = ? WHERE id = ? AND state = 1", [(until, task) for task in tasks]
            )

    @property
    def waiting(self) -> int:  # noqa: D102 - see Frontier
        if self._waiting is None:
            with self.batch() as base:
                self._waiting = int(base.execute("SELECT count(*) FROM task WHERE state IN (0, 1)").fetchone()[0])
        return self._waiting

    def remember(self, **facts: str | int) -> None:
        """Keeps facts about the run (its order, its start)."""
        with self.batch() as base:
            base.executemany("INSERT OR REPLACE INTO fact VALUES(?, ?)", facts.items())

    def fact(self, name: str) -> str | int | None:
        """A remembered fact; None when there is none."""
        with self.batch() as base:
            row = base.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return None if row is None else row[0]

    def keep(self, tally: Mapping[str, int], seen: Sequence[tuple[str, bytes]]) -> None:
        """Keeps the run's counts and newly seen listings (id, content digest); part of the same batch as `complete`."""
        with self.batch() as base:
            base.executemany("INSERT OR REPLACE INTO tally VALUES(?, ?)", tally.items())
            base.executemany("INSERT OR REPLACE INTO seen VALUES(?, ?)", seen)

    def kept(self) -> tuple[dict[str, int], dict[str, bytes]]:
        """What `keep` kept: counts, and listing id -> content digest."""
        with self.batch() as base:
            return dict(base.execute("SELECT * FROM tally")), dict(base.execute("SELECT * FROM seen"))

    def close(self) -> None:
        """Gives the file back."""
        if self._base is not None:
            self._base.close()
            self._base = None

    def erase(self) -> None:
        """Removes the file: the run is over."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
