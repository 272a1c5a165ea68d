"""Gzip members: where the whole ones of a file lie, and one of a wanted length that says why it holds nothing."""

from __future__ import annotations

import ctypes
import os
import struct
import uuid
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_BLOCK = 65535
"""Bytes of a stored block at most."""
_PAGE = 4096
_KEEP_SIZE, _PUNCH_HOLE = 1, 2  # linux/falloc.h


def members(path: Path, start: int = 0) -> Iterator[tuple[int, int]]:
    """Offset and length of each whole member from `start` on; ends before one that is torn or none. Raises OSError."""
    offset = start
    with path.open("rb") as stream:
        while (end := _end(stream, offset)) is not None:
            yield offset, end - offset
            offset = end


def _end(stream: BinaryIO, offset: int) -> int | None:
    stream.seek(offset)
    inflate = zlib.decompressobj(31)
    try:
        while not inflate.eof:
            chunk = stream.read(1 << 16)
            if not chunk:
                return None
            while chunk and not inflate.eof:
                inflate.decompress(chunk, 1 << 20)  # bounded: a bomb is inflated piece by piece
                chunk = inflate.unconsumed_tail
    except zlib.error:
        return None
    return stream.tell() - len(inflate.unused_data)


def filler(length: int, said: str, at: str) -> bytes:
    """A gzip member of exactly `length` bytes: a WARC record of metadata with `said` (as far as it fits) and zeros.

    Every reader of WARC can step over it, and the zeros need no room on disk (see `free`). Raises ValueError where the
    length is too short even for an empty record (about 230 bytes; no record of a page is so short).
    """
    blocks = max(1, -(-(length - len(_HEAD) - 8) // (_BLOCK + 5)))
    room = length - len(_HEAD) - 8 - 5 * blocks
    name = uuid.uuid5(uuid.NAMESPACE_OID, f"{said} {at} {length}")
    head = f"WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:uuid:{name}>\r\nWARC-Date: {at}\r\n"
    size = room - len(head) - len("Content-Length: 0000000000\r\n\r\n") - 4
    if size < 0:
        raise ValueError(f"{length} bytes are too few for a record")
    text = said.encode()[:size].decode("utf-8", "ignore").encode()
    content = f"{head}Content-Length: {size:010}\r\n\r\n".encode() + text.ljust(size, b"\0") + b"\r\n\r\n"
    parts = [_HEAD]
    for number in range(blocks):
        block = content[number * _BLOCK : (number + 1) * _BLOCK]
        parts.append(struct.pack("<BHH", number == blocks - 1, len(block), len(block) ^ 0xFFFF) + block)
    return b"".join((*parts, struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)))


def free(handle: int, offset: int, length: int) -> None:
    """Gives the pages of zeros in that range of an open file back to the disk, where the file system can. Linux only;
    elsewhere they stay zeros.
    """
    with suppress(AttributeError, OSError):
        fallocate = ctypes.CDLL(None).fallocate
        fallocate.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
        first = -(-offset // _PAGE) * _PAGE
        for page in range(first, offset + length - _PAGE + 1, _PAGE):
            if os.pread(handle, _PAGE, page) == bytes(_PAGE):
                fallocate(handle, _KEEP_SIZE | _PUNCH_HOLE, page, _PAGE)
