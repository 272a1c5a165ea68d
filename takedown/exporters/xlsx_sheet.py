"""An Excel workbook, written row by row. More rows than a sheet can hold go on in the next one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from index.messages import language
from index.protocol import Kind, Stored
from takedown.cells import Cell, literal
from takedown.columns import COLUMNS, heading, row

FORMAT = "xlsx"
MOST_ROWS = 1_048_575
"""Below the heading."""

WIDE = {"title": 40, "reasons": 60, "quotes": 40, "unseen": 40, "description": 60, "url": 40}
"""Column -> width in characters; the others get 16."""


def export(rows: Iterable[Stored], out: BinaryIO, kind: Kind) -> int:
    """Writes a heading and all rows; returns the number of rows."""
    lang = language()
    book = Workbook(write_only=True)
    sheet = _sheet(book, kind, lang, 0)
    written = 0
    try:
        for hit in rows:
            if written and written % MOST_ROWS == 0:
                sheet = _sheet(book, kind, lang, written // MOST_ROWS)
            sheet.append(list(_cells(sheet, row(hit, kind, lang))))
            written += 1
    finally:
        for opened in book:
            opened.close()
    book.save(out)
    return written


def _sheet(book: Workbook, kind: Kind, lang: str, number: int) -> Any:
    sheet: Any = book.create_sheet(f"{kind} {number + 1}" if number else kind)
    sheet.freeze_panes = "A2"
    for letter, column in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", COLUMNS[kind], strict=False):
        sheet.column_dimensions[letter].width = WIDE.get(column, 16)
    sheet.append(heading(kind, lang))
    return sheet


def _cells(sheet: Any, values: Iterable[Cell]) -> Iterator[Any]:
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
