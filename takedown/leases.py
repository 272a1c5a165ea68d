"""Who works on a unit right now, so that two analysts do not open the same one. A lease runs out by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from index.reading import read
from index.records import Decisions, Entry, Record
from index.times import utc

LASTS = timedelta(minutes=30)
SKEW = timedelta(minutes=5)
"""By how much clocks of two machines may differ. A lease from further in the future was taken by a clock that was
wrong: it holds nobody off, or it would do so for years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One version: taken, or given back."""

    taken_at: str
    until: str
    """Equal to `taken_at` once it was given back."""
    evidence: str = ""
    """What was shown (`takedown.material.evidence_hash`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lease that counts now."""

    by: str
    until: str
    version: int
    evidence: str


def holder(record: Record | None, now: datetime) -> Held | None:
    """Who holds it; None where nobody does. Raises ReadError."""
    if record is None:
        return None
    lease = read(Lease, record.value, f"lease {record.id}")
    taken, until = datetime.fromisoformat(lease.taken_at), datetime.fromisoformat(lease.until)
    if now >= until or taken > now + SKEW or until - taken > LASTS:
        return None
    return Held(by=record.by, until=lease.until, version=record.version, evidence=lease.evidence)


def holders(records: Decisions, now: datetime) -> dict[str, Held]:
    """Unit -> who holds it now."""
    newest = {record.id: record for record in records.every("lease")}
    found = {name: holder(record, now) for name, record in newest.items()}
    return {name: held for name, held in found.items() if held is not None}


def take(records: Decisions, unit: str, *, by: str, now: datetime, evidence: str) -> Held | None:
    """Takes the unit, or takes it anew for whoever holds it; None where somebody else has it.

    Raises Overtaken when somebody else took it in this very moment.
    """
    last = records.latest("lease", unit)
    held = holder(last, now)
    if held is not None and held.by != by:
        return None
    lease = Lease(taken_at=utc(now), until=utc(now + LASTS), evidence=evidence)
    version = last.version if last else 0
    records.append("lease", unit, lease, at=utc(now), by=by, after=version)
    return Held(by=by, until=lease.until, version=version + 1, evidence=evidence)


def given_back(unit: str, held: Held, *, at: str) -> Entry:
    """What is written together with the answer: the unit is free again."""
    return Entry(kind="lease", id=unit, value=Lease(taken_at=at, until=at), after=held.version)
