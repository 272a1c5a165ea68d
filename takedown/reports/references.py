"""Numbers get a mark each ('N12') in the order in which they stand; numbers of one query share it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass

from index.messages import text
from takedown.reports.figures import Number, Section
from takedown.reports.ledger import shown

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Where a number comes from."""

    mark: str
    section: str
    what: str
    """Of the first number that has it: its row and column."""
    value: str
    source: str
    """The command that gives it, or which rows of the ledger it counts."""


def key(number: Number) -> Key:
    """What makes two numbers one; medians and shares of one command are told apart by their place."""
    return number.search, number.kind, number.where, number.command


def source(number: Number, lang: str) -> str:
    """Where it comes from, in words that can be followed."""
    if number.search:
        kind = "" if number.kind == "findings" else f" --kind {number.kind}"
        return f"copycatch search {shlex.quote(number.search)}{kind}"
    return shown(number.where, lang) if number.where else number.command


def value(number: Number, lang: str) -> str:
    """The number as it is printed. What was not measured is never 0."""
    if number.value is None:
        least = text("report.at_least", lang, count=number.least) if number.least else ""
        return text("report.not_measured", lang) + least
    if number.unit == "share":
        return f"{number.value:.0%}"
    if number.unit == "hours":
        days = number.value >= 72
        return text("report.days" if days else "report.hours", lang, number=f"{number.value / (24 if days else 1):.1f}")
    return f"{number.value:,}"


def references(sections: Iterable[Section], lang: str) -> dict[Key, Reference]:
    """All of them, in order."""
    found: dict[Key, Reference] = {}
    for section in sections:
        for row in section.table.rows if section.table else ():
            label = row.cells[0].words
            for column, cell in enumerate(row.cells):
                if cell.number is None or key(cell.number) in found:
                    continue
                assert section.table is not None  # noqa: S101 - it has rows
                name = text(f"report.column.{section.table.head[column]}", lang)
                found[key(cell.number)] = Reference(
                    mark=f"N{len(found) + 1}",
                    section=section.title.of(lang),
                    what=f"{label.of(lang) if label else ''} · {name}",
                    value=value(cell.number, lang),
                    source=source(cell.number, lang),
                )
    return found
