"""CSV as people and programs write it, row by row in constant memory: any separator, UTF-8, UTF-16 or GB 18030."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import BinaryIO

from apk_analysis.fingerprint import Problem
from crawler.supplied.brought import Unreadable

LONGEST_CELL = 1 << 20
"""Characters; a quotation mark that is never closed would otherwise swallow the whole file."""
LONGEST_LINE = LONGEST_CELL * 8
"""Bytes."""
SEPARATORS = ",;\t|"
SAMPLE = 8192
"""Bytes by which the encoding is told."""
HEAD = 20
"""Lines by which the separator is told."""
_MARKS = {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it stands in the file."""

    number: int
    """Of the line it begins in, from 1, as an editor counts."""
    cells: tuple[str, ...] = ()
    why: Unreadable | None = None


def lines_of(source: BinaryIO) -> Iterator[Line]:
    """Every line that is not blank, also one of separators only; a broken one says why, and the next ones go on."""
    csv.field_size_limit(LONGEST_CELL)
    text = decoded(source)
    head = list(islice(text, HEAD))
    sample = "".join(head)
    separator = max(SEPARATORS, key=sample.count)
    rows = csv.reader(chain(head, text), delimiter=separator, strict=True)
    while True:
        number = rows.line_num + 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Line(number, why=Unreadable("broken_row", {"error": error}))
            continue
        stripped = tuple(cell.strip() for cell in cells)
        if len(stripped) > 1 or any(stripped):
            yield Line(number, stripped, Unreadable("encoding") if any(map(_is_broken, stripped)) else None)


def decoded(source: BinaryIO) -> Iterator[str]:
    """Lines as text: UTF-16 by its mark; UTF-8 where at least half of the first lines beyond ASCII are; else GB 18030,
    as Excel in China writes it.

    Bytes that do not fit become lone surrogates, by which the row is refused later. (Neither encoding uses the bytes of
    a line break, comma or quotation mark inside another character, so lines may be decoded one by one.)
    """
    buffered = io.BufferedReader(source) if not hasattr(source, "peek") else source  # type: ignore[type-var]
    head = buffered.peek(SAMPLE)[:SAMPLE]
    if head[:2] in _MARKS:
        wide = io.TextIOWrapper(buffered, encoding="utf-16", errors="replace", newline="")
        while text := wide.readline(LONGEST_CELL):
            yield text.replace("\ufffd", "\udcff")
        wide.detach()
        return
    encoding = _encoding(head)
    while line := buffered.readline(LONGEST_LINE):
        yield line.removeprefix(codecs.BOM_UTF8).decode(encoding, "surrogateescape")


def _is_broken(cell: str) -> bool:
    return not cell.isascii() and any("\udc80" <= letter <= "\udcff" for letter in cell)


def _encoding(head: bytes) -> str:
    """A short text in GB 18030 can be valid UTF-8 by chance, and one broken line says nothing of the others."""
    told = [_is_utf8(line) for line in head.splitlines() if not line.isascii()]
    return "utf-8" if sum(told) * 2 >= len(told) else "gb18030"


def _is_utf8(line: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(line)  # the last character may be cut by the sample's end
    except UnicodeDecodeError:
        return False
    return True


def table_rows(source: BinaryIO, name: str, known: Collection[str]) -> Iterator[tuple[str, dict[str, str] | Problem]]:
    """Place ('shops.csv:7') and cells by column of every row of a list with fixed columns; a Problem for a bad one.

    Columns may stand in any order and be left out. A heading that cannot be understood is the only thing that is told.
    """
    rows = lines_of(source)
    first = next(rows, Line(1))
    columns = first.cells
    if first.why is not None:
        yield f"{name}:1", _bad(f"{name}:1: {first.why}")
        return
    if wrong := sorted(set(columns) - set(known)) or [column for column in columns if columns.count(column) > 1]:
        reason = f"unknown or repeated column {', '.join(wrong)} (known: {', '.join(sorted(known))})"
        yield f"{name}:1", _bad(f"{name}:1: {reason}")
        return
    for row in rows:
        place = f"{name}:{row.number}"
        broken = next((name for name, cell in zip(columns, row.cells, strict=False) if _is_broken(cell)), "")
        if row.why is not None:
            yield place, _bad(f"{place}: {broken} {row.why}" if broken else f"{place}: {row.why}")
        elif len(row.cells) != len(columns):
            yield place, _bad(f"{place}: {len(row.cells)} cells, but {len(columns)} columns")
        else:
            yield place, {column: cell for column, cell in zip(columns, row.cells, strict=True) if cell}


def _bad(reason: str) -> Problem:
    return Problem(part="row", kind="row_unreadable", detail=reason[:500])


def written_as_table(lines: Iterable[str]) -> bool:
    """Whether the first lines of a text are rows of a table: the same separator, equally often in each."""
    head = [line for line in lines if line.strip()][:HEAD]
    for separator in SEPARATORS:
        counts = {len(row) for row in csv.reader(head, delimiter=separator)}
        if len(counts) == 1 and counts.pop() > 1:
            return True
    return False
