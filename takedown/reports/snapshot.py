"""A snapshot on disk: JSON Lines with a head, the rows of the ledger, what was counted, and a closing line with a hash.

Every document of a report is made from it and nothing else, so that it can be made again, equal to the byte.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from index.messages import t
from index.reading import ReadError, encode, read
from takedown.reports.figures import Section
from takedown.reports.ledger import COLUMNS, Entry
from takedown.reports.period import Period

SCHEMA = "copycatch-report-1"
LONGEST = 16 << 20
"""Bytes of a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The first line."""

    schema: str
    period: Period
    chain: str
    """Head of the chain of records (`takedown.audit`) when the snapshot was taken; empty where nothing was recorded."""
    records: int
    """Records in it."""
    listings: int
    """In the index."""
    findings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The line after the rows."""

    sections: tuple[Section, ...]
    not_measured: tuple[str, ...] = ()
    """Marketplaces that no healthy run saw in the period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The last line."""

    rows: int
    sha256: str
    """Of all lines above."""


class Writer:
    """Writes one, line by line."""

    def __init__(self, out: BinaryIO, head: Head) -> None:
        self._out, self._digest, self.rows = out, sha256(), 0
        self._line(head)

    def add(self, row: Entry) -> None:
        """One row of the ledger."""
        self.rows += 1
        self._line(row)

    def end(self, sections: Iterable[Section], not_measured: Iterable[str] = ()) -> str:
        """What was counted; returns the hash."""
        self._line(Body(sections=tuple(sections), not_measured=tuple(not_measured)))
        digest = self._digest.hexdigest()
        self._line(End(rows=self.rows, sha256=digest))
        return digest

    def _line(self, value: object) -> None:
        raw = encode(value) + b"\n"
        self._digest.update(raw)
        self._out.write(raw)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One that was read through and found whole."""

    path: Path
    head: Head
    sections: tuple[Section, ...]
    not_measured: tuple[str, ...]
    rows: int
    sha256: str

    def entries(self, sheet: str) -> Iterator[tuple[str, ...]]:
        """The rows of one sheet of the ledger, one at a time."""
        start = b'{"sheet":"%s"' % sheet.encode()
        with self.path.open("rb") as stream:
            for raw in stream:
                if raw.startswith(start):
                    yield tuple(json.loads(raw)["cells"])


def opened(path: Path) -> Snapshot:
    """Reads a snapshot through; keeps none of its rows. Raises ReadError for one that is not whole, and OSError."""
    digest, rows = sha256(), 0
    with path.open("rb") as stream:
        head: Head = _read(Head, stream, path, 1)[0]
        if head.schema != SCHEMA:
            raise ReadError(t("report.other_schema", path=path, schema=head.schema[:40]))
        stream.seek(0)
        digest.update(stream.readline(LONGEST))
        number = 2
        while (found := _read_any(stream, path, number))[0] is None:
            digest.update(found[1])
            rows, number = rows + 1, number + 1
        body, raw = found
        digest.update(raw)
        end: End = _read(End, stream, path, number + 1)[0]
        if end.rows != rows or end.sha256 != digest.hexdigest() or stream.read(1):
            raise ReadError(t("report.changed", path=path))
    assert body is not None  # noqa: S101 - the loop ended with one
    return Snapshot(path, head, body.sections, body.not_measured, rows, end.sha256)


def _read(kind: type[Any], stream: BinaryIO, path: Path, number: int) -> tuple[Any, bytes]:
    raw = stream.readline(LONGEST)
    return read(kind, _json(raw, path, number), f"{path}, {number}"), raw


def _read_any(stream: BinaryIO, path: Path, number: int) -> tuple[Body | None, bytes]:
    """A row (None) or the body."""
    raw = stream.readline(LONGEST)
    value = _json(raw, path, number)
    place = f"{path}, {number}"
    if isinstance(value, dict) and "sections" in value:
        return read(Body, value, place), raw
    row = read(Entry, value, place)
    if len(row.cells) != len(COLUMNS.get(row.sheet, ())) or not raw.startswith(b'{"sheet":"'):
        raise ReadError(t("report.changed", path=path))
    return None, raw


def _json(raw: bytes, path: Path, number: int) -> object:
    try:
        return json.loads(raw if raw.endswith(b"\n") else b"")
    except (ValueError, RecursionError) as error:
        raise ReadError(t("report.not_whole", path=path, line=number)) from error
