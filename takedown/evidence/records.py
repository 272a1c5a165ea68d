"""Copying archived records byte for byte (but for names, see `rewriting`), each with the line that the chain of its
crawl has for it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from index.archive.captures import FIRST, CaptureMissingError, header, read, record_at
from index.archive.chain import NAME, Record, chain_path, read_chain, written
from index.archive.members import members
from index.model import Capture
from takedown.evidence.rewriting import SUPPLIED, Cut, rewritten


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A record as it goes into the bundle."""

    raw: bytes
    """One gzip member."""
    type: str
    """'response', 'revisit'."""
    url: str
    at: str
    payload: str
    """SHA-256 of the page."""
    status: int | None
    """HTTP status."""
    media_type: str
    server_date: str
    """What the server's own clock said; empty where it said nothing."""
    server_ip: str
    supplied: bool
    """Whether somebody brought it."""
    original_sha256: str | None
    """Of the record in the archive, where this one was written anew."""
    original_payload: str | None
    """Of the page in it, where that was changed as well: the operator's own name was cut out."""
    chain: tuple[str, bytes, str] | None
    """Run, line of its chain, hash of the line; None where the chain has none, or another record."""


class Archive:
    """The page archive of the home, read for copying. Keeps the chain of one run at a time."""

    def __init__(self, folder: Path, cut: Cut | None = None) -> None:
        self._folder, self._cut = folder, cut
        self._run = ""
        self._lines: dict[tuple[str, int], tuple[bytes, str, Record]] = {}

    def page(self, capture: Capture) -> tuple[bytes, list[tuple[str, int]]]:
        """The page, checked against its hash, and where its records lie: its own, and the one that holds the page.

        Raises CaptureMissingError.
        """
        _, body = read(self._folder, capture)
        name = Path(capture.warc).name
        places = [(name, capture.offset)]
        record, _ = record_at(self._folder / name, capture.offset)
        if record.rec_type == "revisit":
            file, _, offset = header(record, FIRST).rpartition(":")
            places.insert(0, (Path(file).name, int(offset)))
        return body, places

    def copy(self, name: str, offset: int) -> Copied:
        """The record there. Raises CaptureMissingError."""
        path = self._folder / name
        try:
            record, _ = record_at(path, offset)
            start, length = next(members(path, offset))
            with path.open("rb") as stream:
                stream.seek(start)
                raw = stream.read(length)
            anew = rewritten(raw, self._cut)
            shown = _digest(anew) if anew else ""
        except (OSError, ValueError, StopIteration, zlib.error) as error:
            raise CaptureMissingError(f"{name}, byte {offset}: {error or 'no record'}") from error
        digest, payload = sha256(raw).hexdigest(), header(record, "Payload-Digest").removeprefix("sha256:")
        http = record.http_headers
        status = http.get_statuscode() if http is not None else ""
        return Copied(
            raw=anew or raw,
            type=record.rec_type,
            url=header(record, "Target-URI"),
            at=header(record, "Date"),
            payload=shown or payload,
            status=int(status) if status and status.isdigit() else None,
            media_type=_media_type(http.get_header("Content-Type") or "") if http is not None else "",
            server_date=(http.get_header("Date") or "") if http is not None else "",
            server_ip=header(record, "IP-Address"),
            supplied=bool(header(record, SUPPLIED)),
            original_sha256=digest if anew else None,
            original_payload=payload if shown and shown != payload else None,
            chain=self._chain(name, offset, digest),
        )

    def _chain(self, name: str, offset: int, digest: str) -> tuple[str, bytes, str] | None:
        found = NAME.fullmatch(name)
        run = found["run"] if found else ""
        if run and run != self._run:
            self._run, self._lines = (
                run,
                {(link.file, link.offset): (raw, own, link) for raw, own, link in self._read(run)},
            )
        raw, own, link = self._lines.get((name, offset), (b"", "", None))
        return (run, raw, own) if link is not None and link.sha256 == digest else None

    def _read(self, run: str) -> Iterator[tuple[bytes, str, Record]]:
        """The lines about records, those that are not as they were left out."""
        try:
            for one in read_chain(chain_path(self._folder, run), run):
                if one.wrong is None and one.line is not None and isinstance(one.line.link, Record):
                    raw, digest = written(one.line)
                    if digest == one.hash:
                        yield raw, digest, one.line.link
        except OSError:
            return


def _digest(raw: bytes) -> str:
    """The hash of the page that a record states."""
    record = next(iter(ArchiveIterator(BytesIO(raw))))
    return header(record, "Payload-Digest").removeprefix("sha256:")


def _media_type(said: str) -> str:
    """Without parameters, and only where it is one."""
    name = said.partition(";")[0].strip().lower()
    return name if re.fullmatch(r"[a-z0-9.+-]+/[a-z0-9.+-]+", name) else ""
