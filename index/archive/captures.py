"""Reading what was archived, by capture."""

from __future__ import annotations

import zlib
from hashlib import sha256
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from index.model import Capture

FIRST = "WARC-Copycatch-First-Record"
"""Of a revisit record: '<file>:<offset>' of the record with the page, in the same run."""
LARGEST = 256 << 20
"""Bytes of a page at most. The crawl takes smaller ones; an archive may have been tampered with."""


class CaptureMissingError(LookupError):
    """The archive has no such record; the message names file and place."""


def read(folder: Path, capture: Capture) -> tuple[list[tuple[str, str]], bytes]:
    """Headers and page of a capture. Raises CaptureMissingError."""
    name = Path(capture.warc).name  # the name alone: a capture may come from a file somebody handed us
    try:
        record, body = record_at(folder / name, capture.offset)
        if record.rec_type == "revisit":
            file, _, offset = header(record, FIRST).rpartition(":")
            _, body = record_at(folder / Path(file).name, int(offset))
        headers = list(record.http_headers.headers)
    except (OSError, AttributeError, ValueError) as error:
        raise CaptureMissingError(f"{name}, byte {capture.offset}: {error or 'no record'}") from error
    if sha256(body).hexdigest() != capture.sha256:
        raise CaptureMissingError(f"{name}, byte {capture.offset}: the page is not the one that was captured")
    return headers, body


def record_at(path: Path, offset: int) -> tuple[Any, bytes]:
    """The record (warcio's) that begins there, and its content. Raises ValueError where none does, and OSError."""
    try:
        with path.open("rb") as stream:
            stream.seek(offset)
            record = next(iter(ArchiveIterator(stream)))
            body: bytes = record.content_stream().read(LARGEST + 1)
    except (StopIteration, ArchiveLoadFailed, zlib.error, EOFError, AttributeError, TypeError) as error:
        raise ValueError(str(error) or "no record") from error
    if len(body) > LARGEST:
        raise ValueError(f"a page of more than {LARGEST >> 20} MB")
    return record, body


def header(record: Any, name: str) -> str:
    """A WARC header of the record, with or without 'WARC-' before its name; empty where there is none."""
    return record.rec_headers.get_header(name if name.startswith("WARC-") else f"WARC-{name}") or ""
