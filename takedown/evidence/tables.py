"""Tables for people: an Excel workbook and an HTML page from the same rows, the same bytes whenever they are made."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from html import escape
from io import BytesIO
from typing import Any

from index.plain import plain
from takedown.cells import Cell, cell, literal

NEW_YEAR_1980 = (1980, 1, 1, 0, 0, 0)
MOST_ROWS = 1_048_000
STYLE = (
    "body{font:14px/1.5 'Noto Sans CJK SC','Microsoft YaHei',sans-serif;margin:2em;color:#111}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #888;padding:.3em .5em;vertical-align:top;"
    "text-align:left;overflow-wrap:anywhere;white-space:pre-wrap}th{background:#eee}"
)
_SAVED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def html(
    title: str, heading: Sequence[str], rows: Sequence[Sequence[object]], *, lang: str, notes: Sequence[str]
) -> bytes:
    """A page that needs nothing else: no script, no address that is loaded."""
    policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    head = "".join(f"<th>{_shown(name)}</th>" for name in heading)
    body = "\n".join("<tr>" + "".join(f"<td>{_shown(value)}</td>" for value in row) + "</tr>" for row in rows)
    said = "".join(f"<p>{_shown(note)}</p>" for note in notes)
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<meta charset="utf-8">{policy}\n<title>{_shown(title)}</title>\n'
        f"<style>{STYLE}</style>\n<h1>{_shown(title)}</h1>\n{said}\n<table>\n<tr>{head}</tr>\n{body}\n</table>\n</html>\n"
    ).encode()


def _shown(value: object) -> str:
    return "" if value is None else escape(plain(str(value)))


def xlsx(
    title: str,
    heading: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    at: str,
    widths: Sequence[int],
    notes: Sequence[str],
) -> bytes:
    """A workbook with the table, and below it the notes. `at`: the moment that it says it was made."""
    from openpyxl import Workbook  # noqa: PLC0415 - slow, and not every command needs it

    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for number, width in enumerate(widths):
        sheet.column_dimensions[chr(ord("A") + number)].width = width
    sheet.append(list(heading))
    for row in rows[:MOST_ROWS]:
        sheet.append([_cell(sheet, cell(value)) for value in row])
    sheet.append([])
    for note in notes:
        sheet.append([_cell(sheet, cell(note))])
    made = BytesIO()
    book.save(made)
    return _same_again(made.getvalue(), at)


def _cell(sheet: Any, value: Cell) -> Any:
    """Texts that would be taken for a formula ('=...') or an error ('#N/A') are marked as texts."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - as above

    if not isinstance(value, str) or not value:
        return value
    made = WriteOnlyCell(sheet, literal(value))
    made.data_type = "s"
    return made


def _same_again(content: bytes, at: str) -> bytes:
    """The workbook with `at` for every moment in it, and no moment in its ZIP."""
    moment = datetime.fromisoformat(at).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "docProps/core.xml":
                body = _SAVED.sub(lambda found: found[1] + moment, body)
            info = zipfile.ZipInfo(name, NEW_YEAR_1980)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, body)
    return made.getvalue()
