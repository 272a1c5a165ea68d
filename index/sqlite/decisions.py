"""What people decided, in a file of its own: no crawl, re-scoring or rebuild of the index ever touches it.

Append-only, and the file itself enforces it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from index.reading import decode, encode
from index.records import Decisions, Entry, Overtaken, Record, RecordKind, Sealed, record_of
from index.sqlite.files import speaking_of, transaction
from index.sqlite.migrate import open_migrated

_COLUMNS = (
    "seq, kind, id, version, at, by, body, sha256, chain,"
    " (SELECT json_group_array(finding_id) FROM (SELECT finding_id FROM subjects s WHERE s.seq = records.seq"
    " ORDER BY finding_id))"
)
_PAGE = 500
_REMOVABLE = (
    "SELECT 1 FROM records r WHERE seq = ? AND kind <> 'removal' AND chain <> '' AND EXISTS"
    " (SELECT 1 FROM records n WHERE (n.kind = r.kind AND n.id = r.id AND n.version > r.version)"
    " OR (n.kind = 'replaced' AND n.id = CAST(r.seq AS TEXT)))"
)


class SqliteDecisions(Decisions):
    """See `index.records.Decisions`."""

    def __init__(self, path: Path, *, write: bool = True) -> None:
        """Opens the file, and makes or migrates it when writing. Raises IndexUnavailable."""
        self.path = path
        self._opened = open_migrated(path, "decisions", write=write)

    def append_all(
        self,
        entries: Sequence[Entry],
        *,
        at: str,
        by: str,
        unmoved: Mapping[tuple[RecordKind, str], int] | None = None,
    ) -> list[Record]:
        """See the protocol."""
        bodies = [encode(entry.value).decode() for entry in entries]
        with speaking_of(self.path), transaction(self._opened):
            for (kind, name), version in (unmoved or {}).items():
                self._expect(kind, name, version)
            return [self._add(entry, body, at=at, by=by) for entry, body in zip(entries, bodies, strict=True)]

    def latest(self, kind: RecordKind, record_id: str) -> Record | None:
        """See the protocol."""
        found = self._read("kind = ? AND id = ? ORDER BY version DESC LIMIT 1", (kind, record_id))
        return found[0] if found else None

    def versions(self, kind: RecordKind, record_id: str) -> list[Record]:
        """See the protocol."""
        return self._read("kind = ? AND id = ? ORDER BY version", (kind, record_id))

    def about(self, finding_id: str) -> list[Record]:
        """See the protocol."""
        return self._read(
            "seq IN ("
            " WITH RECURSIVE names (name) AS (SELECT ? UNION SELECT old_id FROM aliases, names WHERE new_id = name)"
            " SELECT s.seq FROM names JOIN subjects s ON s.finding_id = name) ORDER BY seq",
            (finding_id,),
        )

    def every(self, kind: RecordKind | None = None) -> Iterator[Record]:
        """See the protocol."""
        last = 0
        while found := self._read("(?1 IS NULL OR kind = ?1) AND seq > ?2 ORDER BY seq LIMIT ?3", (kind, last, _PAGE)):
            yield from found
            last = found[-1].seq

    def remove(self, records: Sequence[int], *, at: str, by: str, reason: str, what: str) -> Record:
        """See the protocol."""
        wanted = sorted(set(records))
        entry = Entry(kind="removal", id=f"d1-{uuid4().hex}", value={"records": wanted, "reason": reason, "what": what})
        with speaking_of(self.path), transaction(self._opened):
            for seq in wanted:
                if not self._opened.execute(_REMOVABLE, (seq,)).fetchone():
                    raise ValueError(f"record {seq} is a removal, the newest of its kind and id, or none at all")
            record = self._add(entry, encode(entry.value).decode(), at=at, by=by)
            self._empty(wanted)
        self._forget()
        return record

    def alias(self, old_id: str, new_id: str, *, at: str, by: str, reason: str) -> None:
        """See the protocol."""
        with speaking_of(self.path), transaction(self._opened):
            if self.current_id(new_id) == old_id:
                raise ValueError(f"alias {old_id} -> {new_id} would run in a circle")
            known = self._opened.execute("SELECT new_id FROM aliases WHERE old_id = ?", (old_id,)).fetchone()
            if known and known[0] != new_id:
                raise ValueError(f"{old_id} is already an alias of {known[0]}")
            if not known:
                self._opened.execute("INSERT INTO aliases VALUES (?, ?, ?, ?)", (old_id, new_id, at, reason))
                entry = Entry(kind="alias", id=old_id, value={"new_id": new_id, "reason": reason})
                self._add(entry, encode(entry.value).decode(), at=at, by=by)

    def current_id(self, any_id: str) -> str:
        """See the protocol."""
        with speaking_of(self.path):
            while found := self._opened.execute("SELECT new_id FROM aliases WHERE old_id = ?", (any_id,)).fetchone():
                any_id = str(found[0])
        return any_id

    def tip(self) -> tuple[int, str]:
        """See the protocol."""
        with speaking_of(self.path):
            return self._tip()

    def sealed(self, *, after: int = 0) -> Iterator[Sealed]:
        """See the protocol."""
        while found := self._rows("seq > ? ORDER BY seq LIMIT ?", (after, _PAGE)):
            yield from (Sealed(_stored(row), row[6]) for row in found)
            after = found[-1][0]

    def adopt(self, sealed: Sequence[Sealed], *, before: tuple[int, str]) -> None:
        """See the protocol."""
        with speaking_of(self.path), transaction(self._opened):
            if self._tip() != before:
                raise Overtaken(f"{self.path}: somebody else added records; start again")
            for one in sealed:
                self._insert(one.record, one.body)
                if one.record.kind == "alias" and "new_id" in one.record.value:
                    new, reason = one.record.value["new_id"], one.record.value.get("reason", "")
                    self._opened.execute(
                        "INSERT INTO aliases VALUES (?, ?, ?, ?)", (one.record.id, new, one.record.at, reason)
                    )

    def follow_removals(self, sealed: Sequence[Sealed]) -> None:
        """See the protocol."""
        with speaking_of(self.path), transaction(self._opened):
            self._empty([one.record.seq for one in sealed])
        self._forget()

    def close(self) -> None:
        """Releases the file."""
        self._opened.close()

    def _expect(self, kind: RecordKind, name: str, version: int) -> None:
        newest = self._opened.execute(
            "SELECT ifnull(max(version), 0) FROM records WHERE kind = ? AND id = ?", (kind, name)
        ).fetchone()[0]
        if newest != version:
            raise Overtaken(f"{kind} {name} is at version {newest}, not {version}: read it again")

    def _add(self, entry: Entry, body: str, *, at: str, by: str) -> Record:
        self._expect(entry.kind, entry.id, entry.after)
        seq, chain = self._tip()
        record = record_of(entry, body, seq=seq + 1, at=at, by=by, before=chain)
        self._insert(record, body)
        return record

    def _tip(self) -> tuple[int, str]:
        last = self._opened.execute("SELECT seq, chain FROM records ORDER BY seq DESC LIMIT 1").fetchone()
        return last or (0, "")

    def _empty(self, records: Sequence[int]) -> None:
        self._opened.execute("PRAGMA secure_delete = ON")
        self._opened.executemany("UPDATE records SET body = '' WHERE seq = ?", [(seq,) for seq in records])

    def _forget(self) -> None:
        with speaking_of(self.path):
            self._opened.execute("VACUUM")  # copies linger where pages were split, and in the journal
            self._opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _insert(self, record: Record, body: str) -> None:
        self._opened.execute(
            "INSERT INTO records (seq, kind, id, version, at, by, body, sha256, chain)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                record.seq,
                record.kind,
                record.id,
                record.version,
                record.at,
                record.by,
                body,
                record.sha256,
                record.chain,
            ],
        )
        self._opened.executemany("INSERT INTO subjects VALUES (?, ?)", [(name, record.seq) for name in record.about])

    def _read(self, condition: str, parameters: tuple[str | int | None, ...]) -> list[Record]:
        found = [_stored(row) for row in self._rows(condition, parameters)]
        gone = [str(one.seq) for one in found if one.removed]
        if not gone:
            return found
        with speaking_of(self.path):
            rows = self._opened.execute(
                "SELECT r.id, r.body FROM json_each(?) w JOIN records r ON r.kind = 'replaced' AND r.id = w.value"
                " WHERE r.body <> '' ORDER BY r.version",
                (json.dumps(gone),),
            ).fetchall()
        instead = {name: decode(dict, body) for name, body in rows}
        return [replace(one, value=instead.get(str(one.seq), {})) if one.removed else one for one in found]

    def _rows(self, condition: str, parameters: tuple[str | int | None, ...]) -> list[tuple[Any, ...]]:
        with speaking_of(self.path):
            statement = f"SELECT {_COLUMNS} FROM records WHERE {condition}"  # noqa: S608 - all parts are ours
            return self._opened.execute(statement, parameters).fetchall()


def _stored(row: tuple[Any, ...]) -> Record:
    seq, kind, name, version, at, by, body, digest, chain, about = row
    return Record(
        seq=seq,
        kind=kind,
        id=name,
        version=version,
        at=at,
        by=by,
        value=decode(dict, body) if body else {},
        about=tuple(json.loads(about)),
        sha256=digest,
        chain=chain,
        removed=not body,
    )
