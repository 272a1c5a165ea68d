"""WARC and WACZ: archives that crawlers and browser tools write. Digests that they carry are checked."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from crawler.families.moments import moment
from crawler.supplied.brought import Unreadable, UnreadableError
from crawler.supplied.raw_page import LARGEST_BODY, MOST_PAGES, RawPage, is_page, is_read

LARGEST_RECORD = 1 << 30
"""Bytes that a record may claim; what inflates to more ends the reading."""
LARGEST_PART = 8 << 30
"""Bytes of one part of a WACZ, inflated."""
LARGEST_LIST = 32 << 20
"""Of a package's own lists."""
MOST_RECORDS = 500_000
_CHUNK = 1 << 20
BROKEN = (ArchiveLoadFailed, OSError, EOFError, ValueError, zlib.error, AttributeError, TypeError, IndexError)
"""What the library lets through for damaged files."""


def read_warc(stream: BinaryIO | IO[bytes], pages: frozenset[str] | None = None) -> Iterator[RawPage]:
    """Pages and data responses, in order. `pages`: addresses that were looked at; None where nobody wrote that down.

    Raises UnreadableError, possibly after some pages.
    """
    count = 0
    try:
        for number, record in enumerate(ArchiveIterator(stream, check_digests=True)):
            if number >= MOST_RECORDS or count >= MOST_PAGES or _length(record) > LARGEST_RECORD:
                break
            if record.rec_type == "response" and (page := _page(record, pages)) is not None:
                count += 1
                yield page
        else:
            return
    except BROKEN as error:
        raise UnreadableError("broken_file", format="WARC", error=str(error)[:200]) from error
    raise UnreadableError("many_pages", most=MOST_PAGES)


def _length(record: Any) -> int:
    return int(record.rec_headers.get_header("Content-Length") or 0)


def _page(record: Any, pages: frozenset[str] | None) -> RawPage | None:
    url = str(record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")
    http = record.http_headers
    media = (http.get_header("Content-Type") or "") if http is not None else ""
    if http is None or not url.startswith(("http://", "https://")) or not is_read(media):
        return None
    status = int(http.get_statuscode() or 0)
    body, why = _body(record)
    return RawPage(
        url=url,
        status=status,
        headers=tuple((str(name), str(value)) for name, value in http.headers),
        body=body,
        taken_at=moment(str(record.rec_headers.get_header("WARC-Date") or "")),
        main=is_page(media) and status == 200 and (pages is None or url in pages),
        why=why,
    )


def _body(record: Any) -> tuple[bytes, Unreadable | None]:
    """The payload as its server meant it. (The digests are over the bytes as they were sent.)"""
    content = record.content_stream()
    parts, size = [], 0
    while chunk := content.read(_CHUNK):
        parts.append(chunk)
        size += len(chunk)
        if size > LARGEST_BODY:
            return b"", Unreadable("page_large", {"most": LARGEST_BODY >> 20})
    while record.raw_stream.read(_CHUNK):  # what is left behind the last chunk counts for the digest
        pass
    if record.digest_checker is not None and record.digest_checker.passed is False:
        return b"", Unreadable("digest")
    return b"".join(parts), None


def read_wacz(stream: BinaryIO) -> Iterator[RawPage]:
    """The pages of all archives in the package, after every part was compared with the digest it was packed with.

    Raises UnreadableError: a package that was changed afterwards is taken in no part.
    """
    try:
        with zipfile.ZipFile(stream) as package:
            parts = {part.filename: part for part in package.infolist()}
            _verify(package, parts)
            pages = _pages(package, parts)
            for name in parts:
                if name.startswith("archive/") and name.endswith((".warc", ".warc.gz")):
                    with package.open(name) as archive:
                        yield from read_warc(archive, pages)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, *BROKEN) as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError("broken_file", format="WACZ", error=str(error)[:200]) from error


def _verify(package: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo]) -> None:
    said = _json(package, parts, "datapackage.json")
    resources = said.get("resources")
    if not isinstance(resources, list) or not resources:
        raise UnreadableError("broken_file", format="WACZ", error="datapackage.json names no resources")
    listed = {}
    for one in resources:
        name, digest = (str(one.get(key) or "") for key in ("path", "hash")) if isinstance(one, dict) else ("", "")
        listed[name] = digest
        if name not in parts or _digest(package, parts[name], digest) != digest:
            raise UnreadableError("wacz_digest", part=name[:200])
    for name in parts:
        if name.startswith("archive/") and not name.endswith("/") and name not in listed:
            raise UnreadableError("wacz_digest", part=name[:200])
    if "datapackage-digest.json" in parts:
        whole = str(_json(package, parts, "datapackage-digest.json").get("hash") or "")
        if _digest(package, parts["datapackage.json"], whole) != whole:
            raise UnreadableError("wacz_digest", part="datapackage.json")


def _digest(package: zipfile.ZipFile, part: zipfile.ZipInfo, like: str) -> str:
    """'sha256:...' of a part, by the algorithm that `like` names."""
    if part.file_size > LARGEST_PART:
        raise UnreadableError("large", most=LARGEST_PART >> 20)
    name = like.partition(":")[0]
    if name not in {"sha256", "sha512", "md5"}:
        return ""
    digest = hashlib.new(name, usedforsecurity=False)
    with package.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return f"{name}:{digest.hexdigest()}"


def _json(package: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], name: str) -> dict[str, Any]:
    if name not in parts or parts[name].file_size > LARGEST_LIST:
        raise UnreadableError("broken_file", format="WACZ", error=f"no {name}")
    try:
        found = json.loads(package.read(name))
    except (ValueError, RecursionError) as error:
        raise UnreadableError("broken_file", format="WACZ", error=f"{name}: {error}"[:200]) from error
    return found if isinstance(found, dict) else {}


def _pages(package: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo]) -> frozenset[str] | None:
    """Addresses in the package's lists of pages; None where there is no such list."""
    found: set[str] = set()
    for name in ("pages/pages.jsonl", "pages/extraPages.jsonl"):
        if name in parts and parts[name].file_size <= LARGEST_LIST:
            for line in package.read(name).splitlines():
                try:
                    said = json.loads(line)
                except (ValueError, RecursionError):
                    continue
                if isinstance(said, dict) and isinstance(said.get("url"), str):
                    found.add(said["url"])
    return frozenset(found) or None
