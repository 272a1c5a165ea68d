"""Opening SQLite files so that many processes can use them, and saying clearly why one cannot be used."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.messages import t
from index.protocol import IndexUnavailable
from index.query.tokens import tokenise
from index.sqlite import similar

BUSY_SECONDS = 60.0
"""How long to wait for another process's short write before giving up."""

_REASONS = {
    "SQLITE_FULL": "full",
    "SQLITE_READONLY": "readonly",
    "SQLITE_CANTOPEN": "cantopen",
    "SQLITE_PERM": "perm",
    "SQLITE_AUTH": "perm",
    "SQLITE_CORRUPT": "damaged",
    "SQLITE_NOTADB": "notadb",
    "SQLITE_BUSY": "busy",
    "SQLITE_LOCKED": "locked",
    "SQLITE_IOERR": "io",
    "SQLITE_TOOBIG": "big",
}


def unavailable(path: Path, error: sqlite3.Error) -> IndexUnavailable:
    """The error in words that name the file and the reason."""
    name = getattr(error, "sqlite_errorname", None) or ""
    reason = next((word for code, word in _REASONS.items() if name.startswith(code)), "other")
    said = t(f"mistake.sqlite_{reason}", seconds=f"{BUSY_SECONDS:.0f}")
    return IndexUnavailable(t("mistake.sqlite", path=path, reason=said, detail=error))


@contextmanager
def speaking_of(path: Path) -> Iterator[None]:
    """Turns SQLite's errors into IndexUnavailable."""
    try:
        yield
    except sqlite3.Error as error:
        raise unavailable(path, error) from error


def connect(path: Path, *, write: bool = True, durable: bool = False) -> sqlite3.Connection:
    """A connection to `path`, made if it is missing and `write`. `durable`: each commit survives a power cut.

    Raises IndexUnavailable.
    """
    with speaking_of(path):
        return _writing(path, durable=durable) if write else _reading(path)


def _writing(path: Path, *, durable: bool) -> sqlite3.Connection:
    opened = _open(f"{path.absolute().as_uri()}?mode=rwc")
    try:
        # Where several processes make the file at once, SQLite answers 'locked' here without waiting.
        _patiently(opened, "PRAGMA journal_mode = WAL")
        opened.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        opened.execute("PRAGMA wal_autocheckpoint = 4000")
        opened.execute("PRAGMA journal_size_limit = 67108864")
        opened.execute("PRAGMA secure_delete = OFF")
    except sqlite3.Error:
        opened.close()
        raise
    return opened


def _reading(path: Path) -> sqlite3.Connection:
    place = f"{path.absolute().as_uri()}?mode=ro"
    try:
        return _looked_into(place)
    except sqlite3.OperationalError as error:
        # In a folder that cannot be written WAL needs a file it cannot make; nobody writes there, so go without.
        wal = path.with_name(path.name + "-wal")
        if not path.is_file() or (wal.exists() and wal.stat().st_size) or error.sqlite_errorname == "SQLITE_NOTADB":
            raise
        return _looked_into(f"{place}&immutable=1")


def _looked_into(uri: str) -> sqlite3.Connection:
    """What is wrong with the file shows here, not at the first question."""
    opened = _open(uri)
    try:
        opened.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchall()
    except sqlite3.Error:
        opened.close()
        raise
    return opened


def _open(uri: str) -> sqlite3.Connection:
    opened = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_SECONDS, cached_statements=256)
    try:
        opened.execute("PRAGMA cache_size = -32768")
        opened.execute("PRAGMA trusted_schema = OFF")
        opened.create_function("tokens", 1, lambda text: tokenise(text or ""), deterministic=True)
        similar.register(opened)
    except sqlite3.Error:
        opened.close()
        raise
    return opened


def _patiently(opened: sqlite3.Connection, statement: str) -> None:
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            opened.execute(statement).fetchall()
        except sqlite3.OperationalError as error:
            if not (error.sqlite_errorname or "").startswith("SQLITE_BUSY") or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


@contextmanager
def transaction(opened: sqlite3.Connection) -> Iterator[None]:
    """One short write transaction: takes the write lock at once, so that it never has to give up half-way."""
    opened.execute("BEGIN IMMEDIATE")
    try:
        yield
        opened.execute("COMMIT")
    except BaseException:
        if opened.in_transaction:  # after some errors SQLite has rolled back by itself
            opened.execute("ROLLBACK")
        raise
