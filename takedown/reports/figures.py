"""What a report says: tables of numbers, each with the query behind it, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from index.messages import text


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Words in both languages."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        """In 'zh' or 'en'."""
        return self.zh if lang == "zh" else self.en


def said(message: str, /, **values: object) -> Said:
    """A text of the catalogue, by its id without 'report.'."""
    return Said(zh=text(f"report.{message}", "zh", **values), en=text(f"report.{message}", "en", **values))


def worded(message: str) -> Said:
    """A text of the catalogue, by its whole id; the id itself where an older version named it otherwise."""
    try:
        return Said(zh=text(message, "zh"), en=text(message, "en"))
    except (KeyError, FileNotFoundError):
        return same(message)


def within(message: str, inner: Said) -> Said:
    """The same with `inner` for its '{what}'."""
    return Said(zh=text(f"report.{message}", "zh", what=inner.zh), en=text(f"report.{message}", "en", what=inner.en))


def same(words: str) -> Said:
    """A name that is the same in every language."""
    return Said(zh=words, en=words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Which rows of a ledger are counted: those of which every condition holds."""

    sheet: Literal["findings", "targets"]
    conditions: tuple[tuple[str, str], ...]
    """Column -> the value that stands there. '+x': x is one of the lines in the cell; '*': anything does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number and where it comes from: exactly one of `search`, `where` and `command`."""

    value: int | float | None
    """None: not measured (未测得)."""
    least: int = 0
    """Where it was not measured: what was met all the same."""
    search: str = ""
    """Query of `copycatch search`."""
    kind: Literal["findings", "listings"] = "findings"
    where: Where | None = None
    command: str = ""
    """What prints it."""
    unit: Literal["", "hours", "share"] = ""
    of: int = 0
    """Of how many; for shares and medians."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: words or a number."""

    words: Said | None = None
    number: Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table."""

    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table."""

    head: tuple[str, ...]
    """Message ids without 'report.column.'."""
    widths: tuple[float, ...]
    """Shares of the width; they add up to 1."""
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of a report."""

    title: Said
    notes: tuple[Said, ...] = ()
    """Above the table."""
    table: Table | None = None


def row(*cells: Said | Number) -> Row:
    """One line, from words and numbers."""
    return Row(cells=tuple(Cell(words=one) if isinstance(one, Said) else Cell(number=one) for one in cells))
