"""What people decided, in a file of its own: no crawl, re-scoring or rebuild of the index ever touches it.

The types live in `takedown.model`; here they are JSON by kind and id. Append-only, and the file itself enforces it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.reading import decode, encode
from index.sqlite.files import speaking_of, transaction
from index.sqlite.migrate import open_migrated

RecordKind = Literal["decision", "notice", "audit"]
_COLUMNS = "seq, kind, id, version, at, body"
_PAGE = 500


class Overtaken(ValueError):  # noqa: N818 - what happened
    """Somebody else added a version since this one was read; nothing was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One version of one record."""

    seq: int
    """Place in the order in which things were decided."""
    kind: RecordKind
    id: str
    version: int
    """1 for the first."""
    at: str
    value: dict[str, object]
    """The object as JSON."""


class Decisions:
    """The append-only store of decisions, notices, audit entries and aliases."""

    def __init__(self, path: Path, *, write: bool = True) -> None:
        """Opens the file, and makes or migrates it when writing. Raises IndexUnavailable."""
        self.path = path
        self._opened = open_migrated(path, "decisions", write=write)

    def append(
        self, kind: RecordKind, record_id: str, value: object, *, at: str, about: Iterable[str] = (), after: int = 0
    ) -> Record:
        """Adds the version that follows version `after` (0: there is none yet) and ties it to the findings in `about`.

        It survives a power cut once this returns. Raises Overtaken and IndexUnavailable.
        """
        body = encode(value).decode()
        with speaking_of(self.path), transaction(self._opened):
            newest = self._opened.execute(
                "SELECT ifnull(max(version), 0) FROM records WHERE kind = ? AND id = ?", (kind, record_id)
            ).fetchone()[0]
            if newest != after:
                raise Overtaken(f"{kind} {record_id} is at version {newest}, not {after}: read it again")
            seq = self._opened.execute(
                "INSERT INTO records (kind, id, version, at, body) VALUES (?, ?, ?, ?, ?)",
                (kind, record_id, after + 1, at, body),
            ).lastrowid
            subjects = [(finding, seq) for finding in dict.fromkeys(about)]
            self._opened.executemany("INSERT INTO subjects VALUES (?, ?)", subjects)
        return Record(seq=seq or 0, kind=kind, id=record_id, version=after + 1, at=at, value=decode(dict, body))

    def latest(self, kind: RecordKind, record_id: str) -> Record | None:
        """The newest version."""
        found = self._read("kind = ? AND id = ? ORDER BY version DESC LIMIT 1", (kind, record_id))
        return found[0] if found else None

    def about(self, finding_id: str) -> list[Record]:
        """All records about a finding, under this id or one that became it; oldest first."""
        return self._read(
            "seq IN ("
            " WITH RECURSIVE names (name) AS (SELECT ? UNION SELECT old_id FROM aliases, names WHERE new_id = name)"
            " SELECT s.seq FROM names JOIN subjects s ON s.finding_id = name) ORDER BY seq",
            (finding_id,),
        )

    def every(self, kind: RecordKind) -> Iterator[Record]:
        """All versions of all records of a kind, oldest first, page by page."""
        last = 0
        while found := self._read("kind = ? AND seq > ? ORDER BY seq LIMIT ?", (kind, last, _PAGE)):
            yield from found
            last = found[-1].seq

    def alias(self, old_id: str, new_id: str, *, at: str, reason: str) -> None:
        """Says that what was `old_id` is `new_id` from now on. Raises ValueError for a circle or a second new id."""
        with speaking_of(self.path), transaction(self._opened):
            if self.current_id(new_id) == old_id:
                raise ValueError(f"alias {old_id} -> {new_id} would run in a circle")
            known = self._opened.execute("SELECT new_id FROM aliases WHERE old_id = ?", (old_id,)).fetchone()
            if known and known[0] != new_id:
                raise ValueError(f"{old_id} is already an alias of {known[0]}")
            if not known:
                self._opened.execute("INSERT INTO aliases VALUES (?, ?, ?, ?)", (old_id, new_id, at, reason))

    def current_id(self, any_id: str) -> str:
        """The id that is used now for what this id named."""
        with speaking_of(self.path):
            while found := self._opened.execute("SELECT new_id FROM aliases WHERE old_id = ?", (any_id,)).fetchone():
                any_id = str(found[0])
        return any_id

    def close(self) -> None:
        """Releases the file."""
        self._opened.close()

    def _read(self, condition: str, parameters: tuple[str | int, ...]) -> list[Record]:
        with speaking_of(self.path):
            statement = f"SELECT {_COLUMNS} FROM records WHERE {condition}"  # noqa: S608 - all parts are ours
            found = self._opened.execute(statement, parameters).fetchall()
        return [Record(seq=q, kind=k, id=i, version=v, at=a, value=decode(dict, b)) for q, k, i, v, a, b in found]
