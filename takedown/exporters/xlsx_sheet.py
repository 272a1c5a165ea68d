"""An Excel workbook: findings and listings written row by row, more than a sheet can hold go on in the next one;

or the batch sheet of a notice.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

from index.messages import language
from index.protocol import Kind, Stored
from takedown.columns import COLUMNS, heading, row
from takedown.exporting import Context, fitting, stem, write
from takedown.letters.sheets import sheets
from takedown.letters.words import Words
from takedown.notice import Notice

FORMAT = NAME = "xlsx"
SUFFIX = ".xlsx"
FORBIDS_PERSONAL = False
MOST_ROWS = 1_048_575
"""Below the heading."""

WIDE = {"title": 40, "reasons": 60, "quotes": 40, "unseen": 40, "description": 60, "url": 40}
"""Column -> width in characters; the others get 16."""


def export(rows: Iterable[Stored], out: BinaryIO, kind: Kind) -> int:
    """Writes a heading and all rows; returns the number of rows."""
    from openpyxl import Workbook  # noqa: PLC0415 - slow to load

    from takedown.workbook import safe  # noqa: PLC0415 - slow to load, and not always needed

    lang = language()
    book: Any = Workbook(write_only=True)
    sheet = _sheet(book, kind, lang, 0)
    written = 0
    try:
        for hit in rows:
            if written and written % MOST_ROWS == 0:
                sheet = _sheet(book, kind, lang, written // MOST_ROWS)
            sheet.append(list(safe(sheet, row(hit, kind, lang))))
            written += 1
    finally:
        for opened in book:
            opened.close()
    book.save(out)
    return written


def _sheet(book: Any, kind: Kind, lang: str, number: int) -> Any:
    sheet: Any = book.create_sheet(f"{kind} {number + 1}" if number else kind)
    sheet.freeze_panes = "A2"
    for letter, column in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", COLUMNS[kind], strict=False):
        sheet.column_dimensions[letter].width = WIDE.get(column, 16)
    sheet.append(heading(kind, lang))
    return sheet


def export_notice(notice: Notice, context: Context, target: Path) -> list[Path]:
    """One row per target; quotes, comparison, attachments and long texts on sheets of their own."""
    from takedown.workbook import workbook  # noqa: PLC0415 - slow to load

    made = workbook(sheets(fitting(notice, context), Words(context.spoken(notice))), context.now)
    return [write(target / f"{stem(notice)}{SUFFIX}", made)]
