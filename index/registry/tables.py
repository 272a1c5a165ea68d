"""The tables of a list as people save it: xlsx, csv or a web page, row by row, with merged cells filled.

Files are hostile: what is inflated, the number of cells and their length have an end; formulas stay text; an XML part
that declares entities is refused. What cannot be read at all raises TablesError with the reason.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import IO, Any

from lxml import etree, html

MOST_BYTES = 64 << 20
"""Of a file, and of an xlsx after inflating."""
MOST_PART = 24 << 20
"""Of the shared strings and styles, which are held in memory; inflated."""
MOST_ROWS, MOST_CELLS, MOST_COLUMNS = 300_000, 3_000_000, 256
LONGEST_CELL = 2_000
"""Characters; the longest purpose of an algorithm in the public lists is far shorter."""
MOST_MERGES, MOST_REACHING = 20_000, 64
"""Of one sheet, and at one row."""
_MERGE = re.compile(rb'<(?:\w{1,10}:)?mergeCell\s[^>]{0,60}?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_CHUNK = 1 << 20
_KINDS = {
    b"\xd0\xcf\x11\xe0": "an old .xls or .doc file: open it and save it as .xlsx",
    b"%PDF": "a PDF file: copy the table into a sheet and save it as .xlsx or .csv",
}


class TablesError(ValueError):
    """No table can be read from the file; the message says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of one table."""

    table: str
    """Name of the sheet, 'table 2' of a page, '' in csv."""
    number: int
    """Row in the sheet or table, line in csv; from 1."""
    cells: tuple[str, ...]
    cut: bool = False
    """Whether a cell was longer than LONGEST_CELL, or the row wider than MOST_COLUMNS."""


def read_rows(data: bytes) -> Iterator[Row]:
    """All rows of all tables. Raises TablesError, possibly after some rows."""
    if len(data) > MOST_BYTES:
        raise TablesError(f"larger than {MOST_BYTES >> 20} MB")
    if reason := next((reason for mark, reason in _KINDS.items() if data.startswith(mark)), None):
        raise TablesError(reason)
    if data.startswith(b"PK"):
        rows = _xlsx(data)
    elif re.search(rb"<\s{0,4}(?:!doctype|html|table|body)\b", data[:4096], re.IGNORECASE) or b"<table" in data.lower():
        rows = _html(data)
    else:
        rows = _csv(data)
    cells = 0
    for count, row in enumerate(rows):
        cells += len(row.cells)
        if count >= MOST_ROWS or cells > MOST_CELLS:
            raise TablesError(
                f"more than {MOST_ROWS} rows or {MOST_CELLS} cells; nothing after row {row.number} was read"
            )
        yield row


def _row(table: str, number: int, cells: Iterable[object]) -> Row:
    texts = [_text(cell) for cell in islice(cells, MOST_COLUMNS + 1)]
    cut = len(texts) > MOST_COLUMNS or any(len(text) > LONGEST_CELL for text in texts)
    return Row(table, number, tuple(text[:LONGEST_CELL] for text in texts[:MOST_COLUMNS]), cut)


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).replace("_x000D_", "").strip()


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
            raise TablesError(f"line {rows.line_num}: {error}") from error
        yield _row("", line + 1, cells)
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
    raise TablesError("neither a sheet, a page nor text in UTF-8 or GB 18030")


def _html(data: bytes) -> Iterator[Row]:
    from w3lib.encoding import html_to_unicode  # noqa: PLC0415 - only pages need it

    _, text = html_to_unicode(None, data, default_encoding="utf-8", auto_detect_fun=_guess)
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        page = html.document_fromstring(text.replace("\0", ""), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise TablesError(f"the page cannot be read: {error}") from error
    etree.strip_elements(page, "script", "style", with_tail=False)
    tables: dict[html.HtmlElement, list[html.HtmlElement]] = {table: [] for table in page.iter("table")}
    for row in page.iter("tr"):
        table = next(row.iterancestors("table"), None)
        if table is not None:
            tables[table].append(row)
    for number, (table, rows) in enumerate(tables.items(), start=1):
        if (caption := table.find("caption")) is not None:
            yield _row(f"table {number}", 0, [_words(caption)])
        yield from _html_table(rows, f"table {number}")
    if broken := next((error.message for error in parser.error_log if error.level_name == "FATAL"), None):
        raise TablesError(f"the page cannot be read further: {broken}")


def _guess(data: bytes) -> str:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _html_table(rows: Iterable[html.HtmlElement], name: str) -> Iterator[Row]:
    """Rows with spans filled."""
    below: dict[int, tuple[int, str]] = {}
    """Column -> rows that a cell above still reaches, and its text."""
    for number, tr in enumerate(rows, start=1):
        cells: list[str] = []
        reach: dict[int, tuple[int, str]] = {}
        for cell in tr.iterchildren("td", "th"):
            _fill(cells, below)
            text, wide, high = _words(cell), _span(cell, "colspan"), _span(cell, "rowspan")
            for _ in range(min(wide, MOST_COLUMNS - len(cells))):
                if high > 1:
                    reach[len(cells)] = (high, text)
                cells.append(text)
        _fill(cells, below)
        below = {at: (left - 1, text) for at, (left, text) in {**below, **reach}.items() if left > 1}
        yield _row(name, number, cells)


def _fill(cells: list[str], below: dict[int, tuple[int, str]]) -> None:
    while len(cells) in below:
        cells.append(below[len(cells)][1])


def _span(cell: html.HtmlElement, name: str) -> int:
    given = (cell.get(name) or "").strip()
    return min(max(int(given), 1), 65_534) if given.isascii() and given.isdecimal() and len(given) < 6 else 1


def _words(cell: html.HtmlElement) -> str:
    """The cell's text, at most a little longer than a cell may be."""
    parts: list[str] = []
    length = 0
    for part in cell.itertext():
        if length > LONGEST_CELL:
            break
        parts.append(part)
        length += len(part)
    return "".join(parts).replace("\xa0", " ").strip()


