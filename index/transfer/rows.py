"""Carrying a whole index from one engine to the other, in rows that are the same for both.

Nothing about the progress is kept anywhere: each row of the source is compared with the row that the target has under
the same key, and written where it is missing or different; what was written is read back at once, and that is the
proof. Who was killed simply starts again; who has finished finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from typing import Any, Literal, Protocol, TypeVar, get_args

import msgspec

Store = Literal[
    "pictures", "fingerprints", "samples", "listings", "findings", "history", "observations", "views", "supplied",
    "runs",
]  # fmt: skip
STORES: tuple[Store, ...] = get_args(Store)
"""In the order in which they are carried. Findings hold the texts of their listing, which is there first."""
BATCH = 500
PASSES = 3
"""Of a source that is written meanwhile, what came in is carried as well; after so many passes it is said."""
T = TypeVar("T")
Key = tuple[str | int, ...]
_KEPT: frozenset[Store] = frozenset({"fingerprints", "history", "observations", "supplied"})
"""What is only ever added: a row that differs is never replaced."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a store."""

    key: Key
    """What names it in every engine: ids, a place in an order, or an address."""
    value: Mapping[str, Any]
    """All that is carried, as JSON-like values."""
    beside: Mapping[str, Any] = field(default_factory=dict)
    """What follows from rows of other stores and saves the target looking it up; not compared."""

    @property
    def digest(self) -> int:
        """128 bits of the value, in whatever order an engine keeps its parts."""
        said = msgspec.json.encode(self.value, order="sorted")
        return int.from_bytes(blake2b(said, digest_size=16).digest())


class Transfer(Protocol):
    """An index as rows. Raises IndexUnavailable."""

    def stamp(self) -> int | None:
        """Something that differs after anybody else has written, or None where that cannot be told."""

    def size(self, store: Store) -> int:
        """How many rows there are; everything written before counts."""

    def rows(self, store: Store) -> Iterator[Row]:
        """All rows, in constant memory; others may write meanwhile."""

    def fetch(self, store: Store, keys: Sequence[Key]) -> dict[Key, Row]:
        """The rows of these keys that are there, without `beside`."""

    def write(self, store: Store, rows: Sequence[Row], known: Collection[Key]) -> None:
        """Writes rows; those of `known` keys in place of what stands there, with the texts of a listing's findings."""

    def close(self) -> None:
        """Releases the index."""


@dataclass(slots=True)
class Carried:
    """What became of one store."""

    store: Store
    source: int = 0
    """Rows of the source in the last pass."""
    target: int = 0
    """Rows of the target afterwards."""
    written: int = 0
    missing: int = 0
    """Rows that the target still lacks: the source was written all the time."""
    different: int = 0
    """Rows that stand otherwise in the target, and are newer there or never replaced: left as they are."""
    source_sum: int = 0
    target_sum: int = 0
    """Sums of the digests of the rows, and of those that the target has under the same keys."""

    @property
    def own(self) -> int:
        """Rows of the target that the source does not have."""
        return self.target - (self.source - self.missing)

    @property
    def same(self) -> bool:
        """Whether target and source hold the same."""
        return not (self.missing or self.different or self.own) and self.source_sum == self.target_sum


Tell = Callable[[Carried], None]


def carry(source: Transfer, target: Transfer, tell: Tell = lambda _: None) -> list[Carried]:
    """Carries all stores and compares them row by row. `tell` hears of progress."""
    found = []
    for store in STORES:
        one = Carried(store)
        empty = target.size(store) == 0
        for _ in range(PASSES):
            wrote, stamp = one.written, source.stamp()
            _pass(source, target, one, tell, empty=empty)
            if one.written == wrote or (stamp is not None and stamp == source.stamp()):
                break  # everything was compared, and nothing came in meanwhile
            empty = False
        else:
            unseen = max(0, source.size(store) - one.source)  # it was written all the time
            one.source, one.missing = one.source + unseen, one.missing + unseen
        one.target = target.size(store)
        found.append(one)
    return found


def _pass(source: Transfer, target: Transfer, one: Carried, tell: Tell, *, empty: bool) -> None:
    """Compares every row, writes what is missing or older, and compares that again."""
    one.source = one.missing = one.different = one.source_sum = one.target_sum = 0
    for rows in batches(source.rows(one.store)):
        there = {} if empty else target.fetch(one.store, [row.key for row in rows])
        if wanted := [row for row in rows if _lacks(one.store, row, there.get(row.key))]:
            target.write(one.store, wanted, there.keys())
            there |= target.fetch(one.store, [row.key for row in wanted])
            one.written += len(wanted)
        for row in rows:
            _compare(one, row, there.get(row.key))
        tell(one)


def _compare(one: Carried, row: Row, other: Row | None) -> None:
    mine = theirs = row.digest
    if other is None or other.value != row.value:
        theirs = other.digest if other else 0
    one.source, one.missing = one.source + 1, one.missing + (other is None)
    one.different += other is not None and mine != theirs
    one.source_sum, one.target_sum = one.source_sum + mine, one.target_sum + theirs


def batches(rows: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """The rows, so many at once."""
    walk = iter(rows)
    while some := list(islice(walk, size)):
        yield some


def _lacks(store: Store, row: Row, other: Row | None) -> bool:
    """Whether a row is to be written. It takes the place of one that differs only where nothing newer is lost."""
    if other is None or other.value == row.value:
        return other is None
    return store not in _KEPT and _moment(store, row) >= _moment(store, other)


def _moment(store: Store, row: Row) -> str:
    if store == "runs":
        return row.value["body"].get("finished_at") or ""
    return str(row.value.get("last_seen", ""))
