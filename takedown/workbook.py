"""Workbooks of hostile text: cells that are never formulas, rows written one at a time, the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from takedown.cells import Cell, cell, literal
from takedown.letters.sheets import Sheet
from takedown.zips import settle


def workbook(sheets: Iterable[Sheet], at: str) -> bytes:
    """`save` into memory."""
    out = BytesIO()
    save(sheets, at, out)
    return out.getvalue()


def save(sheets: Iterable[Sheet], at: str, out: BinaryIO) -> None:
    """All tables, each on a sheet of its own; in constant memory. `at`: when it says it was made."""
    book = Workbook(write_only=True)
    for each in sheets:
        sheet: Any = book.create_sheet(each.name[:31])
        sheet.freeze_panes = "A2"
        for number, width in enumerate(each.widths, 1):
            sheet.column_dimensions[get_column_letter(number)].width = width
        sheet.append(each.head)
        for row in each.rows():
            sheet.append(list(safe(sheet, map(cell, row))))
    with TemporaryFile() as made:
        book.save(made)
        settle(made, out, at)


def safe(sheet: Any, values: Iterable[Cell]) -> Iterator[Any]:
    """Texts that openpyxl would take for a formula ('=...') or an error ('#N/A') are marked as texts."""
    for value in values:
        if not isinstance(value, str):
            yield value
        elif value[:1] in {"=", "#"}:
            made = WriteOnlyCell(sheet, value)
            made.data_type = "s"
            yield made
        else:
            yield literal(value)
