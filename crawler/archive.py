"""Writing the page archive: what a marketplace answered, as WARC files of one run, chained record by record.

A record is in its file and in the chain before its capture is handed out, and each is a gzip member of its own: a
killed run leaves files that read up to the last whole record, and goes on behind it. The same page twice within a run
is a revisit record, also across its files. Never across runs: a revisit record holds no page, so that losing, or
pruning, the file of one run would take the evidence of every later one along. `data:` media are cut out first.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from hashlib import sha256
from http.client import responses
from io import BytesIO
from pathlib import Path
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from index.archive.captures import FIRST, header, record_at
from index.archive.chain import NAME, Chain, ChainBusyError, ChainError, Link, Record, Seal
from index.archive.members import members
from index.media import cut_data_media
from index.model import Capture, Visitor
from index.times import utc

Headers = Iterable[tuple[str, str]]
LARGEST_FILE = 1 << 30
"""Bytes of a WARC file, after which the next one begins."""
REPLACED = frozenset({"content-encoding", "transfer-encoding", "content-length"})
CUT = "WARC-Copycatch-Cut-Media"
"""How many media were cut out, and the SHA-256 of the first of them."""
CUT_NAMED = 50
VISITOR = "WARC-Copycatch-Visitor"
"""As whom the page was asked for, as JSON in ASCII."""
LEVEL = 6
"""Of compression: level 9 takes twice the time for one per cent."""


class Archive:
    """Writes the captures of one run."""

    def __init__(self, folder: Path, run_id: str, *, largest: int = LARGEST_FILE) -> None:
        """`folder` is the home's `archive/`. Goes on where an earlier process of the run was killed: whole records that
        had not reached the chain join it, a torn one is cut off. Raises ChainBusyError and OSError.
        """
        self._folder, self._run, self._largest = folder, run_id, largest
        self._begin()
        if self._number or self._path(1).exists():
            self._open(max(self._number, 1))

    def _begin(self) -> None:
        """Opens the chain. A damaged one is left as it is, and the run goes on in a chain of its own."""
        turn, name = 1, self._run
        while True:
            self._pages: dict[str, tuple[int, str, int, str, str]] = {}
            """SHA-256 of a page -> of its record: number in the chain, file, offset, address, time."""
            self._ends: dict[str, int] = {}
            self._number = self._records = self._bytes = self._end = 0
            self._out: Any = None
            try:
                self._chain = Chain(self._folder, name, self._take)
            except ChainBusyError:
                raise
            except ChainError:
                turn += 1
                name = f"{self._run}+{turn}"
            else:
                self._run = name
                return

    def _take(self, seq: int, link: Link) -> None:
        """A line of the chain, as it was read or written."""
        if not isinstance(link, Record):
            return
        self._records, self._bytes = self._records + 1, self._bytes + link.length
        self._ends[link.file] = link.offset + link.length
        if found := NAME.fullmatch(link.file):
            self._number = max(self._number, int(found["number"]))
        if link.payload and link.type != "revisit":
            self._pages.setdefault(link.payload, (seq, link.file, link.offset, link.url, link.at))

    def _path(self, number: int) -> Path:
        return self._folder / f"{self._run}.{number:04}.warc.gz"

    def _open(self, number: int) -> None:
        """The file of that number; the next one where it is shorter than the chain says (a power cut took its end)."""
        while (path := self._path(number)).exists() and path.stat().st_size < self._ends.get(path.name, 0):
            number += 1
        if self._out is not None:
            self._out.close()
        self._number, self._end = number, self._ends.get(path.name, 0)
        self._out = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "ab", buffering=0)
        self._adopt(path)
        if not self._end:
            self._write(_about(self._run, path.name), type="warcinfo", at=utc())

    def _adopt(self, path: Path) -> None:
        """Takes whole records that the chain does not know yet into it, and cuts off what is torn."""
        for offset, length in members(path, self._end):
            try:
                record, _ = record_at(path, offset)
                url, at, payload = (header(record, name) for name in ("Target-URI", "Date", "Payload-Digest"))
            except ValueError:
                break
            with path.open("rb") as stream:
                stream.seek(offset)
                raw = stream.read(length)
            digest = payload.removeprefix("sha256:") or None
            first = self._pages.get(digest or "", (None,))[0] if record.rec_type == "revisit" else None
            self._note(raw, type=record.rec_type, url=url, at=at, payload=digest, first=first)
        os.truncate(self._out.fileno(), self._end)

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
        supplied: Mapping[str, str] | None = None,
    ) -> Capture:
        """Archives one response. `supplied`: header fields that say who brought it, where we did not fetch it.

        Raises OSError when the disk is full or gone.
        """
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
        extra.update(supplied or {})
        if cut:
            extra[CUT] = " ".join((str(len(cut)), *cut[:CUT_NAMED]))
        first = self._pages.get(digest)
        if first is None:
            record = _BUILDER.create_warc_record(
                url, "response", payload=BytesIO(body), length=len(body), http_headers=http, warc_headers_dict=extra
            )
        else:
            extra[FIRST] = f"{first[1]}:{first[2]}"
            record = _BUILDER.create_revisit_record(
                url, f"sha256:{digest}", first[3], first[4], http_headers=http, warc_headers_dict=extra
            )
        done = self._write(
            record, type=record.rec_type, url=url, at=taken_at, payload=digest, first=first[0] if first else None
        )
        return Capture(
            sha256=digest,
            url=url,
            taken_at=taken_at,
            warc=done.file,
            offset=done.offset,
            status=status,
            visitor=visitor,
            supplied=supplied is not None,
        )

    def _write(self, record: Any, **facts: Any) -> Record:
        plain = BytesIO()
        _Writer(plain, gzip=False, warc_version="1.1").write_record(record)
        raw = zlib.compress(plain.getbuffer(), LEVEL, 31)
        if self._out is None or (record.rec_type != "warcinfo" and self._end + len(raw) > self._largest):
            self._open(self._number + 1)
        try:
            rest = memoryview(raw)
            while rest:
                rest = rest[self._out.write(rest) :]
            return self._note(raw, **facts)
        except OSError:
            os.truncate(self._out.fileno(), self._end)  # a full disk: what is there stays readable
            raise

    def _note(self, raw: bytes, **facts: Any) -> Record:
        """Puts a record that is in the file into the chain."""
        file, digest = self._path(self._number).name, sha256(raw).hexdigest()
        link = Record(file=file, offset=self._end, length=len(raw), sha256=digest, **facts)
        self._take(self._chain.append(link), link)
        self._end += len(raw)
        return link

    def seal(self) -> str | None:
        """Makes all of it durable and closes it for good; returns the hash that seals it, None for an empty archive.

        Whoever stores that hash elsewhere, or has it time-stamped, can prove that nothing was changed since.
        """
        if self._records and not self._chain.sealed:
            self._sync()
            self._chain.append(Seal(at=utc(), records=self._records, bytes=self._bytes))
        head = self._chain.head if self._records else None
        self.close()
        return head

    def close(self) -> None:
        """Makes all of it durable, for a run that is to go on."""
        self._sync()
        if self._out is not None:
            self._out.close()
        self._chain.close()

    def _sync(self) -> None:
        if self._out is not None:
            os.fsync(self._out.fileno())
        self._chain.sync()


class _Writer(WARCWriter):  # type: ignore[misc] # warcio has no types
    """Without the SHA-1 of warcio, which nobody needs beside the chain's SHA-256."""

    def ensure_digest(self, record: Any, block: bool = True, payload: bool = True) -> None:  # noqa: FBT001, FBT002 - theirs
        """Nothing: the digest of the page is among the headers already."""


_BUILDER = _Writer(BytesIO(), warc_version="1.1")


def _about(run: str, file: str) -> Any:
    """The record that begins each file."""
    said = {"software": "copycatch", "format": "WARC File Format 1.1", "isPartOf": run}
    said["conformsTo"] = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
    return _BUILDER.create_warcinfo_record(file, said)


def _line(text: str) -> str:
    """One line of what can be written: some browsers join fields by line breaks."""
    return " ".join(text.split("\n")).replace("\r", " ").encode("utf-8", "backslashreplace").decode()


def _reason(status: int) -> str:
    return responses.get(status) or "Status"
