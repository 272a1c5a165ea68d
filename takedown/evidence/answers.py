"""What people decided about the targets: who is left out, when and in which place of the chained store is kept."""

from __future__ import annotations

import json
from collections.abc import Iterable

from index.records import Decisions, Record

TOLD = ("kind", "reason", "until", "fact", "evidence", "undoes")
"""Fields of an answer that are no person's data and no free words."""


def answers(findings: Iterable[str], decisions: Decisions) -> bytes:
    """One line of JSON for each record about them, in the order in which they were written; empty where none is.

    `sha256` and `chain` are those of the whole record in the store, which can be shown when it is asked for.
    """
    wanted = set(findings)
    found: dict[int, Record] = {}
    for name in sorted(wanted):
        found.update({record.seq: record for record in decisions.about(name) if record.kind == "decision"})
    people: dict[str, str] = {}
    return b"".join(_line(found[seq], wanted, people) for seq in sorted(found))


def _line(record: Record, wanted: set[str], people: dict[str, str]) -> bytes:
    value = record.value
    named = value.get("finding_ids")
    said = {
        "seq": record.seq,
        "id": record.id,
        "version": record.version,
        "at": record.at,
        "by": people.setdefault(record.by, f"person {len(people) + 1}"),
        "finding_ids": sorted(wanted & {str(name) for name in named}) if isinstance(named, list) else [],
        **{name: value[name] for name in TOLD if value.get(name) not in (None, "")},
        "names_left_out": True,
        "sha256": record.sha256,
        "chain": record.chain,
    }
    return json.dumps(said).encode() + b"\n"
