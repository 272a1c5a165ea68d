"""Workbooks (.xlsx, .xlsm): the rows of every visible sheet. Nothing is computed, followed or run."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from crawler.supplied.brought import UnreadableError
from crawler.supplied.sheet_links import sheet_links
from index.messages import t
from index.registry.rows import MOST_BYTES, TablesError
from index.registry.sheets import sheet_rows

LONGEST_CELL = 32_767
"""Characters that Excel keeps in one cell."""
MOST_ROWS = 200_000
"""Of one workbook; longer lists come as CSV, which is read in constant memory."""
OLD = (b"\xd0\xcf\x11\xe0", b"%PDF")
_LINK = re.compile(
    r'=\s*HYPERLINK\(\s*"(?P<address>[^"]{1,2000})"\s*(?:[,;]\s*"(?P<shown>[^"]{0,2000})"\s*)?\)', re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that is not empty."""

    sheet: str
    number: int
    cells: tuple[str, ...]
    cut: bool
    """Whether a cell or the row was too long, and ends early."""
    links: Mapping[int, str]
    """Column -> address behind its cell."""


def rows_of(data: bytes, remark: Callable[[str], None]) -> Iterator[SheetRow]:
    """All rows. `remark` hears what was not read: hidden sheets, macros.

    Raises UnreadableError, possibly after some rows, for what is no workbook, is too large or inflates too much.
    """
    if data.startswith(OLD):
        raise UnreadableError("old_office" if data.startswith(OLD[0]) else "pdf")
    if len(data) > MOST_BYTES:
        raise UnreadableError("large", most=MOST_BYTES >> 20)
    hidden: list[str] = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if any(name.lower().endswith("vbaproject.bin") for name in archive.namelist()):
                remark(t("intake.remark.macros"))
            links = sheet_links(archive)
        for count, row in enumerate(sheet_rows(data, longest=LONGEST_CELL, hidden=hidden)):
            if count >= MOST_ROWS:
                raise UnreadableError("many_rows", most=MOST_ROWS, sheet=row.table, row=row.number)
            if any(row.cells):
                behind = links.get(row.table, {}).get(row.number, {})
                yield SheetRow(row.table, row.number, row.cells, row.cut, behind)
    except (TablesError, zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise UnreadableError("workbook", error=str(error)[:300]) from error
    finally:
        for sheet in hidden:
            remark(t("intake.remark.hidden_sheet", sheet=sheet))


def is_formula(cell: str) -> bool:
    """Whether a cell would be computed."""
    return cell.startswith("=") and len(cell) > 1


def link_in(cell: str) -> tuple[str, str] | None:
    """Address and shown text of a cell that is `=HYPERLINK("address", "text")`; None for any other."""
    found = _LINK.fullmatch(cell.strip())
    return (found["address"], found["shown"] or "") if found else None
