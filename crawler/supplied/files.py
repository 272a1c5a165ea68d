"""What is in a file that somebody brought, thing by thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, groupby, islice
from pathlib import Path
from typing import BinaryIO

from apk_analysis.fingerprint import Problem
from crawler.families.addresses import clean_url
from crawler.supplied.brought import Brought, Entry, Kept, Unreadable, UnreadableError
from crawler.supplied.delimited import lines_of
from crawler.supplied.headings import MOST_ABOVE, MOST_LOOKED_AT, Column, flat, heading_row, map_columns
from crawler.supplied.json_lines import read_json_lines
from crawler.supplied.kinds import SHEETS, FileKind, kind_of
from crawler.supplied.raw_page import LARGEST_BODY, RawPage
from crawler.supplied.remembered import Remembered
from crawler.supplied.rows import named_listing, row_listing
from crawler.supplied.share_text import LARGEST, MOST, messages, read_share, text_of_bytes
from crawler.supplied.workbook import SheetRow, rows_of
from index.messages import t
from index.model import Listing
from index.reading import ReadError
from index.registry.rows import MOST_BYTES
from index.times import utc


@dataclass(slots=True)
class Asked:
    """How a file is to be read, and what is said about it meanwhile."""

    received_at: str
    columns: dict[str, str | None] = field(default_factory=dict)
    """Flat heading -> field, as a person said now."""
    remembered: Remembered | None = None
    url: str | None = None
    """Where a page without an address of its own was."""
    mapped: Callable[[str, list[Column]], None] = lambda _sheet, _columns: None
    """Hears which column of a sheet is what, before its rows come."""
    met: set[str] = field(default_factory=set)
    """Flat headings that the file has."""
    remarks: list[str] = field(default_factory=list)
    """What was not read, in the reader's language."""


def entries_of(path: Path, kind: FileKind, asked: Asked) -> Iterator[Entry]:
    """Everything in a file, in order; what cannot be read says why, once. Raises OSError."""
    try:
        if kind == "sample":
            yield Brought(place=path.name, sample=path)
        elif kind == "workbook":
            yield from _workbook(path, asked)
        elif kind == "share":
            yield from share_entries(_bounded(path, LARGEST))
        else:
            with path.open("rb") as source:
                yield from _streamed(source, path, kind, asked)
    except UnreadableError as error:
        yield Brought(place=path.name, why=error.why)
    for name in asked.columns.keys() - asked.met if kind in SHEETS else ():
        asked.remarks.append(t("intake.map.absent", heading=name))


def _streamed(source: BinaryIO, path: Path, kind: FileKind, asked: Asked) -> Iterator[Entry]:
    if kind == "table":
        yield from table_entries(
            (_Row("", row.number, row.cells, row.why) for row in lines_of(source) if row.why or any(row.cells)),
            asked,
            exact=True,
        )
    elif kind == "json_lines":
        yield from read_json_lines(source, path.name)
    else:
        yield from page_entries(_raw_pages(source, kind, asked), asked)


def _raw_pages(source: BinaryIO, kind: FileKind, asked: Asked) -> Iterator[RawPage]:
    # Readers of pages load when there are any: they bring an archive library with them.
    from crawler.supplied import har, mhtml, saved_html, warc  # noqa: PLC0415 - their libraries

    if kind == "html":
        yield saved_html.read_html(source.read(LARGEST_BODY + 1), url=asked.url)
    elif kind == "mhtml":
        yield from mhtml.read_mhtml(source.read(mhtml.LARGEST + 1))
    elif kind == "har":
        yield from har.read_har(source.read(har.LARGEST + 1))
    elif kind == "warc":
        yield from warc.read_warc(source)
    else:
        yield from warc.read_wacz(source)


def _bounded(path: Path, most: int) -> bytes:
    with path.open("rb") as source:
        data = source.read(most + 1)
    if len(data) > most:
        raise UnreadableError("large", most=most >> 20)
    return data


def _workbook(path: Path, asked: Asked) -> Iterator[Entry]:
    rows = _told(rows_of(_bounded(path, MOST_BYTES), asked.remarks.append))
    yield from table_entries(rows, asked, exact=False)


def _told(rows: Iterator[SheetRow]) -> Iterator[_Row]:
    """The rows; where they end too early the last one says why, so that those before it are not lost."""
    sheet, number = "", 0
    try:
        for row in rows:
            sheet, number = row.sheet, row.number
            yield _Row(sheet, number, row.cells, Unreadable("cut_row") if row.cut else None, row.links)
    except UnreadableError as error:
        yield _Row(sheet, number + 1, (), error.why)


@dataclass(frozen=True, slots=True)
class _Row:
    sheet: str
    number: int
    cells: tuple[str, ...]
    why: Unreadable | None
    links: Mapping[int, str] = field(default_factory=dict)


