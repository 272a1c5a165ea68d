"""Backup and restore of both files. A backup may be made while others write; a restore puts files in place whole."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from index.protocol import IndexUnavailable
from index.sqlite.files import connect, speaking_of
from index.sqlite.migrate import Store, check

NAMES: dict[Store, str] = {"index": "index.sqlite", "decisions": "decisions.sqlite", "registry": "registry.sqlite"}
"""Names inside a backup's folder."""


def backup(sources: dict[Store, Path], folder: Path) -> list[Path]:
    """Copies the files into `folder` under `NAMES`, checks the copies and puts them in place one by one.

    A missing file is left out. Raises IndexUnavailable.
    """
    made = []
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for store, source in sources.items():
            target = folder / NAMES[store]
            if source.exists():
                with _no_leftovers(target):
                    part = _copy(source, target)
                    _verify(part, store)
                    _put_in_place(part, target)
                made.append(target)
    except OSError as error:
        raise IndexUnavailable(f"{folder}: the backup cannot be written ({error.strerror or error})") from error
    if not made:
        raise IndexUnavailable(f"nothing to back up: {', '.join(map(str, sources.values()))} not there yet")
    return made


def restore(folder: Path, targets: dict[Store, Path]) -> list[Path]:
    """Puts the files of a backup back. All are checked before the first is touched; a broken or newer one is refused.

    What stood there before is kept beside it as '<name>.before-restore'. Raises IndexUnavailable, also while another
    process uses a file that would be replaced.
    """
    found = {store: folder / NAMES[store] for store in targets if (folder / NAMES[store]).is_file()}
    if not found:
        raise IndexUnavailable(f"{folder}: no backup here (expected {' or '.join(NAMES.values())})")
    try:
        with _no_leftovers(*targets.values()):
            parts = {store: _copy(source, targets[store]) for store, source in found.items()}
            for store, part in parts.items():
                _verify(part, store)
            for store in parts:
                _release(targets[store])
            for store, part in parts.items():
                _keep_aside(targets[store])
                _put_in_place(part, targets[store])
    except OSError as error:
        raise IndexUnavailable(f"{folder}: cannot be restored ({error.strerror or error})") from error
    return [targets[store] for store in parts]


def _part(target: Path) -> Path:
    return target.with_name(target.name + ".part")


@contextmanager
def _no_leftovers(*targets: Path) -> Iterator[None]:
    """Whatever happens, no half-made copy stays beside the targets."""
    try:
        yield
    finally:
        for target in targets:
            _part(target).unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> Path:
    """A consistent copy beside the target, as one file without a log."""
    part = _part(target)
    part.unlink(missing_ok=True)
    with speaking_of(source), closing(connect(source, write=False)) as opened, closing(sqlite3.connect(part)) as copy:
        opened.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    part.chmod(0o600)
    return part


def _verify(part: Path, store: Store) -> None:
    with speaking_of(part), closing(connect(part, write=False)) as opened:
        if check(opened, store, part) == 0:
            raise IndexUnavailable(f"{part}: this is not a copycatch {store} file")
        answer = opened.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if answer != "ok":
        raise IndexUnavailable(f"{part}: the file is damaged ({answer})")


def _release(target: Path) -> None:
    """Writes the log into the file and removes it, which works only while nobody else has the file open."""
    if not target.exists():
        return
    try:
        with closing(sqlite3.connect(target, timeout=2, isolation_level=None)) as opened:
            opened.execute("PRAGMA journal_mode = DELETE").fetchall()
    except sqlite3.OperationalError as error:
        if (error.sqlite_errorname or "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise IndexUnavailable(f"{target}: in use by another process; stop it and restore again") from error
        raise OSError(str(error)) from error
    except sqlite3.DatabaseError:
        return  # damaged: that is why somebody restores


def _keep_aside(target: Path) -> None:
    aside = target.with_name(target.name + ".before-restore")
    if target.exists():
        aside.unlink(missing_ok=True)
        aside.hardlink_to(target)
    for ending in ("-wal", "-shm"):  # only left of a damaged file; they would be applied to the restored one
        target.with_name(target.name + ending).unlink(missing_ok=True)


def _put_in_place(part: Path, target: Path) -> None:
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
