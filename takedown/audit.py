"""Who did what: every record is chained to the one before it; here the chain is handed out and checked.

An export is JSON Lines: one object for each record with the JSON it stores, then one that closes it with the head of
the chain. Whoever holds it needs nothing of ours to check it: SHA-256 over the JSON text gives `sha256`, and SHA-256
over the JSON array [chain before, seq, kind, id, version, at, by, about, sha256] (ASCII, ", " between the elements)
gives `chain`. A head that was written down elsewhere proves that nothing was cut off or made anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from uuid import uuid4

from index.reading import ReadError, encode, read
from index.records import Decisions, Record, link

LONGEST = 64 << 20
"""Bytes of a line; the content of a notice with five thousand targets takes about eight million."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One record, as handed out."""

    seq: int
    kind: str
    id: str
    version: int
    at: str
    by: str
    about: tuple[str, ...]
    sha256: str
    chain: str
    value: str | None
    """The stored JSON as text; None where it was removed by a rule: its hash stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What an export ends with."""

    records: int
    head: str
    """The chain after the last record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that is not as it was written down."""

    line: int
    """Of the export, or place in the order of records."""
    what: str
    """Message id: 'audit.fault.changed', '.chain', '.form', '.order', '.unclosed', '.removed'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """What a check found."""

    records: int
    head: str
    unchained: int
    """Records older than the chain."""
    removed: int
    """Records whose content was removed by a rule."""
    faults: tuple[Fault, ...]


def note(records: Decisions, what: str, *, at: str, by: str, about: Iterable[str] = (), **said: object) -> Record:
    """Writes down what left no record of its own: an export, a bundle, a run of retention."""
    return records.append("audit", f"a1-{uuid4().hex}", {"what": what, **said}, at=at, by=by, about=about)


def export(records: Decisions) -> Iterator[bytes]:
    """The lines, in constant memory. Raises IndexUnavailable."""
    count, head = 0, ""
    for record in records.every():
        count, head = count + 1, record.chain
        yield encode(_line(record)) + b"\n"
    yield encode(Closing(records=count, head=head)) + b"\n"


def check(lines: Iterable[bytes]) -> Audited:
    """What is wrong with an export, line by line; nothing of it is believed."""
    checker, closed = _Checker(), None
    for number, raw in enumerate(lines, start=1):
        if closed is not None:
            checker.fault(number, "order")
        line, closing = _read(raw)
        if closing:
            closed = closing
            if (closing.records, closing.head) != (checker.count, checker.head):
                checker.fault(number, "chain")
        elif line:
            checker.see(number, line)
        else:
            checker.fault(number, "form")
            checker.lost = True
    if closed is None:
        checker.fault(checker.count + 1, "unclosed")
    return checker.result()


def check_store(records: Decisions) -> Audited:
    """The same of the store itself. Raises IndexUnavailable."""
    checker = _Checker()
    for record in records.every():
        checker.see(record.seq, _line(record))
    return checker.result()


class _Checker:
    def __init__(self) -> None:
        self.count, self.head, self.lost = 0, "", False
        self._unchained, self._removed = 0, 0
        self._last: dict[tuple[str, str], int] = {}
        self._open: set[int] = set()
        self._faults: list[Fault] = []

    def fault(self, line: int, what: str) -> None:
        self._faults.append(Fault(line=line, what=f"audit.fault.{what}"))

    def see(self, number: int, line: Line) -> None:
        self.count += 1
        if line.seq != self.count or line.version != self._last.get((line.kind, line.id), 0) + 1:
            self.fault(number, "order")
        self._last[line.kind, line.id] = line.version
        if line.value is None:
            self._removed += 1
            self._open.add(line.seq)
        elif sha256(line.value.encode()).hexdigest() != line.sha256 and line.chain:
            self.fault(number, "changed")
        if not line.chain and not self.head:
            self._unchained += 1
        elif line.chain != link(self.head, _record(line)) and not self.lost:
            self.fault(number, "chain")
        self.head, self.lost = line.chain, False
        if line.kind == "removal" and line.value is not None:
            self._open -= set(_removed_by(line.value))

    def result(self) -> Audited:
        for seq in sorted(self._open):
            self.fault(seq, "removed")
        faults = tuple(sorted(self._faults, key=lambda fault: fault.line))
        return Audited(
            records=self.count, head=self.head, unchained=self._unchained, removed=self._removed, faults=faults
        )


def _removed_by(value: str) -> list[int]:
    """Places of the records that a removal names."""
    try:
        said = json.loads(value).get("records", ())
    except (ValueError, AttributeError, RecursionError):
        return []
    return [one for one in said if isinstance(one, int)] if isinstance(said, list) else []


def _line(record: Record) -> Line:
    said: Mapping[str, object] = {
        name: getattr(record, name) for name in ("seq", "kind", "id", "version", "at", "by", "about", "sha256", "chain")
    }
    value = None if record.removed else encode(record.value).decode()
    return Line(**said, value=value)  # type: ignore[arg-type] # the fields of both are the same


def _record(line: Line) -> Record:
    return Record(
        seq=line.seq,
        kind=line.kind,  # type: ignore[arg-type] # not believed, only hashed
        id=line.id,
        version=line.version,
        at=line.at,
        by=line.by,
        about=line.about,
        sha256=line.sha256,
    )


def _read(raw: bytes) -> tuple[Line | None, Closing | None]:
    """A line, if it is one as we write it, byte by byte."""
    try:
        if len(raw) > LONGEST:
            return None, None
        said = json.loads(raw)
        found = read(Closing, said, "") if isinstance(said, dict) and "records" in said else read(Line, said, "")
    except (ReadError, ValueError, RecursionError):
        return None, None
    if encode(found) + b"\n" != raw:
        return None, None
    return (found, None) if isinstance(found, Line) else (None, found)
