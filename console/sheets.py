"""Listings that people and other crawlers wrote down, as CSV or JSON Lines, read row by row for `copycatch import`.

Columns are the fields of `index.model.Listing`. `title` and `url` are needed; `native_id` is the address if it is left
out, `marketplace` is 'import' and the file's name, `source_kind` is 'site'. In CSV, several values stand in one cell on
lines of their own, and 'rating', 'downloads', 'views', 'replies' and 'sales' are columns too.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from dataclasses import fields
from pathlib import Path
from typing import BinaryIO

import msgspec

from apk_analysis.fingerprint import Problem
from console.offers import lines
from crawler.admission import admitted
from index.model import Listing
from index.reading import ReadError, read

COUNTERS = ("rating", "downloads", "views", "replies", "sales")
NUMBERS = ("version_code", "sample_size")
MANY = tuple(field.name for field in fields(Listing) if field.type == "tuple[str, ...]")
COLUMNS = (*(field.name for field in fields(Listing) if field.name != "counters"), *COUNTERS)
LONGEST_CELL = 1 << 20
"""Characters; a quotation mark that is never closed would otherwise swallow the whole file."""
CSV = (".csv", ".tsv", ".txt")
JSON = (".jsonl", ".ndjson", ".json")


def _bad(reason: str) -> Problem:
    """A row that could not be read: file, line and what is wrong there."""
    return Problem(part="row", kind="row_unreadable", detail=reason[:500])


def read_listings(path: Path) -> Iterator[Listing | Problem]:
    """Every row in order, one at a time; a Problem for one that cannot be read. Raises OSError."""
    with path.open("rb") as source:
        yield from (_csv if path.suffix.lower() in CSV else _json_lines)(source, path)


def readable(path: Path) -> None:
    """Raises ReadError or OSError for what is no file of listings, before anything is taken."""
    if path.suffix.lower() not in CSV + JSON:
        raise ReadError(f"{path}: expected a file ending in {', '.join(CSV + JSON)}")
    with path.open("rb"):
        pass


def _json_lines(source: BinaryIO, path: Path) -> Iterator[Listing | Problem]:
    try:
        for number, line in lines(source, str(path)):
            place = f"{path}:{number}"
            try:
                raw = msgspec.json.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                yield _bad(f"{place}: not JSON: {error}")
            else:
                yield _listing(raw, place, path)
    except ReadError as error:  # an endless line: nothing behind it can be found
        yield _bad(str(error))


def _csv(source: BinaryIO, path: Path) -> Iterator[Listing | Problem]:
    for place, cells in table_rows(source, str(path), COLUMNS):
        if cells:  # a row of separators only is a leftover of a spreadsheet
            yield cells if isinstance(cells, Problem) else _row(cells, place, path)


def table_rows(source: BinaryIO, name: str, known: Collection[str]) -> Iterator[tuple[str, dict[str, str] | Problem]]:
    """Place ('shops.csv:7') and stripped cells by column of every line that is not blank; a Problem for a broken one.

    Columns may stand in any order and be left out, parted by comma, semicolon or tab. A heading that cannot be
    understood is the only thing that is told.
    """
    csv.field_size_limit(LONGEST_CELL)
    text = _decoded(source)
    first = next(text, "")
    separator = max(",;\t", key=first.count)
    try:
        columns = [column.strip() for column in next(csv.reader([first], delimiter=separator), [])]
    except csv.Error as error:
        yield f"{name}:1", _bad(f"{name}:1: {error}")
        return
    if wrong := sorted(set(columns) - set(known)) or [column for column in columns if columns.count(column) > 1]:
        reason = f"unknown or repeated column {', '.join(wrong)} (known: {', '.join(sorted(known))})"
        yield f"{name}:1", _bad(f"{name}:1: {reason}")
        return
    rows = csv.reader(text, delimiter=separator, strict=True)
    while True:
        place = f"{name}:{rows.line_num + 2}"
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield place, _bad(f"{place}: {error}")
            continue
        if len(cells) > 1 or "".join(cells).strip():
            yield place, _cells(columns, cells, place)


def _cells(columns: list[str], cells: list[str], place: str) -> dict[str, str] | Problem:
    if len(cells) != len(columns):
        return _bad(f"{place}: {len(cells)} cells, but {len(columns)} columns")
    given = {column: cell.strip() for column, cell in zip(columns, cells, strict=True) if cell.strip()}
    for column, cell in given.items():
        if any("\udc80" <= letter <= "\udcff" for letter in cell):
            return _bad(f"{place}: {column} is neither UTF-8 nor GB 18030")
    return given


def _decoded(source: BinaryIO) -> Iterator[str]:
    """Lines as text. UTF-8, unless a line is no UTF-8 before any was: then GB 18030, as Excel in China writes it.

    Bytes that fit neither become lone surrogates, by which the row is refused later. (Neither encoding uses the bytes
    of a line break, comma or quotation mark inside another character, so lines may be decoded one by one.)
    """
    encoding = None
    while line := source.readline(LONGEST_CELL * 8):
        line = line.removeprefix(b"\xef\xbb\xbf")
        if encoding is None and not line.isascii():
            encoding = "utf-8" if _fits(line, "utf-8") else "gb18030"
        yield line.decode(encoding or "utf-8", "surrogateescape")


def _fits(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _row(given: dict[str, str], place: str, path: Path) -> Listing | Problem:
    raw: dict[str, object] = {column: cell.splitlines() if column in MANY else cell for column, cell in given.items()}
    try:
        raw.update({name: int(given[name]) for name in NUMBERS if name in given})
        counted = {name: float(str(raw.pop(name))) for name in COUNTERS if name in given}
    except ValueError as error:
        return _bad(f"{place}: expected a number: {error}")
    return _listing({**raw, "counters": counted} if counted else raw, place, path)


def _listing(raw: object, place: str, path: Path) -> Listing | Problem:
    """The listing, with what a hand-made list may leave out filled in."""
    if isinstance(raw, dict):
        given = {name: value for name, value in raw.items() if value is not None}
        if not given.get("url"):
            return _bad(f"{place}: needs url")
        raw = {"marketplace": f"import:{path.stem}", "source_kind": "site", "native_id": given["url"], **given}
    try:
        listing = read(Listing, raw, place)
        admitted(listing)
    except ReadError as error:
        return _bad(str(error) if str(error).startswith(place) else f"{place}: {error}")
    return listing
