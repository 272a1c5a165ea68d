"""One row of a table as it stands in a file, and how much of anything is read: files are hostile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

MOST_BYTES = 64 << 20
"""Of a file, and of an xlsx after inflating."""
MOST_ROWS, MOST_CELLS, MOST_COLUMNS = 300_000, 3_000_000, 256
LONGEST_CELL = 2_000
"""Characters; the longest purpose of an algorithm in the public lists is far shorter."""


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


def make_row(table: str, number: int, cells: Iterable[object], longest: int = LONGEST_CELL) -> Row:
    """The row within the limits."""
    texts = [cell_text(cell) for cell in islice(cells, MOST_COLUMNS + 1)]
    cut = len(texts) > MOST_COLUMNS or any(len(text) > longest for text in texts)
    return Row(table, number, tuple(text[:longest] for text in texts[:MOST_COLUMNS]), cut)


def cell_text(cell: object) -> str:
    """Days without their time, whole numbers without their point; everything else as it is written."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).replace("_x000D_", "").strip()
