"""Carrying what people decided: record by record, in the order and with the chain in which they were made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest

from index.messages import t
from index.records import Decisions, Sealed, link
from index.transfer.rows import batches


class Foreign(ValueError):  # noqa: N818 - what was found
    """The target holds decisions that the source does not have, or the source is damaged: nothing was carried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What became of the records."""

    source: int
    target: int
    written: int
    chain: str
    """The last link, the same in both: over every record before it."""


def carry(source: Decisions, target: Decisions, tell: Callable[[int], None] = lambda _: None) -> Carried:
    """Adds the records that the target lacks and empties those that were removed; then compares both whole.

    Raises Foreign, Overtaken where somebody writes into the target meanwhile, and IndexUnavailable.
    """
    number, chain = target.tip()
    emptied = list(_emptied(source, target))
    written = 0
    for some in batches(_sound(source, number)):
        target.adopt(some, before=(number, chain))
        number, chain = some[-1].record.seq, some[-1].record.chain
        written += len(some)
        tell(number)
    if emptied:
        target.follow_removals(emptied)
    count = _proven(source, target, until=number)
    return Carried(source=source.tip()[0], target=count, written=written, chain=chain)


def check(source: Decisions, target: Decisions) -> None:
    """Raises Foreign unless all that the target has is how the source begins."""
    for _ in _emptied(source, target):
        pass


def _emptied(source: Decisions, target: Decisions) -> Iterator[Sealed]:
    """Records of the target whose content was removed in the source; all others have to be the same."""
    last = target.tip()[0]
    for ours, theirs in zip_longest(_until(source, last), target.sealed()):
        if ours != theirs:
            if ours is None or theirs is None or not _same_but_emptied(ours, theirs):
                found = theirs or ours
                raise Foreign(t("transfer.foreign", seq=found.record.seq if found else last))
            yield ours


def _same_but_emptied(ours: Sealed, theirs: Sealed) -> bool:
    return ours.record.removed and replace(theirs.record, value={}, removed=True) == ours.record


def _until(source: Decisions, last: int) -> Iterator[Sealed]:
    for one in source.sealed():
        if one.record.seq > last:
            return
        yield one


def _sound(source: Decisions, after: int) -> Iterator[Sealed]:
    """Records to carry; damage is never carried on."""
    for one in source.sealed(after=after):
        if not one.holds:
            raise Foreign(t("transfer.damaged", seq=one.record.seq))
        yield one


def _proven(source: Decisions, target: Decisions, *, until: int) -> int:
    """How many records the target has, after comparing each and the chain over all of them."""
    count, before = 0, ""
    for ours, theirs in zip_longest(_until(source, until), _until(target, until)):
        if ours != theirs or theirs is None:
            raise Foreign(t("transfer.foreign", seq=count + 1))
        record = theirs.record
        if record.chain and record.chain != link(before, record):
            raise Foreign(t("transfer.damaged", seq=record.seq))
        before, count = record.chain, count + 1
    return count
