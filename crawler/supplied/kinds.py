"""What kind of file somebody brought, told by what is inside; its name decides only where that could be several."""

from __future__ import annotations

import codecs
import io
import re
import zipfile
import zlib
from pathlib import Path
from typing import Literal

from crawler.supplied.brought import UnreadableError
from crawler.supplied.delimited import lines_of, written_as_table
from crawler.supplied.headings import MOST_ABOVE, heading_row
from crawler.supplied.sample_file import is_sample
from crawler.supplied.share_text import text_of_bytes

FileKind = Literal["table", "workbook", "json_lines", "share", "html", "mhtml", "har", "warc", "wacz", "sample"]
PAGES: frozenset[FileKind] = frozenset({"html", "mhtml", "har", "warc", "wacz"})
EVIDENCE: frozenset[FileKind] = PAGES | {"sample"}
"""Kinds for which somebody has to answer by name: they show, or are, what is complained about."""
SHEETS: frozenset[FileKind] = frozenset({"table", "workbook"})
HEAD = 64 << 10
_HTML = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s{0,200}(?:<!--|<!doctype\s+html|<html|<head|<meta|<body|<\?xml[^>]{0,200}>\s{0,20}<(?:!doctype\s+)?html)",
    re.IGNORECASE,
)
_MHTML = re.compile(rb"^(?:[\w-]{1,60}:[^\r\n]{0,2000}\r?\n(?:[ \t][^\r\n]{0,2000}\r?\n){0,20}){1,40}", re.ASCII)
_HAR = re.compile(rb'^(?:\xef\xbb\xbf)?\s{0,200}\{\s{0,200}"log"\s{0,20}:\s{0,20}\{')


def kind_of(path: Path) -> FileKind:  # noqa: PLR0911 - a list of signs, in order
    """What is in a file. Raises UnreadableError for what nobody here can read, and OSError."""
    with path.open("rb") as source:
        head = source.read(HEAD)
    suffix = path.suffix.lower()
    if head.startswith(b"PK"):
        return _zip_kind(path, suffix)
    if head.startswith((b"\xd0\xcf\x11\xe0", b"%PDF")):
        return "workbook"  # says in words what it is instead
    if head.startswith(b"WARC/") or _inflated(head).startswith(b"WARC/"):
        return "warc"
    if _HAR.match(head):
        return "har"
    if suffix in {".jsonl", ".ndjson", ".json"} or (suffix in {".txt", ""} and head.lstrip()[:1] == b"{"):
        return "json_lines"
    if _HTML.match(head) and suffix not in {".csv", ".tsv"}:
        return "html"
    found = _MHTML.match(head)
    if found and b"mime-version" in found[0].lower() and b"multipart/related" in found[0].lower():
        return "mhtml"
    if suffix in {".csv", ".tsv"}:
        return "table"
    if suffix in {".txt", ""} and (b"\0" not in head or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))):
        return _text_kind(head)
    raise UnreadableError("unknown_file")


def _zip_kind(path: Path, suffix: str) -> FileKind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        names = set()
    if "xl/workbook.xml" in names or (not names and suffix in {".xlsx", ".xlsm"}):
        return "workbook"
    if "datapackage.json" in names or suffix == ".wacz":
        return "wacz"
    if is_sample(path):
        return "sample"
    raise UnreadableError("unknown_file")


def _inflated(head: bytes) -> bytes:
    if not head.startswith(b"\x1f\x8b"):
        return b""
    try:
        return zlib.decompressobj(31).decompress(head, 16)
    except zlib.error:
        return b""


def _text_kind(head: bytes) -> FileKind:
    """A text is a table where its first lines are rows with headings; else what people pasted."""
    lines = text_of_bytes(head).splitlines()[:MOST_ABOVE]
    rows = [row.cells for row in lines_of(io.BytesIO("\n".join(lines).encode("utf-8", "replace")))]
    return "table" if written_as_table(lines) and heading_row(rows) is not None else "share"
