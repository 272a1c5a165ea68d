"""CSV that Excel opens with a double click: UTF-8 with a byte order mark, every text quoted, no formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from index.messages import language
from index.protocol import Kind, Stored
from takedown.cells import cell
from takedown.columns import heading, row
from takedown.exporting import Context, fitting, stem, write
from takedown.letters.sheets import sheets
from takedown.letters.words import Words
from takedown.notice import Notice

FORMAT = NAME = "csv"
SUFFIX = ".csv"
FORBIDS_PERSONAL = False


def export(rows: Iterable[Stored], out: BinaryIO, kind: Kind) -> int:
    """Writes a heading and all rows; returns the number of rows."""
    lang = language()
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    sheet = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    written = 0
    try:
        sheet.writerow(heading(kind, lang))
        for hit in rows:
            sheet.writerow(["" if value is None else value for value in row(hit, kind, lang)])
            written += 1
    finally:
        text.detach()  # or the wrapper would close a stream that is not ours
    return written


def export_notice(notice: Notice, context: Context, target: Path) -> list[Path]:
    """The batch sheet of a notice: one row per target."""
    out = io.StringIO(newline="")
    sheet = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    targets = sheets(fitting(notice, context), Words(context.spoken(notice)))[0]
    sheet.writerow(targets.head)
    sheet.writerows(["" if value is None else value for value in map(cell, row)] for row in targets.rows())
    return [write(target / f"{stem(notice)}{SUFFIX}", out.getvalue().encode("utf-8-sig"))]
