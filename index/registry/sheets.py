"""Sheets (.xlsx) row by row, merged cells filled. Formulas stay text; a part that declares entities is refused."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, Any

from index.messages import t
from index.registry.rows import (
    LONGEST_CELL,
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_ROWS,
    Row,
    TablesError,
    cell_text,
    make_row,
)

MOST_PART = 24 << 20
"""Of the shared strings and styles, which are held in memory; inflated."""
MOST_MERGES, MOST_REACHING = 20_000, 32
"""Of one sheet, and at one row."""
MOST_WIDE = 16_000_000
"""Cells of one sheet with the empty ones between them."""
_MERGE = re.compile(rb'<(?:\w{1,10}:)?mergeCell\s[^>]{0,60}?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_CHUNK = 1 << 20


def sheet_rows(data: bytes, *, longest: int = LONGEST_CELL, hidden: list[str] | None = None) -> Iterator[Row]:
    """Rows of all sheets, cells of at most `longest` characters. Raises TablesError, possibly after some rows.

    With a list for `hidden`, hidden sheets are named there and not read.
    """
    import openpyxl  # noqa: PLC0415 - slow to load; only sheets need it

    try:
        merges = _inspected(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that nobody reads here
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
            sheets: Any = book.worksheets
            for sheet in sheets:
                if hidden is not None and sheet.sheet_state != "visible":
                    hidden.append(sheet.title)
                    continue
                sheet.reset_dimensions()  # what a file claims about its size is not believed
                part = sheet._worksheet_path.lstrip("/")  # noqa: SLF001 - the one way to know which part it is
                yield from _sheet(sheet.title, sheet.iter_rows(values_only=True), merges.get(part, []), longest)
    except TablesError:
        raise
    except Exception as error:  # the library lets anything through that a broken sheet can cause
        raise TablesError(t("registry.file.sheet", error=f"{type(error).__name__}: {str(error)[:200]}")) from error


Merge = tuple[int, int, int, int]
"""First column (from 0), first row (from 1), last column, last row."""


def _sheet(title: str, rows: Iterable[tuple[object, ...]], merges: list[Merge], longest: int) -> Iterator[Row]:
    pending = sorted(merges, key=lambda merge: -merge[1])
    reaching: list[tuple[Merge, str]] = []
    blank = wide = 0
    for number, values in enumerate(rows, start=1):
        cells = [cell_text(value) for value in islice(values, MOST_COLUMNS + 1)]
        wide += len(values)  # a single cell at the far right makes a row of 16,384
        if wide > MOST_WIDE:
            raise TablesError(t("registry.file.many", rows=MOST_ROWS, cells=MOST_WIDE, last=number))
        filled = any(value not in {None, ""} for value in values)
        blank = 0 if filled else blank + 1
        if blank > MOST_ROWS:
            raise TablesError(t("registry.file.empty_rows", sheet=title, rows=MOST_ROWS))
        while pending and pending[-1][1] <= number:
            merge = pending.pop()
            reaching.append((merge, cells[merge[0]] if merge[1] == number and merge[0] < len(cells) else ""))
        reaching = reaching[:MOST_REACHING]
        for (left, _, right, _), text in reaching:
            cells.extend([""] * (min(right, MOST_COLUMNS - 1) + 1 - len(cells)))
            cells[left : right + 1] = [text or cell for cell in cells[left : right + 1]]
        reaching = [(merge, text) for merge, text in reaching if merge[3] > number]
        if filled or any(cells):
            yield make_row(title, number, cells, longest)


def _inspected(data: bytes) -> dict[str, list[Merge]]:
    """Merged cells by part, after every part was looked through. Raises TablesError."""
    merges: dict[str, list[Merge]] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if "xl/workbook.xml" not in archive.namelist():
            raise TablesError(t("registry.file.no_workbook"))
        # `zipfile` reads no more of a part than the size that is declared for it, so these sums do hold.
        held = [part.file_size for part in parts if not part.filename.startswith("xl/worksheets/")]
        if sum(part.file_size for part in parts) > MOST_BYTES or max(held, default=0) > MOST_PART:
            raise TablesError(t("registry.file.inflates", most=MOST_BYTES >> 20, part=MOST_PART >> 20))
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                with archive.open(part) as stream:
                    found = list(islice(_looked_through(stream, part.filename), MOST_MERGES))
                if found:
                    merges[part.filename] = found
    return merges


def _looked_through(stream: IO[bytes], name: str) -> Iterator[Merge]:
    tail = b""
    for chunk in iter(lambda: stream.read(_CHUNK), b""):
        text = tail + chunk
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text or b"\0" in chunk[:64]:
            raise TablesError(t("registry.file.entities", part=name))
        cut = max(0, len(text) - 128)
        yield from (_merge(hit) for hit in _MERGE.finditer(text) if hit.start() < cut or len(chunk) < _CHUNK)
        tail = text[cut:]


def _merge(hit: re.Match[bytes]) -> Merge:
    return _column(hit[1]), int(hit[2]), _column(hit[3]), int(hit[4])


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
