"""The tables of a list as people save it: xlsx, csv or a web page, told apart by what is inside, row by row.

What is inflated, the number of cells and their length have an end (`rows`, `sheets`).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from index.messages import t
from index.registry.rows import MOST_BYTES, MOST_CELLS, MOST_ROWS, Row, TablesError, make_row

_KINDS = {b"\xd0\xcf\x11\xe0": "old_office", b"%PDF": "pdf"}
"""How files begin that have to be saved as something else first."""


def read_rows(data: bytes) -> Iterator[Row]:
    """All rows of all tables. Raises TablesError, possibly after some rows."""
    if len(data) > MOST_BYTES:
        raise TablesError(t("registry.file.large", most=MOST_BYTES >> 20))
    if kind := next((kind for mark, kind in _KINDS.items() if data.startswith(mark)), None):
        raise TablesError(t(f"registry.file.{kind}"))
    if data.startswith(b"PK"):
        from index.registry.sheets import sheet_rows  # noqa: PLC0415 - slow to load; only sheets need it

        rows = sheet_rows(data)
    elif re.search(rb"<\s{0,4}(?:!doctype|html|table|body)\b", data[:4096], re.IGNORECASE) or b"<table" in data.lower():
        from index.registry.pages import page_rows  # noqa: PLC0415 - as above

        rows = page_rows(data)
    else:
        rows = _csv(data)
    cells = 0
    for count, row in enumerate(rows):
        cells += len(row.cells)
        if count >= MOST_ROWS or cells > MOST_CELLS:
            raise TablesError(t("registry.file.many", rows=MOST_ROWS, cells=MOST_CELLS, last=row.number))
        yield row


def _csv(data: bytes) -> Iterator[Row]:
    text = _decoded(data)
    csv.field_size_limit(MOST_BYTES)
    head = text[:20_000]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    line = 0
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            raise TablesError(t("registry.file.csv", line=rows.line_num, error=error)) from error
        yield make_row("", line + 1, cells)
        line = rows.line_num


def _decoded(data: bytes) -> str:
    """UTF-8 or UTF-16 with their marks, else UTF-8, else GB 18030 as Excel in China writes it."""
    encodings = ("utf-16",) if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise TablesError(t("registry.file.unknown"))
