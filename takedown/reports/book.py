"""The ledger (台账) as a workbook: what it is, every number with its query, findings, targets; a row at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import BinaryIO

from takedown.letters.sheets import Sheet
from takedown.reports.ledger import COLUMNS, TIMES, word
from takedown.reports.references import references
from takedown.reports.snapshot import Snapshot
from takedown.reports.wording import Wording
from takedown.workbook import save

MOST_ROWS = 1_048_575
"""Below the heading of a sheet; more go on in the next one."""
WIDE = {"title": 44, "url": 50, "violation": 12, "category": 12, "finding_id": 30, "notice": 36, "unit": 30}
TIME = 17


def written(snapshot: Snapshot, lang: str, out: BinaryIO) -> None:
    """Writes the workbook; the same bytes for the same snapshot. Memory does not grow with its rows."""
    words = Wording(snapshot.head, lang)
    save(_sheets(snapshot, words), words.period.as_of, out)


def _sheets(snapshot: Snapshot, words: Wording) -> Iterator[Sheet]:
    facts = [*words.facts(snapshot.rows, snapshot.sha256), *(("", one) for one in words.definitions())]
    yield Sheet(
        name=words.t("sheet.about"),
        head=[words.title, words.period_said],
        widths=(28, 110),
        rows=lambda: (list(one) for one in facts),
    )
    marks = references(snapshot.sections, words.lang).values()
    yield Sheet(
        name=words.t("sheet.numbers"),
        head=[words.t(f"column.{name}") for name in ("mark", "section", "what", "value", "source")],
        widths=(7, 34, 50, 18, 110),
        rows=lambda: ([one.mark, one.section, one.what, one.value, one.source] for one in marks),
    )
    for name in COLUMNS:
        rows = sum(1 for _ in snapshot.entries(name))
        for number in range(max(1, -(-rows // MOST_ROWS))):
            yield _ledger(snapshot, words, name, number)


def _ledger(snapshot: Snapshot, words: Wording, name: str, number: int) -> Sheet:
    columns = COLUMNS[name]
    title = words.t(f"sheet.{name}")
    return Sheet(
        name=f"{title} {number + 1}" if number else title,
        head=[words.t(f"column.{column}") for column in columns],
        widths=tuple(TIME if column in TIMES else WIDE.get(column, 16) for column in columns),
        rows=_rows(snapshot, words, name, number),
    )


def _rows(snapshot: Snapshot, words: Wording, name: str, number: int) -> Callable[[], Iterator[list[str]]]:
    columns = COLUMNS[name]

    def rows() -> Iterator[list[str]]:
        some = islice(snapshot.entries(name), number * MOST_ROWS, (number + 1) * MOST_ROWS)
        for cells in some:
            yield [
                words.moment(cell) if column in TIMES and cell else word(column, cell, words.lang)
                for column, cell in zip(columns, cells, strict=True)
            ]

    return rows
