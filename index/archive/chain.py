"""The chain of a run's archive: one line of JSON for each record, each bound to the one before by its hash.

`<run>.chain.jsonl` beside the WARC files. Lines are only ever appended: a record, the tombstone of an earlier record
that a retention rule removed, a seal. A line's hash is the SHA-256 of its bytes without the hash itself, so that a
change anywhere shows at the very line; the hash of the last seal is what a time stamp has to cover.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from errno import ENOSPC
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Annotated, Self

import msgspec

LONGEST = 256 << 10
"""Bytes of a line at most; addresses are bounded long before."""
NAME = re.compile(r"(?P<run>.+)\.(?P<number>\d{4,})\.warc\.gz")
"""Of a WARC file; the numbers of a run begin with 0001."""
TORN = "torn"
"""What is wrong with a line that was never written to its end."""
Natural = Annotated[int, msgspec.Meta(ge=0)]
_TAIL = re.compile(rb',"hash":"([0-9a-f]{64})"\}\n')
_TAIL_LENGTH = 76


class Record(
    msgspec.Struct,
    tag="record",
    omit_defaults=True,
    tag_field="link",
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
):
    """One record of a WARC file: a gzip member of its own."""

    file: str
    offset: Natural
    length: Natural
    """Bytes as stored, compressed."""
    sha256: str
    """Of these bytes."""
    type: str
    """'warcinfo', 'response', 'revisit'."""
    at: str
    """When the answer came in."""
    url: str = ""
    payload: str | None = None
    """SHA-256 of the page."""
    first: int | None = None
    """Of a revisit: number of the line whose record holds the page."""


class Tombstone(
    msgspec.Struct, tag="tombstone", tag_field="link", frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """A record whose bytes were removed. Its own line stays, with its hash."""

    of: Natural
    """Number of the record's line."""
    at: str
    reason: str


class Seal(msgspec.Struct, tag="seal", tag_field="link", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The run is over, or something was removed since: all lines above count."""

    at: str
    records: int
    bytes: int
    """Of all records together."""


Link = Record | Tombstone | Seal


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line."""

    seq: int
    """From 1."""
    prev: str
    """Hash of the line before; of the first line, `genesis` of the run."""
    link: Link


class ChainError(ValueError):
    """The chain cannot be gone on with; the message names file and line."""


class ChainBusyError(ChainError):
    """Another process is writing this archive."""


@dataclass(frozen=True, slots=True)
class Read:
    """A line as it was read. Where something is wrong, `wrong` says what, and `line` is what could be understood."""

    number: int
    size: int
    """Bytes."""
    hash: str
    line: Line | None
    wrong: str | None = None


def chain_path(folder: Path, run: str) -> Path:
    """Where the chain of a run lies."""
    return folder / f"{run}.chain.jsonl"


def genesis(run: str) -> str:
    """What the first line is bound to: the chain of one run cannot be shown as that of another."""
    return sha256(f"copycatch archive {run}".encode()).hexdigest()


def written(line: Line) -> tuple[bytes, str]:
    """The line as it stands in the file, and its hash."""
    body = msgspec.json.encode(line)
    digest = sha256(body).hexdigest()
    return body[:-1] + b',"hash":"' + digest.encode() + b'"}\n', digest


def read_chain(path: Path, run: str) -> Iterator[Read]:
    """All lines, each checked against itself and the one before. Goes on after a wrong one. Raises OSError."""
    prev, number = genesis(run), 0
    with path.open("rb") as stream:
        while raw := stream.readline(LONGEST):
            number += 1
            read = _read(raw, number, prev)
            prev = read.hash or prev
            yield read


def _read(raw: bytes, number: int, prev: str) -> Read:
    size, tail = len(raw), _TAIL.fullmatch(raw[-_TAIL_LENGTH:])
    if tail is None:
        torn = not raw.endswith(b"\n") and _TAIL.fullmatch(raw[-_TAIL_LENGTH:-1] + b"\n") is None
        return Read(number, size, "", None, TORN if torn else "no line of a chain")
    body, stated = raw[:-_TAIL_LENGTH] + b"}", tail[1].decode()
    try:
        line = msgspec.json.decode(body, type=Line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Read(number, size, stated, None, f"no line of a chain: {error}")
    if sha256(body).hexdigest() != stated:
        return Read(number, size, stated, line, "changed: its hash is another")
    if line.prev != prev or line.seq != number:
        return Read(number, size, stated, line, "does not follow the line before")
    return Read(number, size, stated, line)


class Chain:
    """A run's chain, open for appending and locked against everybody else."""

    def __init__(self, folder: Path, run: str, each: Callable[[int, Link], None] = lambda _number, _link: None) -> None:
        """Opens or makes it, and shows `each` line that is there. A torn last line of a killed process is cut off.

        Raises ChainError (ChainBusyError while another process writes it) and OSError.
        """
        self.path = chain_path(folder, run)
        self.seq, self.head = 0, genesis(run)
        self.sealed = False
        """Whether its last line is a seal."""
        self._size = 0
        self._out = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "ab", buffering=0)
        try:
            self._take(run, each)
        except BaseException:
            self._out.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take(self, run: str, each: Callable[[int, Link], None]) -> None:
        try:
            fcntl.flock(self._out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ChainBusyError(f"{self.path.name}: another process is writing this archive") from error
        for read in read_chain(self.path, run):
            if read.wrong == TORN:
                break
            if read.wrong or read.line is None:
                raise ChainError(f"{self.path.name}, line {read.number}: {read.wrong}")
            each(read.number, read.line.link)
            self.seq, self.head, self.sealed = read.number, read.hash, isinstance(read.line.link, Seal)
            self._size += read.size
        os.truncate(self._out.fileno(), self._size)

    def append(self, link: Link) -> int:
        """Adds a line and hands it to the system; returns its number. Raises OSError."""
        raw, digest = written(Line(seq=self.seq + 1, prev=self.head, link=link))
        if self._out.write(raw) != len(raw):  # the disk is full
            os.truncate(self._out.fileno(), self._size)
            raise OSError(ENOSPC, os.strerror(ENOSPC), str(self.path))
        self._size += len(raw)
        self.seq, self.head, self.sealed = self.seq + 1, digest, isinstance(link, Seal)
        return self.seq

    def sync(self) -> None:
        """Makes it durable. Raises OSError."""
        os.fsync(self._out.fileno())

    def close(self) -> None:
        """Gives file and lock back."""
        self._out.close()
