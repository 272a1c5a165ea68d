"""Deleting a person's data from records: what names them is blotted out, and a removal says so; the chain stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from index.records import Decisions, Record
from index.redacting import Redaction
from takedown.retention import instead

UNTOUCHED = frozenset({"removal", "replaced", "alias"})
"""Kinds that hold no words about others, or stand for a record that is looked at itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Records that name the person."""

    seqs: tuple[int, ...] = ()
    bound: tuple[str, ...] = ()
    """Notices that stay as they are, since they are held or open."""
    unchained: int = 0
    """Records that are older than the chain, and cannot be emptied."""


def naming(records: Decisions, redaction: Redaction, bound: set[str]) -> Found:
    """What names the person, in constant memory but for the numbers."""
    seqs, kept, unchained = [], set(), 0
    for record in _saying(records, redaction):
        if record.kind in {"notice", "step"} and record.id in bound:
            kept.add(record.id)
        elif not record.chain:
            unchained += 1
        else:
            seqs.append(record.seq)
    return Found(seqs=tuple(seqs), bound=tuple(sorted(kept)), unchained=unchained)


def forget(
    records: Decisions, redaction: Redaction, bound: set[str], *, at: str, by: str, reason: str, what: str
) -> Record:
    """Blots the words out of all records that may be touched; returns the removal. Whoever was stopped runs it again.

    Raises Overtaken.
    """
    wanted = set(naming(records, redaction, bound).seqs)
    gone = []
    for record in _saying(records, redaction):
        if record.seq in wanted:
            records.append_all([instead(records, record, redaction.value(record.value))], at=at, by=by)
            gone.append(record.seq)
    older = [
        record.seq
        for record in records.every("replaced")
        if not record.removed and redaction.found(record.value) and record.id in set(map(str, wanted))
    ]
    return records.remove([*gone, *older], at=at, by=by, reason=reason, what=what)


def _saying(records: Decisions, redaction: Redaction) -> Iterator[Record]:
    return (one for one in records.every() if one.kind not in UNTOUCHED and redaction.found(one.value))
