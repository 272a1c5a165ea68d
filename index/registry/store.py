"""The copies in `registry.sqlite`: lists are added row by row, and read whole into memory for looking up.

20,000 records take some 20 MB; they are loaded in a fraction of a second.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Literal

import msgspec

from index.reading import decode, encode
from index.registry.entities import key as spelling
from index.registry.model import CopyState, Record, Register
from index.sqlite.files import speaking_of, transaction
from index.sqlite.migrate import open_migrated

Outcome = Literal["new", "known", "changed"]
_OF_LIST = ("register", "file", "sha256", "place", "imported", "as_of")
"""Fields that say where a record stood, not what it says."""


class Copies:
    """The registry as detection sees it (`model.Registry`). Rows are made records when somebody asks for them."""

    def __init__(self, rows: Sequence[tuple[str, ...]], states: Mapping[Register, CopyState]) -> None:
        """`rows`: fields of `_OF_LIST`, key and body, in the order of their lists, oldest first."""
        self._rows = rows
        self._states = dict(states)
        self._numbers: dict[str, list[int]] = {}
        for at in range(len(rows) - 1, -1, -1):
            for number in _keys(rows[at][-2]):
                self._numbers.setdefault(number, []).append(at)

    def find(self, number: str) -> tuple[Record, ...]:
        """See `model.Registry`."""
        return tuple(self._record(at) for at in self._numbers.get(number, ()))

    def of_entity(self, name: str) -> tuple[Record, ...]:
        """See `model.Registry`."""
        return tuple(self._record(at) for at in self._spelt[0].get(spelling(name), ()))

    def named(self, name: str) -> tuple[Record, ...]:
        """See `model.Registry`."""
        return tuple(self._record(at) for at in self._spelt[1].get(spelling(name), ()))

    def state(self, register: Register) -> CopyState | None:
        """See `model.Registry`."""
        return self._states.get(register)

    def _record(self, at: int) -> Record:
        row = self._rows[at]
        return msgspec.convert({**decode(dict, row[-1]), **dict(zip(_OF_LIST, row, strict=False))}, Record)

    @cached_property
    def _spelt(self) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
        """Rows by entity, and by name and product; newest first."""
        entities: dict[str, list[int]] = {}
        names: dict[str, list[int]] = {}
        for at in range(len(self._rows) - 1, -1, -1):
            record = self._record(at)
            for kept, name in ((entities, record.entity), (names, record.name), (names, record.product)):
                if spelt := spelling(name):
                    kept.setdefault(spelt, []).append(at)
        return entities, names


def _keys(key: str) -> tuple[str, ...]:
    """Under what a row is found: its number, and the filer's number before the serial."""
    main, serial, _ = key.partition("号-")
    return (key, f"{main}号") if serial and "icp备" in key else (key,)


def load(path: Path) -> Copies | None:
    """All copies; None when nothing was imported yet. Raises IndexUnavailable."""
    if not path.exists():
        return None
    opened = open_migrated(path, "registry", write=False)
    try:
        with speaking_of(path):
            rows = opened.execute(
                "SELECT l.register, l.file, l.sha256, r.place, l.imported, l.as_of, r.key, r.body FROM records r"
                " JOIN lists l ON l.id = r.list ORDER BY ifnull(l.as_of, l.imported), r.seq"
            ).fetchall()
            states = opened.execute(
                "SELECT l.register, (SELECT count(DISTINCT key) FROM records r WHERE r.register = l.register),"
                " max(l.imported), max(l.as_of) FROM lists l GROUP BY l.register"
            ).fetchall()
    finally:
        opened.close()
    if not states:
        return None
    return Copies(rows, {r: CopyState(register=r, records=n, imported=i, as_of=a) for r, n, i, a in states})


class Shelf:
    """Adds one list to the copies; nothing that was there is changed or lost."""

    def __init__(self, path: Path) -> None:
        """Opens the file, and makes it. Raises IndexUnavailable."""
        self._path = path
        self._opened = open_migrated(path, "registry", write=True)

    def add(self, records: Iterable[Record]) -> list[Outcome]:
        """What became of each record of one list, in order; all of them or none are stored.

        'changed': the register had that number before and said something else. Raises IndexUnavailable.
        """
        kept = list(records)
        if not kept:
            return []
        first = kept[0]
        with speaking_of(self._path), transaction(self._opened):
            listed = self._opened.execute(
                "INSERT INTO lists (register, file, sha256, as_of, imported) VALUES (?, ?, ?, ?, ?)",
                (first.register, first.file, first.sha256, first.as_of, first.imported),
            ).lastrowid
            return [self._add(record, listed or 0) for record in kept]

    def _add(self, record: Record, listed: int) -> Outcome:
        said = {name: value for name, value in msgspec.to_builtins(record).items() if name not in _OF_LIST and value}
        body = encode(said)
        key = record.number.casefold() if record.number else f"{spelling(record.name)}|{spelling(record.entity)}"
        before = self._opened.execute(
            "SELECT 1 FROM records WHERE register = ? AND key = ? LIMIT 1", (record.register, key)
        ).fetchone()
        added = self._opened.execute(
            "INSERT INTO records (list, register, key, digest, place, body) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (listed, record.register, key, _digest(said), record.place, body.decode()),
        ).rowcount
        return "known" if not added else "changed" if before else "new"

    def close(self) -> None:
        """Releases the file."""
        self._opened.close()


def _digest(said: Mapping[str, str]) -> bytes:
    """What the record says, spelling aside: a list printed anew with other spaces changes nothing."""
    told = "\0".join(
        f"{name}={''.join(unicodedata.normalize('NFKC', value).split())}" for name, value in sorted(said.items())
    )
    return blake2b(told.encode("utf-8", "surrogatepass"), digest_size=12).digest()