def _xlsx(data: bytes) -> Iterator[Row]:
    import openpyxl  # noqa: PLC0415 - slow to load; only sheets need it

    try:
        merges = _inspected(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that nobody reads here
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
            sheets: Any = book.worksheets
            for sheet in sheets:
                sheet.reset_dimensions()  # what a file claims about its size is not believed
                part = sheet._worksheet_path.lstrip("/")  # noqa: SLF001 - the one way to know which part it is
                yield from _sheet(sheet.title, sheet.iter_rows(values_only=True), merges.get(part, []))
    except TablesError:
        raise
    except Exception as error:  # the library lets anything through that a broken sheet can cause
        raise TablesError(f"the sheet cannot be read: {type(error).__name__}: {str(error)[:200]}") from error


Merge = tuple[int, int, int, int]
"""First column (from 0), first row (from 1), last column, last row."""


def _sheet(title: str, rows: Iterable[tuple[object, ...]], merges: list[Merge]) -> Iterator[Row]:
    pending = sorted(merges, key=lambda merge: -merge[1])
    reaching: list[tuple[Merge, str]] = []
    blank = 0
    for number, values in enumerate(rows, start=1):
        cells = [_text(value) for value in islice(values, MOST_COLUMNS + 1)]
        filled = any(value not in {None, ""} for value in values)
        blank = 0 if filled else blank + 1
        if blank > MOST_ROWS:
            raise TablesError(f"{title}: more than {MOST_ROWS} empty rows")
        while pending and pending[-1][1] <= number:
            merge = pending.pop()
            reaching.append((merge, cells[merge[0]] if merge[1] == number and merge[0] < len(cells) else ""))
        reaching = reaching[:MOST_REACHING]
        for (left, _, right, _), text in reaching:
            cells.extend([""] * (min(right, MOST_COLUMNS - 1) + 1 - len(cells)))
            cells[left : right + 1] = [text or cell for cell in cells[left : right + 1]]
        reaching = [(merge, text) for merge, text in reaching if merge[3] > number]
        if filled or any(cells):
            yield _row(title, number, cells)


def _inspected(data: bytes) -> dict[str, list[Merge]]:
    """Merged cells by part, after every part was looked through. Raises TablesError."""
    merges: dict[str, list[Merge]] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if "xl/workbook.xml" not in archive.namelist():
            raise TablesError("a zip file without a workbook: save the table as .xlsx, .csv or a web page")
        # `zipfile` reads no more of a part than the size that is declared for it, so these sums do hold.
        held = [part.file_size for part in parts if not part.filename.startswith("xl/worksheets/")]
        if sum(part.file_size for part in parts) > MOST_BYTES or max(held, default=0) > MOST_PART:
            raise TablesError(f"inflates to more than {MOST_BYTES >> 20} MB, or {MOST_PART >> 20} MB of shared texts")
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
            raise TablesError(f"{name} declares entities or is not UTF-8, which no sheet needs")
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
