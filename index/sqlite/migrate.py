"""Numbered migrations: each one transaction, each a file `<number>_<what>.sql`; a newer file is refused."""

from __future__ import annotations

import sqlite3
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from index.messages import t
from index.protocol import IndexUnavailable
from index.sqlite.files import connect, speaking_of, transaction

Store = Literal["index", "decisions", "registry"]

MARKS: dict[Store, int] = {"index": 0x43434958, "decisions": 0x43434443, "registry": 0x43435247}
"""SQLite's application_id: 'CCIX', 'CCDC' and 'CCRG'. A file of another program is never migrated."""


@cache
def steps(store: Store) -> tuple[tuple[str, ...], ...]:
    """The statements of each migration; version n is reached by the n-th."""
    folder = files("index.sqlite").joinpath("migrations", store)
    scripts = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda entry: entry.name)
    return tuple(tuple(_statements(entry.read_text("utf-8"))) for entry in scripts)


def _statements(script: str) -> list[str]:
    found, current = [], ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            found.append(current.strip())
            current = ""
    return found


def version(opened: sqlite3.Connection) -> int:
    """The schema version of the open file; 0 for a new one."""
    return int(opened.execute("PRAGMA user_version").fetchone()[0])


def check(opened: sqlite3.Connection, store: Store, path: Path) -> int:
    """The version, after making sure that the file is ours and not newer than this code. Raises IndexUnavailable."""
    with speaking_of(path):
        mark = int(opened.execute("PRAGMA application_id").fetchone()[0])
        found = version(opened)
        strange = mark != MARKS[store] and (mark or opened.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone())
    if strange:
        raise IndexUnavailable(t("mistake.not_ours", path=path, store=store))
    if found > len(steps(store)):
        raise IndexUnavailable(t("mistake.file_newer", path=path, found=found, known=len(steps(store))))
    return found


def migrate(opened: sqlite3.Connection, store: Store, path: Path, *, to: int | None = None) -> None:
    """Brings the file to the newest version (or `to`), one transaction per step: a killed one simply starts again."""
    while (found := check(opened, store, path)) < (to or len(steps(store))):
        with speaking_of(path), transaction(opened):
            if version(opened) != found:  # another process was faster
                continue
            for statement in steps(store)[found]:
                opened.execute(statement)
            opened.execute(f"PRAGMA application_id = {MARKS[store]}")
            opened.execute(f"PRAGMA user_version = {found + 1}")


def open_migrated(path: Path, store: Store, *, write: bool) -> sqlite3.Connection:
    """The file in its newest version. Who only reads makes nothing, but does have an older file migrated first.

    Raises IndexUnavailable.
    """
    if not write and not path.exists():
        raise IndexUnavailable(t("mistake.not_there", path=path))
    opened = connect(path, write=write, durable=store != "index")
    try:
        if write:
            migrate(opened, store, path)
            return opened
        if check(opened, store, path) == len(steps(store)):
            return opened
    except BaseException:
        opened.close()
        raise
    opened.close()
    open_migrated(path, store, write=True).close()
    return open_migrated(path, store, write=False)
