"""Which findings a person confirmed, and by which record: nothing leaves the house on the machine's word alone."""

from __future__ import annotations

from index.records import Decisions

SILENT = frozenset({"assign", "note"})
"""Kinds of answers that leave the case as it is."""


def confirmed(records: Decisions) -> dict[str, str]:
    """Finding id, as it is now -> the record that confirms it ('u1-…:3': unit and version).

    The last answer about a finding counts; what was taken back counts no more. Answers are read for what is needed
    here only, so that those of other versions still count.
    """
    answers = [record for record in records.every("decision") if not record.removed]
    undone = {str(answer.value["undoes"]) for answer in answers if answer.value.get("undoes")}
    standing: dict[str, str] = {}
    for answer in answers:
        value = answer.value
        if value.get("id") in undone or value.get("kind") in {*SILENT, "undo"}:
            continue
        findings = value.get("finding_ids")
        for name in findings if isinstance(findings, list) else ():
            current = records.current_id(str(name))
            if value.get("kind") == "confirm":
                standing[current] = f"{answer.id}:{answer.version}"
            else:
                standing.pop(current, None)
    return standing
