"""The outcome of an import as the same sheet with columns added: CSV stays CSV, a workbook stays one."""

from __future__ import annotations

import csv
import io
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from crawler.supplied.brought import Brought, Kept, Outcome
from index.messages import t
from takedown.cells import cell, literal

COLUMNS = ("outcome", "note", "id", "verdict", "decision")
"""Added behind the columns that were there."""
OF_PAGES = ("place", "title", "url")
"""What stands for the row where the file was no sheet."""


class Report:
    """Writes beside the target and takes its name at the end, so that a broken run leaves no half of a report."""

    def __init__(self, target: Path, *, sheet: bool) -> None:
        """`sheet`: the file was one, and its rows are repeated. The target's suffix decides between workbook and CSV.

        Raises OSError.
        """
        self.target, self._sheet = target, sheet
        self._half = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        out = os.fdopen(os.open(self._half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._rows: _Rows = _Workbook(out) if target.suffix.lower() == ".xlsx" else _Csv(out)
        self._headed: set[str] = set()
        self._width: dict[str, int] = {}

    def kept(self, row: Kept) -> None:
        """A row above the table, or its headings."""
        added = [t(f"intake.column.{name}") for name in COLUMNS] if row.heading else []
        if row.heading:
            self._headed.add(row.sheet)
            self._width[row.sheet] = len(row.cells)
        self._rows.write(row.sheet, [*row.cells, *added])

    def row(self, brought: Brought, outcome: Outcome) -> None:
        """One thing and what became of it."""
        cells = brought.cells if self._sheet else _of_page(brought)
        if brought.sheet not in self._headed:
            self._headed.add(brought.sheet)
            names = [""] * len(cells) if self._sheet else [t(f"intake.column.{name}") for name in OF_PAGES]
            self.kept(Kept(sheet=brought.sheet, cells=tuple(names), heading=True))
        width = self._width.get(brought.sheet, len(cells))
        filled = [*cells, *[""] * (width - len(cells))]
        self._rows.write(brought.sheet, [*filled, *said(outcome)])

    def close(self, *, whole: bool) -> Path | None:
        """The finished file, under a name that nobody had; None, and nothing is left, where the run broke off."""
        try:
            self._rows.close()
            return _named(self._half, self.target) if whole else None
        finally:
            with suppress(FileNotFoundError):
                self._half.unlink()


def said(outcome: Outcome) -> list[str]:
    """The added cells."""
    verdict = t(f"export.verdict.{outcome.verdict}") if outcome.verdict else ""
    decision = t(f"intake.decision.{outcome.decision}") if outcome.decision else ""
    return [t(f"intake.outcome.{outcome.state}"), outcome.note, outcome.id or "", verdict, decision]


def _of_page(brought: Brought) -> tuple[str, ...]:
    listing = brought.listing
    return (brought.place, listing.title if listing else "", listing.url if listing else "")


def _named(half: Path, target: Path) -> Path:
    """Gives the file its name; where that is taken, one with a number. People write into such files."""
    for turn in range(1, 1000):
        name = target if turn == 1 else target.with_name(f"{target.stem}-{turn}{target.suffix}")
        try:
            os.link(half, name)
        except FileExistsError:
            continue
        except OSError:  # a file system without links
            if name.exists():
                continue
            half.replace(name)
        return name
    raise FileExistsError(f"{target}: taken, and so are 999 names like it")


class _Rows(Protocol):
    def write(self, sheet: str, cells: Sequence[str]) -> None: ...
    def close(self) -> None: ...


class _Csv:
    """UTF-8 with its mark, as spreadsheet programs expect."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = io.TextIOWrapper(out, encoding="utf-8-sig", errors="replace", newline="")
        self._writer = csv.writer(self._out)

    def write(self, sheet: str, cells: Sequence[str]) -> None:  # noqa: ARG002 - CSV has one
        self._writer.writerow([cell(text) for text in cells])

    def close(self) -> None:
        self._out.close()


class _Workbook:
    """Written row by row; a sheet for each that was there."""

    def __init__(self, out: BinaryIO) -> None:
        from openpyxl import Workbook  # noqa: PLC0415 - slow to load; only workbooks need it

        self._out = out
        self._book = Workbook(write_only=True)
        self._sheets: dict[str, Any] = {}

    def write(self, sheet: str, cells: Sequence[str]) -> None:
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - as above

        if sheet not in self._sheets:
            self._sheets[sheet] = self._book.create_sheet(_title(sheet, len(self._sheets) + 1))
        opened, row = self._sheets[sheet], []
        for text in cells:
            made = WriteOnlyCell(opened, literal(str(cell(text))))
            made.data_type = "s"  # never a formula, whatever it begins with
            row.append(made)
        opened.append(row)

    def close(self) -> None:
        if not self._sheets:
            self._book.create_sheet("1")
        self._book.save(self._out)
        self._out.close()


def _title(sheet: str, number: int) -> str:
    kept = "".join(letter for letter in sheet if letter.isprintable() and letter not in "[]:*?/\\'")[:31]
    return kept.strip() or str(number)
