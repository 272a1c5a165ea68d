"""What people decided and did, as records: append-only, chained, and apart from the index.

The types of the values live in `takedown`; here they are JSON by kind and id. One protocol, so that a team's
records can lie elsewhere than in a file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Literal, Protocol

RecordKind = Literal[
    "decision",  # id: a unit; each version is one answer
    "lease",  # id: a unit; who works on it, until when
    "cut",  # id: two findings or listings that somebody took apart
    "allowed",  # id: what is no case any more, with reason and expiry
    "notice",  # id: a notice; each version is its content
    "step",  # id: a notice; each version is one step of its life
    "paper",  # id: a licence, mark or authorisation
    "ask",  # id: a recipient; each version is something it asked back
    "hold",  # id: what may not be deleted
    "removal",  # id: what was deleted by a rule or on demand, and why
    "replaced",  # id: `seq` of an emptied record, or one that is to be; what it says without the person
    "alias",  # id: a former id; what it is called now
    "audit",  # what was done beside all these: exports, looks at secrets, settings
]


class Overtaken(ValueError):  # noqa: N818 - what happened
    """Somebody else added a version since this one was read; nothing was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One version to add."""

    kind: RecordKind
    id: str
    value: object
    """A domain object, stored as JSON."""
    after: int = 0
    """Version it follows; 0 where there is none yet."""
    about: tuple[str, ...] = ()
    """Ids of findings it concerns: `Decisions.about` finds it by these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One version of one record."""

    seq: int
    """Place in the order in which things were done."""
    kind: RecordKind
    id: str
    version: int
    """1 for the first."""
    at: str
    by: str
    """Account name of the person, or 'copycatch' where the program itself did it."""
    value: dict[str, object] = field(default_factory=dict)
    """The object as JSON."""
    about: tuple[str, ...] = ()
    """Sorted."""
    sha256: str = ""
    """Of the stored JSON; stays when the JSON is removed."""
    chain: str = ""
    """`link` of this record and the one before it; empty in records older than the chain."""
    removed: bool = False
    """Whether the content was removed, on a person's demand or by a rule; a 'removal' says why. `value` is then what a
    'replaced' says in its place; empty where none does."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """One version as it is stored, to be carried into another store unchanged."""

    record: Record
    body: str
    """The very JSON that `record.sha256` is of; empty where it was removed."""

    @property
    def holds(self) -> bool:
        """Whether the content is what it was when it was written."""
        if self.record.removed or not self.record.chain:
            return True
        return sha256(self.body.encode()).hexdigest() == self.record.sha256


def link(before: str, record: Record) -> str:
    """The chain after `record`, where it was `before`: nobody changes, drops or swaps one without all later ones."""
    said = [before, record.seq, record.kind, record.id, record.version, record.at, record.by, record.about]
    return sha256(json.dumps([*said, record.sha256], ensure_ascii=True).encode()).hexdigest()


def record_of(entry: Entry, body: str, *, seq: int, at: str, by: str, before: str) -> Record:
    """The record that an entry becomes, in the chain after `before`; `body` is its value as JSON."""
    record = Record(
        seq=seq,
        kind=entry.kind,
        id=entry.id,
        version=entry.after + 1,
        at=at,
        by=by,
        value=json.loads(body),
        about=tuple(sorted(set(entry.about))),
        sha256=sha256(body.encode()).hexdigest(),
    )
    return replace(record, chain=link(before, record))


class Decisions(Protocol):
    """The store of records. One object per thread; many processes at once."""

    def append(
        self,
        kind: RecordKind,
        record_id: str,
        value: object,
        *,
        at: str,
        by: str,
        about: Iterable[str] = (),
        after: int = 0,
    ) -> Record:
        """`append_all` of one entry."""
        entry = Entry(kind=kind, id=record_id, value=value, after=after, about=tuple(about))
        return self.append_all([entry], at=at, by=by)[0]

    def append_all(
        self,
        entries: Sequence[Entry],
        *,
        at: str,
        by: str,
        unmoved: Mapping[tuple[RecordKind, str], int] | None = None,
    ) -> list[Record]:
        """Adds all entries in one transaction, or none. `unmoved` names records that must still stand at a version.

        They survive a power cut once this returns. Raises Overtaken and IndexUnavailable.
        """

    def latest(self, kind: RecordKind, record_id: str) -> Record | None:
        """The newest version."""

    def versions(self, kind: RecordKind, record_id: str) -> list[Record]:
        """All versions, oldest first."""

    def about(self, finding_id: str) -> list[Record]:
        """All records about a finding, under this id or one that became it; oldest first."""

    def every(self, kind: RecordKind | None = None) -> Iterator[Record]:
        """All versions of all records of a kind (or of all kinds), oldest first, in constant memory."""

    def remove(self, records: Sequence[int], *, at: str, by: str, reason: str, what: str) -> Record:
        """Empties the content of records (by `seq`), for good; a 'removal' says which, when, why and by whom.

        `what` names whose data went, in words that are no personal data themselves. Ids, times, names of accounts and
        hashes stay, and so does the chain. The newest version of a record cannot go unless something stands in its
        place: write a newer one, or a 'replaced', without the person first. Raises ValueError for that, for a removal,
        and for a record older than the chain.
        """

    def alias(self, old_id: str, new_id: str, *, at: str, by: str, reason: str) -> None:
        """Says that what was `old_id` is `new_id` from now on. Raises ValueError for a circle or a second new id."""

    def current_id(self, any_id: str) -> str:
        """The id that is used now for what this id named."""

    def tip(self) -> tuple[int, str]:
        """`seq` and `chain` of the last record; 0 and '' where there is none."""

    def sealed(self, *, after: int = 0) -> Iterator[Sealed]:
        """All records after that `seq` as they are stored, oldest first, in constant memory."""

    def adopt(self, sealed: Sequence[Sealed], *, before: tuple[int, str]) -> None:
        """Adds records of another store as they are, after the `tip` that is `before`.

        In steps, each of which comes whole or not at all: who is stopped goes on after the tip. Raises Overtaken where
        the store does not stand there, and IndexUnavailable.
        """

    def follow_removals(self, sealed: Sequence[Sealed]) -> None:
        """Empties records of this store that were emptied where they came from. Their 'removal' must be here."""

    def close(self) -> None:
        """Releases the store."""
