"""The ledger (台账): one row per finding, one per target of a notice; numbers about decisions are counted from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from index.messages import text
from takedown.decision import DecisionKind, DismissReason
from takedown.lifecycle.outcome import Became
from takedown.notice import Basis, State
from takedown.reports.figures import Where

YES, NO, ANY = "yes", "no", "*"
OPEN = "open"
"""Decision of a finding that nobody answered."""
Conditions = tuple[tuple[str, str], ...]
FINDINGS = (
    "finding_id", "new", "verdict", "title", "marketplace", "url", "brand", "category", "violation", "first_seen",
    "last_seen", "unit", "decision", "reason", "decided_in", "decided_at", "decided_by", "notice", "state", "sent_at",
    "outcome",
)  # fmt: skip
"""Columns of the sheet of findings, in order."""
TARGETS = (
    "notice", "finding_id", "recipient", "basis", "state", "drafted_at", "sent_in", "sent_at", "receipt", "due_at",
    "outcome", "since", "title", "marketplace", "url",
)  # fmt: skip
COLUMNS = {"findings": FINDINGS, "targets": TARGETS}
_YES_NO = frozenset({YES, NO})
CODES: dict[str, frozenset[str]] = {
    "verdict": frozenset({"violation", "lead", "benign"}),
    "decision": frozenset({*get_args(DecisionKind), OPEN}),
    "reason": frozenset(get_args(DismissReason)),
    "basis": frozenset(get_args(Basis)),
    "state": frozenset(get_args(State)),
    "outcome": frozenset(get_args(Became)),
    **dict.fromkeys(("new", "decided_in", "sent_in"), _YES_NO),
}
"""Columns whose values are words of ours -> these; the reader sees them in their language."""
_WORDS = {
    "verdict": "export.verdict",
    "decision": "report.decision",
    "reason": "report.reason",
    "basis": "recipients.basis",
    "state": "notice.state",
    "outcome": "life.became",
}
TIMES = frozenset({"first_seen", "last_seen", "decided_at", "sent_at", "drafted_at", "due_at", "since"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row."""

    sheet: str
    """'findings' or 'targets'."""
    cells: tuple[str, ...]
    """In the order of `COLUMNS`; several values stand on lines of their own."""


def entry(sheet: str, given: Mapping[str, object]) -> Entry:
    """A row from its columns; those not given are empty."""
    return Entry(sheet=sheet, cells=tuple(_cell(given.get(name)) for name in COLUMNS[sheet]))


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, tuple | list):
        return "\n".join(str(one) for one in value)
    return "" if value is None else str(value)


def word(column: str, value: str, lang: str) -> str:
    """What the reader sees in a cell: our words in their language, all else as it stands."""
    return text(f"{_WORDS.get(column, 'report.word')}.{value}", lang) if value in CODES.get(column, ()) else value


def shown(where: Where, lang: str) -> str:
    """The condition in words: how the same rows are found in the workbook with a filter."""
    parts = []
    for column, value in where.conditions:
        kind = "any" if value == ANY else "one" if value.startswith("+") else "is"
        name, said = text(f"report.column.{column}", lang), word(column, value.removeprefix("+"), lang)
        parts.append(text(f"report.filter.{kind}", lang, column=name, value=said))
    sheet = text(f"report.sheet.{where.sheet}", lang)
    return text("report.filter.all", lang, sheet=sheet, conditions=("；" if lang == "zh" else "; ").join(parts))


def countable(row: Entry) -> Iterator[Conditions]:
    """Every set of conditions of the report's numbers that a row fulfils."""
    cells = dict(zip(COLUMNS[row.sheet], row.cells, strict=True))
    if row.sheet == "targets":
        if cells["sent_in"] == YES:
            sent = ("sent_in", YES)
            yield (sent,)
            yield sent, ("outcome", cells["outcome"])
        return
    if cells["new"] == YES:
        new, decision = ("new", YES), ("decision", cells["decision"])
        yield new, decision
        yield new, ("brand", cells["brand"]), decision
        for category in filter(None, cells["category"].split("\n")):
            yield new, ("category", f"+{category}"), decision
    if cells["decided_in"] == YES:
        decided = ("decided_in", YES), ("decision", cells["decision"])
        yield decided
        if cells["reason"]:
            yield *decided, ("reason", cells["reason"])
