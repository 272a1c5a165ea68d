"""The pages as a WACZ 1.1.1 (https://specs.webrecorder.net/wacz/1.1.1/): any replay program opens it.

One WARC file of copied records, an index, the list of pages, and the two files that name and hash all of these. All is
stored, as the format asks of records, so that no byte is hidden from a check.
"""

from __future__ import annotations

import json
import uuid
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from takedown.evidence.checking.pages import DIGEST, INDEX, PACKAGE
from takedown.evidence.package import Held, Package
from takedown.evidence.records import Copied

VERSION = "1.1.1"
WARC = "archive/data.warc.gz"
PAGES = "pages/pages.jsonl"
LONGEST_TITLE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the list that a reader of the WACZ sees."""

    url: str
    at: str
    title: str


class Records:
    """The WARC file under way, in a temporary file."""

    def __init__(self, path: Path, *, at: str, name: str) -> None:
        """Begins with a record about the file. Raises OSError."""
        self._path = path
        self.end = 0
        self.places: list[tuple[int, int]] = []
        """Offset and length of each record, the one about the file first."""
        self._index: list[bytes] = []
        self._out = path.open("wb")
        self.about = _about(at, name)
        self._write(self.about)

    def add(self, copied: Copied) -> tuple[int, int]:
        """Appends a record; returns its offset and length. Raises OSError."""
        place = self._write(copied.raw)
        self._index.append(_indexed(copied, place))
        return place

    def _write(self, raw: bytes) -> tuple[int, int]:
        self._out.write(raw)
        place = self.end, len(raw)
        self.places.append(place)
        self.end += len(raw)
        return place

    def close(self) -> None:
        """Gives the file back."""
        self._out.close()

    @property
    def index(self) -> bytes:
        """The index (CDXJ), sorted as its readers want it."""
        return b"".join(sorted(self._index))


def write_wacz(path: Path, records: Records, warc: Path, pages: Sequence[Page], *, about: dict[str, Any]) -> None:
    """Writes the WACZ. `about`: title, description, created, software. Raises OSError, TooLargeError."""
    listed = [{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}]
    listed += [
        {"id": f"p{n:05}", "url": page.url, "ts": page.at, "title": page.title[:LONGEST_TITLE]}
        for n, page in enumerate(pages, start=1)
    ]
    with path.open("wb") as out:
        package = Package(out)
        held = [
            package.add(WARC, warc),
            package.add(INDEX, records.index),
            package.add(PAGES, b"".join(json.dumps(line).encode() + b"\n" for line in listed)),
        ]
        said = {
            "profile": "data-package",
            "wacz_version": VERSION,
            **about,
            "resources": [_resource(one) for one in held],
        }
        content = json.dumps(said, indent=1).encode()
        package.add(PACKAGE, content)
        package.add(DIGEST, json.dumps({"path": PACKAGE, "hash": f"sha256:{sha256(content).hexdigest()}"}).encode())
        package.end()


def _resource(held: Held) -> dict[str, Any]:
    name = held.name.rpartition("/")[2]
    return {"name": name, "path": held.name, "hash": f"sha256:{held.sha256}", "bytes": held.size}


def _about(at: str, name: str) -> bytes:
    """The record that begins the file; the same for the same bundle."""
    said = f"software: copycatch\r\nformat: WARC File Format 1.1\r\nisPartOf: {name}\r\n".encode()
    head = (
        "WARC/1.1\r\nWARC-Type: warcinfo\r\n"
        f"WARC-Record-ID: <urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, name)}>\r\n"
        f"WARC-Date: {at}\r\nWARC-Filename: data.warc.gz\r\nContent-Type: application/warc-fields\r\n"
        f"Content-Length: {len(said)}\r\n\r\n"
    )
    return zlib.compress(head.encode() + said + b"\r\n\r\n", 6, 31)


def _indexed(copied: Copied, place: tuple[int, int]) -> bytes:
    """One line of the index: key of the address, moment, and where the record lies."""
    from surt import surt  # type: ignore[import-untyped] # noqa: PLC0415 - only a bundle needs it

    try:
        key = surt(copied.url)
    except (ValueError, AttributeError, TypeError, IndexError):  # a hostile address keeps itself as its key
        key = urlsplit(copied.url).path if copied.url.isascii() else ""
    said = {
        "url": copied.url,
        "mime": "warc/revisit" if copied.type == "revisit" else copied.media_type,
        "status": str(copied.status or ""),
        "digest": f"sha256:{copied.payload}",
        "length": str(place[1]),
        "offset": str(place[0]),
        "filename": WARC.rpartition("/")[2],
    }
    moment = "".join(letter for letter in copied.at if letter.isdigit())[:14]
    return f"{''.join(str(key).split()) or '-'} {moment} {json.dumps(said)}\n".encode("utf-8", "backslashreplace")
