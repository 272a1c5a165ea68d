"""The page archive: what a marketplace answered, as WARC, one file per run.

A record is flushed before its capture is handed out, and each is a gzip member of its own: a killed run leaves a file
that reads up to the last whole record. The same payload twice is a revisit record. `data:` media are cut out first.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable
from dataclasses import asdict
from hashlib import sha256
from http.client import responses
from io import BytesIO
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.sexual import cut_data_media
from index.model import Capture, Visitor

Headers = Iterable[tuple[str, str]]
REPLACED = frozenset({"content-encoding", "transfer-encoding", "content-length"})
CUT = "WARC-Copycatch-Cut-Media"
"""How many media were cut out, and the SHA-256 of the first of them."""
CUT_NAMED = 50
VISITOR = "WARC-Copycatch-Visitor"
"""As whom the page was asked for, as JSON in ASCII."""
FIRST = "WARC-Copycatch-First-Record"
"""Offset of the record with the payload, within the same file."""


class CaptureMissingError(LookupError):
    """The archive has no such record; the message names file and place."""


class Archive:
    """Writes the captures of one run, reads those of all."""

    def __init__(self, folder: Path, run_id: str) -> None:
        """`folder` is the home's `archive/`. A torn last record of an earlier process is cut off."""
        self._folder = folder
        self._name = f"{run_id}.warc.gz"
        path = folder / self._name
        if path.exists():
            os.truncate(path, whole_length(path))
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._out = os.fdopen(handle, "ab")
        self._writer = WARCWriter(self._out, gzip=True)
        self._seen: dict[str, Capture] = {}

    def store(
        self,
        *,
        url: str,
        status: int,
        headers: Headers,
        body: bytes,
        taken_at: str,
        ip: str | None = None,
        visitor: Visitor | None = None,
    ) -> Capture:
        """Archives one response. Raises OSError when the disk is full or gone."""
        body, cut = cut_data_media(body)
        digest = sha256(body).hexdigest()
        # The body is as decoded and cut: what the server said of its length and coding would make readers fail.
        kept = [(_line(name), _line(value)) for name, value in headers if name.lower() not in REPLACED]
        kept.append(("Content-Length", str(len(body))))
        http = StatusAndHeaders(f"{status} {_reason(status)}", kept, protocol="HTTP/1.1")
        url = _line(url)
        extra = {"WARC-Payload-Digest": f"sha256:{digest}", "WARC-Date": taken_at}
        if ip:
            extra["WARC-IP-Address"] = ip
        if visitor is not None:
            extra[VISITOR] = json.dumps(asdict(visitor))
        if cut:
            extra[CUT] = " ".join((str(len(cut)), *cut[:CUT_NAMED]))
        offset = self._out.tell()
        first = self._seen.get(digest)
        if first is not None:
            extra[FIRST] = str(first.offset)
            record = self._writer.create_revisit_record(
                url, f"sha256:{digest}", first.url, first.taken_at, http_headers=http, warc_headers_dict=extra
            )
        else:
            record = self._writer.create_warc_record(
                url, "response", payload=BytesIO(body), length=len(body), http_headers=http, warc_headers_dict=extra
            )
        self._writer.write_record(record)
        self._out.flush()
        capture = Capture(
            sha256=digest, url=url, taken_at=taken_at, warc=self._name, offset=offset, status=status, visitor=visitor
        )
        self._seen.setdefault(digest, capture)
        return capture

    def close(self) -> None:
        """Makes the file durable."""
        self._out.flush()
        os.fsync(self._out.fileno())
        self._out.close()


def read(folder: Path, capture: Capture) -> tuple[list[tuple[str, str]], bytes]:
    """Headers and payload of a capture. Raises CaptureMissingError."""
    name = Path(capture.warc).name  # the name alone: a capture may come from a file somebody handed us
    try:
        record, body = _record(folder / name, capture.offset)
        if record.rec_type == "revisit":
            _, body = _record(folder / name, int(record.rec_headers.get_header(FIRST)))
        headers = list(record.http_headers.headers)
    except (OSError, StopIteration, ArchiveLoadFailed, zlib.error, AttributeError, TypeError, ValueError) as error:
        raise CaptureMissingError(f"{name}, byte {capture.offset}: {error or 'no record'}") from error
    if sha256(body).hexdigest() != capture.sha256:
        raise CaptureMissingError(f"{name}, byte {capture.offset}: the page is not the one that was captured")
    return headers, body


def _record(path: Path, offset: int) -> tuple[Any, bytes]:
    with path.open("rb") as stream:
        stream.seek(offset)
        record = next(iter(ArchiveIterator(stream)))
        return record, record.content_stream().read()


def whole_length(path: Path) -> int:
    """Bytes up to the end of the last whole record."""
    good = 0
    with path.open("rb") as stream:
        while True:
            inflate = zlib.decompressobj(31)
            while not inflate.eof:
                chunk = stream.read(1 << 16)
                if not chunk:
                    return good
                try:
                    while chunk and not inflate.eof:
                        inflate.decompress(chunk, 1 << 20)
                        chunk = inflate.unconsumed_tail
                except zlib.error:
                    return good
            good = stream.tell() - len(inflate.unused_data)
            stream.seek(good)


def _line(text: str) -> str:
    """One line of what can be written: some browsers join fields by line breaks."""
    return " ".join(text.split("\n")).replace("\r", " ").encode("utf-8", "backslashreplace").decode()


def _reason(status: int) -> str:
    return responses.get(status) or "Status"
