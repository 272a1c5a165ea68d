"""Other notices to the same recipient that name the same listings: who asks twice should know it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from index.reading import read
from index.records import Decisions, Record
from takedown.notice import Notice, State, Step

GONE = frozenset({"withdrawn"})
"""States in which a notice asks for nothing any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedBefore:
    """Another notice, as far as it names the same."""

    notice: str
    at: str
    """Of its newest step."""
    state: State
    receipts: frozenset[str]
    """The recipient's numbers for it."""
    listings: frozenset[str]
    """Of its targets, those that both name."""


def named_before(records: Decisions, notice: Notice) -> tuple[NamedBefore, ...]:
    """Those drafted before this one, newest first. Reads each notice once. Raises ReadError."""
    ours = frozenset(target.listing_id for target in notice.content.targets)
    return tuple(_before(records, notice, ours))[::-1]


def _before(records: Decisions, notice: Notice, ours: frozenset[str]) -> Iterator[NamedBefore]:
    for name in [step.id for step in records.every("step") if step.version == 1]:
        if name == notice.id:
            return  # in the order in which they were drafted
        content = records.latest("notice", name)
        said: dict[str, Any] = content.value if content is not None else {}
        if said.get("recipient") != notice.content.recipient:
            continue
        both = ours.intersection(target["listing_id"] for target in said["targets"])
        if both and (before := _standing(name, records.versions("step", name), both)):
            yield before


def _standing(name: str, records: list[Record], both: frozenset[str]) -> NamedBefore | None:
    steps = [read(Step, record.value, f"notice {name}, step {record.version}") for record in records if record.value]
    if not steps or steps[-1].state in GONE:
        return None
    receipts = frozenset(step.receipt for step in steps if step.receipt)
    return NamedBefore(notice=name, at=steps[-1].at, state=steps[-1].state, receipts=receipts, listings=both)