def table_entries(rows: Iterable[_Row], asked: Asked, *, exact: bool) -> Iterator[Entry]:
    """The rows of every sheet by its headings. `exact`: a row with another number of cells is broken."""
    for sheet, group in groupby(rows, key=lambda row: row.sheet):
        head = list(islice(group, MOST_ABOVE + MOST_LOOKED_AT))
        texts = [row.cells for row in head]
        at = heading_row(texts)
        headings = texts[at] if at is not None else ()
        first = head[at + 1 if at is not None else 0 :]
        columns = _columns(headings, [_with_links(row) for row in first], asked)
        asked.mapped(sheet, columns)
        if at is not None:
            yield from (Kept(sheet=sheet, cells=cells) for cells in texts[:at])
            yield Kept(sheet=sheet, cells=headings, heading=True)
        for row in chain(first, group):
            if at is not None and row.cells == headings:  # repeated on every printed page
                yield Kept(sheet=sheet, cells=row.cells)
            else:
                yield _entry(row, columns, len(headings) if exact and at is not None else None)


def _with_links(row: _Row) -> tuple[str, ...]:
    """The cells with the addresses that lie behind them: these say what a column is."""
    return tuple(row.links.get(at, cell) for at, cell in enumerate(row.cells)) if row.links else row.cells


def _columns(headings: tuple[str, ...], body: list[tuple[str, ...]], asked: Asked) -> list[Column]:
    asked.met |= {flat(heading) for heading in headings}
    kept = asked.remembered.of(headings) if asked.remembered and headings else {}
    if asked.remembered and asked.columns and headings:
        asked.remembered.keep(headings, asked.columns)
    said = {name: field for name, field in asked.columns.items() if field != "auto"}
    kept = {name: field for name, field in kept.items() if name not in asked.columns}
    return map_columns(headings, body, said, kept)


def _entry(row: _Row, columns: list[Column], width: int | None) -> Brought:
    place = f"{row.sheet}:{row.number}" if row.sheet else str(row.number)
    notes: list[str] = []
    why, listing, only_address = row.why, None, False
    if why is None and width is not None and (len(row.cells) < width or any(row.cells[width:])):
        why = Unreadable("cells", {"cells": len(row.cells), "columns": width})
    if why is None:
        try:
            listing, notes, only_address = row_listing(row.cells, columns, row.links)
        except UnreadableError as error:
            why = error.why
    return Brought(
        place=place,
        sheet=row.sheet,
        cells=row.cells,
        listing=listing,
        why=why,
        notes=tuple(notes),
        only_address=only_address,
    )


def share_entries(data: bytes) -> Iterator[Brought]:
    """The messages of a pasted text."""
    for count, (number, text) in enumerate(messages(text_of_bytes(data))):
        if count >= MOST:
            yield Brought(place=str(number), why=Unreadable("many_messages", {"most": MOST}))
            return
        shared = read_share(text)
        if shared is None:
            yield Brought(place=str(number), cells=(text,), why=Unreadable("no_share"))
            continue
        raw = {
            "title": shared.title,
            "description": shared.text,
            "source_kind": shared.kind or "site",
            "platform_style": shared.platform,
        }
        try:
            listing = named_listing(raw, shared.url, code=shared.code)
        except UnreadableError as error:
            yield Brought(place=str(number), cells=(text,), why=error.why)
        else:
            yield Brought(place=str(number), cells=(text,), listing=listing, only_address=True)


def page_entries(pages: Iterable[RawPage], asked: Asked) -> Iterator[Brought]:
    """The listings of saved pages. Frames and data that no spider knows are left out; they belong to a page."""
    from crawler.supplied.private import without_tokens  # noqa: PLC0415 - loads Scrapy

    left = some = 0
    for raw in pages:
        try:
            found = _of_page(raw, asked)
        except UnreadableError as error:
            left += not raw.main
            found = [Brought(place=without_tokens(raw.url)[:300], why=error.why)] if raw.main else []
        some += len(found)
        yield from found
    if left:
        asked.remarks.append(t("intake.remark.left_out", count=left))
    if not some:
        raise UnreadableError("no_pages")


def _of_page(raw: RawPage, asked: Asked) -> list[Brought]:
    """The listings of one page. Raises UnreadableError."""
    from crawler.supplied.page_listings import listings_of  # noqa: PLC0415 - loads all spiders
    from crawler.supplied.private import without_saver  # noqa: PLC0415 - as above

    if raw.why is not None:
        raise UnreadableError(raw.why.kind, **raw.why.values)
    if clean_url(raw.url) is None:
        raise UnreadableError("address", cell=raw.url[:100])
    page = without_saver(raw, asked.received_at)
    listings, spider = listings_of(page, main=raw.main)
    notes = (t("intake.note.read_by", spider=spider), *((t("intake.note.own_word"),) if raw.own_word else ()))
    return [Brought(place=page.url, listing=listing, page=page, notes=notes) for listing in listings]


def listings_in(path: Path) -> Iterator[Listing | Problem]:
    """The listings of a list, in order; a Problem that names file and place for each that cannot be read.

    Raises ReadError for what is no list, and OSError.
    """
    try:
        kind = kind_of(path)
    except UnreadableError as error:
        raise ReadError(f"{path}: {error}") from error
    if kind not in {*SHEETS, "json_lines"}:
        raise ReadError(f"{path}: {Unreadable('unknown_file')}")
    for entry in entries_of(path, kind, Asked(received_at=utc())):
        if isinstance(entry, Brought):
            why = f"{path}:{entry.place}: {entry.why}"
            yield entry.listing or Problem(part="row", kind="row_unreadable", detail=why[:500])
