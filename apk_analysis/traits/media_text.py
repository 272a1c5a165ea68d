"""Text in the metadata of pictures, sounds, films and documents. Only compressed text is inflated, within bounds."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator

MOST_PARTS, LARGEST_TEXT, LARGEST_SUM, DEEPEST = 2_000, 256 << 10, 2 << 20, 6
"""Chunks or boxes of one file, bytes of one text, characters of all texts of a file, boxes inside boxes."""
XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_BOXES = frozenset({b"moov", b"udta", b"meta", b"ilst", b"trak", b"----"})
"""Boxes of ISO media that hold boxes."""


def may_speak(data: bytes, word: bytes) -> bool:
    """Whether a word may stand in the metadata: plain, in UTF-16, or in a text that a PNG keeps compressed."""
    if not data.startswith(_MAGICS) and data[4:8] != b"ftyp":
        return False
    if data.startswith(b"\x89PNG"):
        return b"TXt" in data or word in data
    return word in data or b"\0".join(word[at : at + 1] for at in range(len(word))) in data


def metadata(data: bytes) -> Iterator[str]:
    """The texts beside the content of PNG, JPEG, WebP, WAV, AVI, GIF, MP4, MP3 and PDF, as far as they can be read."""
    left = LARGEST_SUM
    try:
        for text in _texts(data):
            yield text
            left -= len(text)
            if left <= 0:
                return
    except struct.error:  # the file ends in the middle of a chunk
        return


def _texts(data: bytes) -> Iterator[str]:
    if data.startswith(_MAGICS):
        return next(read for magic, read in _READERS.items() if data.startswith(magic))(data)
    return _boxes(data) if data[4:8] == b"ftyp" else iter(())


def text_of(raw: bytes) -> str:
    """UTF-16 when there is a mark or every second byte is zero, else UTF-8."""
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return raw[:LARGEST_TEXT].decode("utf-16", "replace")
    if raw[1:40:2].count(0) > 15:
        return raw[:LARGEST_TEXT].decode("utf-16-le", "replace")
    return raw[:LARGEST_TEXT].decode("utf-8", "replace")


def _png(data: bytes) -> Iterator[str]:
    at = 8
    for _ in range(MOST_PARTS):
        size, kind = struct.unpack_from(">L4s", data, at)
        if kind in {b"tEXt", b"zTXt", b"iTXt", b"eXIf"}:
            yield from _png_text(kind, data[at + 8 : at + 8 + min(size, LARGEST_TEXT)])
        at += 12 + size


def _png_text(kind: bytes, chunk: bytes) -> Iterator[str]:
    keyword, _, rest = chunk.partition(b"\0")
    if kind == b"zTXt":
        rest = _inflated(rest[1:])
    elif kind == b"iTXt":
        compressed = rest[:1] == b"\1"
        rest = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
        rest = _inflated(rest) if compressed else rest
    yield f"{text_of(keyword)}={text_of(rest)}"


def _inflated(raw: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(raw, LARGEST_TEXT)
    except zlib.error:
        return b""


def _jpeg(data: bytes) -> Iterator[str]:
    at = 2
    for _ in range(MOST_PARTS):
        mark, kind, size = struct.unpack_from(">BBH", data, at)
        if mark != 0xFF or kind == 0xDA:
            return
        if kind in {0xE1, 0xED, 0xFE}:  # XMP and EXIF, IPTC, comment
            yield text_of(data[at + 4 : at + 2 + size])
        at += 2 + max(size, 2)


def _riff(data: bytes) -> Iterator[str]:
    at = 12
    for _ in range(MOST_PARTS):
        kind, size = struct.unpack_from("<4sL", data, at)
        if kind in {b"XMP ", b"EXIF", b"LIST", b"_PMX", b"iXML", b"AIGC", b"bext", b"id3 ", b"ID3 "}:
            name = kind.decode("latin-1")
            yield f"{name}={text_of(data[at + 8 : at + 8 + min(size, LARGEST_TEXT)])}"
        at += 8 + size + (size & 1)


def _boxes(data: bytes) -> Iterator[str]:
    waiting = [(0, len(data), 0)]
    for _ in range(MOST_PARTS):
        if not waiting:
            return
        at, stop, depth = waiting.pop()
        if at + 8 > stop:
            continue
        size, kind = struct.unpack_from(">L4s", data, at)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        end = stop if size == 0 else min(stop, at + size)
        if end < at + head:
            continue
        waiting.append((end, stop, depth))
        begin = at + head
        if kind == b"uuid" and data[begin : begin + 16] == XMP_UUID:
            yield text_of(data[begin + 16 : min(end, begin + LARGEST_TEXT)])
        elif kind in _BOXES and depth < DEEPEST:
            # `meta` has four bytes of flags in front of its boxes in MP4, none in QuickTime.
            skip = 4 if kind == b"meta" and data[begin + 4 : begin + 8] != b"hdlr" else 0
            waiting.append((begin + skip, end, depth + 1))
        elif depth and end - begin <= LARGEST_TEXT:
            yield text_of(data[begin:end])


def _id3(data: bytes) -> Iterator[str]:
    """Frames of an ID3v2 tag; its texts say themselves in which encoding they are."""
    size = sum(byte << 7 * place for place, byte in enumerate(reversed(bytes(b & 0x7F for b in data[6:10]))))
    at, stop, new = 10, min(len(data), 10 + size), data[3] >= 4
    for _ in range(MOST_PARTS):
        if at + 10 > stop or not data[at : at + 4].isalnum():
            return
        raw = data[at + 4 : at + 8]
        length = sum((b & 0x7F if new else b) << (7 if new else 8) * (3 - place) for place, b in enumerate(raw))
        body = data[at + 10 : min(stop, at + 10 + length, at + 10 + LARGEST_TEXT)]
        if data[at : at + 4] in {b"TXXX", b"COMM", b"PRIV", b"GEOB", b"USLT", b"TIT3"}:
            yield text_of(body[1:]) if body[:1] in {b"\1", b"\2", b"\3", b"\0"} else text_of(body)
        at += 10 + length


def _around(data: bytes, mark: bytes) -> Iterator[str]:
    """What stands around a mark, for formats in which the text is stored as it is."""
    at = data.find(mark)
    for _ in range(20):
        if at < 0:
            return
        yield text_of(data[max(0, at - 2_000) : at + 8_000])
        at = data.find(mark, at + 8_000)


_READERS: dict[bytes, Callable[[bytes], Iterator[str]]] = {
    b"\x89PNG\r\n\x1a\n": _png,
    b"\xff\xd8": _jpeg,
    b"RIFF": _riff,
    b"GIF8": lambda data: _around(data, b"XMP DataXMP"),
    b"ID3": _id3,
    b"%PDF": lambda data: _around(data, b"AIGC"),
    b"fLaC": lambda data: _around(data, b"AIGC"),
    b"OggS": lambda data: _around(data, b"AIGC"),
}
"""First bytes of a format -> its reader."""
_MAGICS = tuple(_READERS)
