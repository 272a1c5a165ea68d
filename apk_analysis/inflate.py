"""Content of ZIP entries. The only module that gives hostile bytes to an inflater; no output is larger than allowed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from isal import isal_zlib

from apk_analysis.defects import Defect
from apk_analysis.zip_records import Bytes

CHUNK = 1 << 18
_BROKEN: Any = isal_zlib.IsalError


def crc32(data: Bytes, so_far: int = 0) -> int:
    """The checksum that ZIP declares for a content."""
    return int(isal_zlib.crc32(data, so_far))


def inflate_whole(data: Bytes, start: int, stop: int, size: int) -> bytes | None:
    """What `data[start:stop]` inflates to when that is at most `size` bytes, else None. Raises Defect.

    One call with one growing buffer; views are released at once, so that the file can be closed afterwards.
    """
    inflate = isal_zlib.decompressobj(-15)
    with memoryview(data) as view, view[start:stop] as packed:
        try:
            content: bytes = inflate.decompress(packed, size + 1)
        except _BROKEN as error:
            raise Defect("broken_entry", str(error)) from error
    if len(content) > size:
        return None
    if not inflate.eof:
        raise Defect("truncated_entry")
    return content


def inflate_pieces(data: Bytes, start: int, stop: int) -> Iterator[bytes]:
    """What `data[start:stop]` inflates to, in pieces of at most 4 * CHUNK bytes. Raises Defect."""
    inflate = isal_zlib.decompressobj(-15)
    try:
        for at in range(start, stop, CHUNK):
            waiting = bytes(data[at : min(at + CHUNK, stop)])
            while waiting and not inflate.eof:
                yield inflate.decompress(waiting, CHUNK * 4)
                waiting = inflate.unconsumed_tail
            if inflate.eof:
                return
        while rest := inflate.decompress(b"", CHUNK * 4):
            yield rest
    except _BROKEN as error:
        raise Defect("broken_entry", str(error)) from error
    if not inflate.eof:
        raise Defect("truncated_entry")


def stored_pieces(data: Bytes, start: int, stop: int) -> Iterator[bytes]:
    """`data[start:stop]` in pieces of at most CHUNK bytes."""
    for at in range(start, stop, CHUNK):
        yield bytes(data[at : min(at + CHUNK, stop)])


def inflates(data: Bytes, start: int, stop: int) -> bool:
    """Whether the bytes begin like deflated ones, as far as the first CHUNK tells."""
    inflate = isal_zlib.decompressobj(-15)
    try:
        content = inflate.decompress(bytes(data[start : min(start + CHUNK, stop)]), CHUNK)
    except _BROKEN:
        return False
    return bool(content or inflate.eof)


def inflate_gzip(data: Bytes, size: int) -> bytes:
    """The first `size` bytes of what a gzip file holds, as far as it can be read."""
    inflate = isal_zlib.decompressobj(31)
    try:
        with memoryview(data) as view:
            return bytes(inflate.decompress(view, size))
    except _BROKEN:
        return b""
