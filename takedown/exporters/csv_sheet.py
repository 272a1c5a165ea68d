"""CSV that Excel opens with a double click: UTF-8 with a byte order mark, every text quoted, no formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import BinaryIO

from index.messages import language
from index.protocol import Kind, Stored
from takedown.columns import heading, row

FORMAT = "csv"


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
