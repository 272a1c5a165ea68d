"""The tables of a saved web page row by row, spans filled. Scripts and styles are no text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lxml import etree, html
from w3lib.encoding import html_to_unicode

from index.messages import t
from index.registry.rows import LONGEST_CELL, MOST_COLUMNS, Row, TablesError, make_row


def page_rows(data: bytes) -> Iterator[Row]:
    """Rows of all tables, captions as rows of their own. Raises TablesError, possibly after some rows."""
    _, text = html_to_unicode(None, data, default_encoding="utf-8", auto_detect_fun=_guess)
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        page = html.document_fromstring(text.replace("\0", ""), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise TablesError(t("registry.file.page", error=error)) from error
    etree.strip_elements(page, "script", "style", with_tail=False)
    tables: dict[html.HtmlElement, list[html.HtmlElement]] = {table: [] for table in page.iter("table")}
    for row in page.iter("tr"):
        table = next(row.iterancestors("table"), None)
        if table is not None:
            tables[table].append(row)
    for number, (table, rows) in enumerate(tables.items(), start=1):
        if (caption := table.find("caption")) is not None:
            yield make_row(f"table {number}", 0, [_words(caption)])
        yield from _html_table(rows, f"table {number}")
    if broken := next((error.message for error in parser.error_log if error.level_name == "FATAL"), None):
        raise TablesError(t("registry.file.page", error=broken))


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
        yield make_row(name, number, cells)


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
