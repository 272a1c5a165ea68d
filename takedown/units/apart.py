"""Taking members out of a unit, for good: what was joined wrongly stays apart whatever later crawls find."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from index.reading import read
from index.records import Decisions, Entry
from takedown.cuts import Cut, pair, standing_cuts


def cut_out(
    records: Decisions, members: Collection[str], out: Collection[str], *, at: str, by: str, reason: str
) -> int:
    """Cuts each of `out` from each of the other `members`, in one transaction; those cut out may stay together.

    Returns how many pairs were not apart before. Raises Overtaken when somebody else was faster.
    """
    entries = []
    for one in dict.fromkeys(out):
        for other in members:
            if other in out:
                continue
            a, b = pair(one, other)
            known = records.latest("cut", f"{a}|{b}")
            if known is not None and read(Cut, known.value, f"cut {known.id}").stands:
                continue
            said = Cut(a=a, b=b, of="finding", reason=reason)
            after = known.version if known else 0
            entries.append(Entry(kind="cut", id=f"{a}|{b}", value=said, after=after, about=(a, b)))
    if entries:
        records.append_all(entries, at=at, by=by)
    return len(entries)


def put_back(records: Decisions, findings: Collection[str], *, at: str, by: str, reason: str) -> int:
    """Takes all cuts of these findings back, in one transaction. Returns how many there were. Raises Overtaken."""
    entries = []
    for one in standing_cuts(records):
        if one.of == "finding" and not {one.a, one.b}.isdisjoint(findings):
            name = f"{one.a}|{one.b}"
            known = records.latest("cut", name)
            said = replace(one, reason=reason, stands=False)
            entries.append(
                Entry(kind="cut", id=name, value=said, after=known.version if known else 0, about=(one.a, one.b))
            )
    if entries:
        records.append_all(entries, at=at, by=by)
    return len(entries)
