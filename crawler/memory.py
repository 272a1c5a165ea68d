"""What earlier runs read on each page, in one file of the home: a cache, which may be deleted at any time.

A page is remembered only as a whole: how its server names that version (ETag, Last-Modified), a digest of its body, and
all that its callback yielded. So an unchanged page need neither be fetched nor read to know what it says.
"""

from __future__ import annotations

import logging
import sqlite3
import zlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

import msgspec

from apk_analysis.fingerprint import Problem
from index.protocol import IndexUnavailable
from index.sqlite.files import connect, speaking_of, transaction

logger = logging.getLogger(__name__)

LAYOUT = 1
"""Another layout's file is made anew."""
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
LARGEST = 2 << 20
"""Packed bytes of one page; larger ones are not remembered."""
UNPACKED = 64 << 20
MOST_PAGES, MOST_BYTES = 500_000, 1 << 30
"""What is kept, over all marketplaces; what was used longest ago goes first."""
UNUSED = 90 * 86400.0
"""Seconds after which a page that no run asked for is forgotten."""

_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS page(
    key BLOB PRIMARY KEY, reader TEXT NOT NULL, read_at REAL NOT NULL, looked_at REAL NOT NULL, due_at REAL NOT NULL,
    used_at REAL NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS used ON page(used_at);
PRAGMA user_version = {LAYOUT};
"""


class Child(msgspec.Struct, frozen=True, array_like=True):
    """A request that the page leads to, as the frontier keeps it."""

    request: bytes
    fingerprint: bytes | None
    priority: int


class Said(msgspec.Struct, frozen=True, array_like=True):
    """What a page said when it was last read."""

    url: str
    """Where the answer came from, after redirects; validators are sent to no other address."""
    digest: bytes
    """Of the body."""
    etag: bytes
    modified: bytes
    """Empty where the server sent none that can be relied on."""
    listings: dict[str, tuple[str, ...]]
    """Id of each listing -> those of the fields the spider expects that are filled."""
    children: tuple[Child, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Remembered:
    """A page as an earlier run knew it. Times in POSIX seconds."""

    key: bytes
    said: Said
    read_at: float
    """When a callback last read its body."""
    looked_at: float
    """When its server was last asked."""
    due_at: float
    """When it is worth another look; earlier than `looked_at` for what is looked at by every run."""

    @property
    def share(self) -> float:
        """A number from 0 to 1 that is the page's own."""
        return self.key[0] / 255


def key_of(request: bytes) -> bytes:
    """The name of the page that a stored request (`crawler.writing`) asks for."""
    return blake2b(request, digest_size=16).digest()


class Memory:
    """The file. Several processes may use it at once."""

    def __init__(self, path: Path, reader: str) -> None:
        """`reader` names the code and rules that read: pages that others read are not known. Raises IndexUnavailable.

        A file that is damaged, or of another layout, is made anew.
        """
        self.path, self._reader = path, reader
        try:
            self._opened = self._open()
        except IndexUnavailable as error:
            if getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF not in DAMAGED:
                raise
            logger.warning("it is made anew: %s", error)
            for suffix in ("", "-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            self._opened = self._open()

    def _open(self) -> sqlite3.Connection:
        opened = connect(self.path)
        try:
            with speaking_of(self.path):
                if opened.execute("PRAGMA user_version").fetchone()[0] not in {0, LAYOUT}:
                    opened.execute("DROP TABLE IF EXISTS page")
                opened.executescript(_SCHEMA)
        except BaseException:
            opened.close()
            raise
        return opened

    def get(self, key: bytes) -> Remembered | None:
        """The page, if it is known and was read by the same reader."""
        with speaking_of(self.path):
            row = self._opened.execute(
                "SELECT read_at, looked_at, due_at, body FROM page WHERE key = ? AND reader = ?", (key, self._reader)
            ).fetchone()
        if row is None:
            return None
        with suppress(zlib.error, msgspec.DecodeError, TypeError):
            said = msgspec.msgpack.decode(zlib.decompressobj().decompress(row[3], UNPACKED), type=Said)
            return Remembered(key, said, *row[:3])
        return None

    def keep(self, pages: Iterable[Remembered], *, forget: Iterable[bytes] = (), now: float) -> None:
        """Keeps pages that were read, and forgets others, in one transaction. What is too large is forgotten too."""
        gone, rows = list(forget), []
        for page in pages:
            body = zlib.compress(msgspec.msgpack.encode(page.said), 3)
            if len(body) > LARGEST:
                gone.append(page.key)
            else:
                rows.append((page.key, self._reader, page.read_at, page.looked_at, page.due_at, now, body))
        if rows or gone:
            with speaking_of(self.path), transaction(self._opened):
                self._opened.executemany("DELETE FROM page WHERE key = ?", [(key,) for key in gone])
                self._opened.executemany("INSERT OR REPLACE INTO page VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def touch(self, pages: Iterable[Remembered], *, now: float) -> None:
        """Keeps the times of pages that did not change."""
        rows = [(page.looked_at, page.due_at, now, page.key) for page in pages]
        if rows:
            with speaking_of(self.path), transaction(self._opened):
                self._opened.executemany("UPDATE page SET looked_at = ?, due_at = ?, used_at = ? WHERE key = ?", rows)

    def close(self, *, now: float, most: int = MOST_PAGES, most_bytes: int = MOST_BYTES) -> None:
        """Forgets what is too much or too old, and gives the file back."""
        try:
            with speaking_of(self.path), transaction(self._opened):
                ask = self._opened.execute
                ask("DELETE FROM page WHERE used_at < ? OR used_at > ?", (now - UNUSED, now + UNUSED))
                count, size = ask("SELECT count(*), coalesce(sum(length(body)), 0) FROM page").fetchone()
                if count > most or size > most_bytes:
                    share = max(1 - most / count, 1 - most_bytes / size)
                    ask(
                        "DELETE FROM page WHERE key IN (SELECT key FROM page ORDER BY used_at LIMIT ?)",
                        (int(count * share) + 1,),
                    )
        finally:
            self._opened.close()


def looked(page: Remembered, *, at: float, due: float) -> Remembered:
    """The page, after its server said that it has not changed."""
    return replace(page, looked_at=at, due_at=due)
