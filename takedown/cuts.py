"""What people took apart: two findings of a unit, two listings of a group, or a value that ties nobody together.

A cut stays until somebody mends it, whatever later crawls find. The record's id is the pair, so that two people who cut
the same pair at once make one cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from index.messages import t
from index.reading import read
from index.records import Decisions, Entry, Record

Of = Literal["finding", "listing", "tie"]
Pair = tuple[str, str]
"""In order of text, so that each pair is one value."""

ALL = "*"
"""The other side of a tie key that joins nobody any more."""


class CutError(ValueError):
    """What was asked cannot be cut; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """One version of a cut."""

    a: str
    b: str
    of: Of
    """'finding', 'listing': both sides are ids of these. 'tie': one side is a tie key ('contact:qq:123'), the other the
    listing that it does not tie, or `ALL`."""
    reason: str
    stands: bool = True
    """False once it was mended."""

    def __post_init__(self) -> None:
        """Raises ValueError for a cut that says nothing."""
        if not (self.a and self.b and self.a != self.b):
            raise ValueError("a cut needs two sides")
        if not self.reason.strip():
            raise ValueError("a cut needs a reason")


def pair(a: str, b: str) -> Pair:
    """Both ids in order."""
    return (a, b) if a <= b else (b, a)


def cut(records: Decisions, a: str, b: str, *, kind_of: Of, at: str, by: str, reason: str) -> Record:
    """Takes `a` and `b` apart; what is apart already stays as it was said first.

    Raises CutError without a reason or for one side alone, Overtaken when somebody else was faster.
    """
    made = cut_all(records, [(a, b)], kind_of=kind_of, at=at, by=by, reason=reason)
    known = made[0] if made else records.latest("cut", _name(*_now(records, a, b)))
    assert known is not None  # noqa: S101 - for the type checker: it was made, or was there
    return known


def cut_all(records: Decisions, pairs: Iterable[Pair], *, kind_of: Of, at: str, by: str, reason: str) -> list[Record]:
    """The same of several pairs, all or none; returns those that were not apart before."""
    if not reason.strip():
        raise CutError(t("groups.no_reason"))
    entries = []
    for a, b in dict.fromkeys(_now(records, *each) for each in pairs):
        if a == b or not a:
            raise CutError(t("groups.one_side"))
        known = records.latest("cut", _name(a, b))
        if known is None or not read(Cut, known.value, f"cut {known.id}").stands:
            entries.append(_entry(Cut(a=a, b=b, of=kind_of, reason=reason), known))
    return records.append_all(entries, at=at, by=by) if entries else []


def mend(records: Decisions, a: str, b: str, *, at: str, by: str, reason: str) -> Record:
    """Takes a cut back. Raises CutError where there is none or no reason, Overtaken."""
    if not reason.strip():
        raise CutError(t("groups.no_reason"))
    wanted = _now(records, a, b)
    held = next((one for one in standing_cuts(records) if _now(records, one.a, one.b) == wanted), None)
    if held is None:
        raise CutError(t("groups.not_cut", a=wanted[0], b=wanted[1]))
    known = records.latest("cut", _name(held.a, held.b))
    return records.append_all([_entry(replace(held, reason=reason, stands=False), known)], at=at, by=by)[0]


def cuts(records: Decisions) -> frozenset[Pair]:
    """The pairs that are apart now, under the ids that are used now."""
    return frozenset(_now(records, one.a, one.b) for one in standing_cuts(records))


def standing_cuts(records: Decisions) -> Iterator[Cut]:
    """The cuts that stand, in the order in which they were made."""
    newest = {record.id: record for record in records.every("cut")}
    read_all = (read(Cut, record.value, f"cut {record.id}") for record in newest.values())
    return (one for one in read_all if one.stands)


def _now(records: Decisions, a: str, b: str) -> Pair:
    return pair(records.current_id(a), records.current_id(b))


def _name(a: str, b: str) -> str:
    return f"{a}|{b}"


def _entry(said: Cut, known: Record | None) -> Entry:
    about = tuple(side for side in (said.a, said.b) if side.startswith("f"))
    after = known.version if known else 0
    return Entry(kind="cut", id=_name(said.a, said.b), value=said, about=about, after=after)
