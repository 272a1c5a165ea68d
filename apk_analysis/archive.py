"""The ZIP layer: our own walk over the central directory. Tolerant like Android, and it says where the file is odd.

Nothing is inflated while walking; every inflation has a limit on the actual output, because declared sizes may lie.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from isal import isal_zlib

from apk_analysis.defects import Defect, problem
from apk_analysis.fingerprint import Problem

END, CENTRAL, LOCAL = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_BROKEN: Any = isal_zlib.IsalError
CHUNK = 1 << 18
REPEATED = 5
"""Problems of one kind that are listed one by one; a hostile archive can have thousands."""

Bytes = bytes | mmap.mmap | memoryview


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an archive may make us do. Sizes in bytes, of inflated content."""

    entries: int = 65_535
    entry: int = 1 << 30
    total: int = 4 << 30
    ratio: int = 200
    """Inflated to packed, looked at only beyond `ratio_from`; deflate itself ends at 1032."""
    ratio_from: int = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One record of the central directory, and what its local header says differently."""

    name: str
    """Decoded as UTF-8; undecodable bytes are kept as lone surrogates."""
    flags: int
    method: int
    crc: int
    packed: int
    """Bytes in the archive, as declared."""
    size: int
    """Bytes after inflating, as declared."""
    header: int
    """Offset of the local header."""
    start: int | None
    """Offset of the content; None when there is no local header."""
    mismatch: str = ""
    """Which facts of the local header contradict the central directory; empty when none."""


class Archive:
    """An opened archive. `problems` holds what is odd; `flaw` is set when Android would refuse to open the file."""

    def __init__(self, data: Bytes, limits: Limits | None = None) -> None:
        """Raises Defect when there is no usable central directory at all."""
        self.data = data
        self.limits = limits or Limits()
        self.problems: list[Problem] = []
        self.flaw = ""
        self._noted: dict[str, int] = {}
        self.end = self._find_end()
        _, _, _, _, count, size, offset, _ = _END.unpack_from(data, self.end)
        self.central = offset
        """Offset of the central directory."""
        self.central_end = offset + size
        self.shift = 0
        """Bytes in front of the archive that its own offsets do not count."""
        self._check_place()
        self.entries = tuple(self._walk(count))
        self._by_name: dict[str, Entry] = {}
        for entry in self.entries:  # the first one counts, as on Android
            self._by_name.setdefault(entry.name, entry)
        self._check_entries()

    def note(self, kind: str, detail: str = "", *, part: str = "zip") -> None:
        """Records a problem; of each kind at most REPEATED ones."""
        self._noted[kind] = self._noted.get(kind, 0) + 1
        if self._noted[kind] <= REPEATED:
            self.problems.append(problem(part, kind, detail))

    def find(self, name: str) -> Entry | None:
        """The first entry of that exact name."""
        return self._by_name.get(name)

    def stream(self, entry: Entry, limit: int | None = None) -> Iterator[bytes]:
        """The inflated content in pieces. Raises Defect when it is broken or more than `limit` bytes."""
        limit = min(self.limits.entry, self.limits.entry if limit is None else limit)
        if entry.start is None:
            raise Defect("no_local_header", entry.name)
        if self._is_bomb(entry):
            raise Defect("bomb", f"{entry.name}: {entry.packed} bytes claim to hold {entry.size}")
        pieces = (self._stored if entry.method == 0 else self._inflated)(entry, entry.start)
        total = 0
        for piece in pieces:
            total += len(piece)
            if total > limit or self._explodes(entry.packed, total):
                raise Defect("too_large", f"{entry.name}: more than {min(total, limit)} bytes")
            yield piece

    def read(self, entry: Entry, limit: int) -> bytes:
        """The whole content, at most `limit` bytes. Raises Defect like `stream`."""
        return b"".join(self.stream(entry, limit))

    def _stored(self, entry: Entry, start: int) -> Iterator[bytes]:
        stop = start + entry.size
        if stop > len(self.data):
            raise Defect("truncated_entry", entry.name)
        for at in range(start, stop, CHUNK):
            yield bytes(self.data[at : min(at + CHUNK, stop)])

    def _inflated(self, entry: Entry, start: int) -> Iterator[bytes]:
        stop = start + entry.packed
        if stop > len(self.data):
            raise Defect("truncated_entry", entry.name)
        inflate = isal_zlib.decompressobj(-15)
        try:
            for at in range(start, stop, CHUNK):
                waiting = bytes(self.data[at : min(at + CHUNK, stop)])
                while waiting and not inflate.eof:
                    yield inflate.decompress(waiting, CHUNK * 4)
                    waiting = inflate.unconsumed_tail
            while not inflate.eof:
                rest = inflate.decompress(b"", CHUNK * 4)
                if not rest:
                    break
                yield rest
        except _BROKEN as error:
            raise Defect("broken_entry", f"{entry.name}: {error}") from error
        if not inflate.eof:
            raise Defect("truncated_entry", entry.name)

    def _explodes(self, packed: int, size: int) -> bool:
        return size > self.limits.ratio_from and size > packed * self.limits.ratio

    def _is_bomb(self, entry: Entry) -> bool:
        return entry.size > self.limits.entry or (entry.method != 0 and self._explodes(entry.packed, entry.size))

    def _find_end(self) -> int:
        """Offset of the end record: the last one whose comment reaches exactly to the end of the file."""
        data, last = self.data, len(self.data) - _END.size
        tail = bytes(data[max(0, last - 0xFFFF) :])
        base = len(data) - len(tail)
        at = tail.rfind(END)
        fallback = -1
        while at >= 0:
            if at + _END.size <= len(tail):
                if _END.unpack_from(tail, at)[7] == len(tail) - at - _END.size:
                    return base + at
                fallback = fallback if fallback >= 0 else at
            at = tail.rfind(END, 0, at + 3) if at else -1
        if fallback < 0:
            raise Defect("truncated" if bytes(data[:4]) == LOCAL else "no_end_record")
        comment = _END.unpack_from(tail, fallback)[7]
        extra = len(tail) - fallback - _END.size - comment
        kind, self.flaw = ("trailing_data", "trailing data") if extra > 0 else ("truncated", "truncated comment")
        self.note(kind, f"{abs(extra)} bytes")
        return base + fallback

    def _check_place(self) -> None:
        """Whether the directory lies where the end record says; shifts the offsets when data was put in front."""
        gap = self.end - self.central_end
        if gap and bytes(self.data[self.central : self.central + 4]) != CENTRAL:
            moved = self.central + gap
            if moved < 0 or bytes(self.data[moved : moved + 4]) != CENTRAL:
                raise Defect("misplaced_directory", f"at {self.central}, end record at {self.end}")
            self.note("prefix_data" if gap > 0 else "misplaced_directory", f"offsets are wrong by {gap} bytes")
            self.flaw = self.flaw or "offsets do not fit the file"
            self.shift = max(gap, 0)
            self.central, self.central_end = moved, self.end
        elif gap < 0:
            raise Defect("misplaced_directory", f"ends at {self.central_end}, end record at {self.end}")
        elif gap:
            self.note("data_before_end_record", f"{gap} bytes")
        if bytes(self.data[:4]) == b"dex\n":
            self.note("janus", "the file is a DEX and a ZIP at once")
            self.flaw = self.flaw or "Janus"

    def _walk(self, declared: int) -> Iterator[Entry]:
        at, found = self.central, 0
        while at + _CENTRAL.size <= self.central_end:
            (magic, _, _, flags, method, _, _, crc, packed, size, n, m, k, _, _, _, header) = _CENTRAL.unpack_from(
                self.data, at
            )
            if magic != CENTRAL or found >= self.limits.entries:
                break
            raw = bytes(self.data[at + _CENTRAL.size : at + _CENTRAL.size + n])
            found += 1
            at += _CENTRAL.size + n + m + k
            if at > self.central_end:
                self.flaw = self.flaw or "central directory record reaches beyond its end"
                break
            yield self._entry(raw, flags, method, crc, packed, size, header + self.shift)
        if found != declared or at != self.central_end:
            self.note("entry_count", f"{declared} declared, {found} found")
            if found < declared:
                self.flaw = self.flaw or "central directory is damaged"

    def _entry(self, raw: bytes, flags: int, method: int, crc: int, packed: int, size: int, header: int) -> Entry:  # noqa: PLR0917 - the fields of one record, in their order
        start, mismatch = None, "no local header"
        if header + _LOCAL.size <= self.central:
            (magic, _, local_flags, local_method, _, _, local_crc, local_packed, local_size, n, m) = _LOCAL.unpack_from(
                self.data, header
            )
            if magic == LOCAL:
                start = header + _LOCAL.size + n + m
                name = bytes(self.data[header + _LOCAL.size : header + _LOCAL.size + n])
                pairs = [("name", name, raw), ("method", local_method, method), ("flags", local_flags & 9, flags & 9)]
                if not flags & 8:
                    pairs += [("crc", local_crc, crc), ("packed", local_packed, packed), ("size", local_size, size)]
                mismatch = ", ".join(label for label, local, central in pairs if local != central)
        return Entry(
            name=raw.decode("utf-8", "surrogateescape"),
            flags=flags,
            method=method,
            crc=crc,
            packed=packed,
            size=size,
            header=header,
            start=start,
            mismatch=mismatch,
        )

    def _check_entries(self) -> None:
        total = 0
        for entry in self.entries:
            total += entry.size
            self._check_entry(entry)
        folders = {entry.name.rstrip("/") for entry in self.entries if entry.name.endswith("/")}
        for name in folders & self._by_name.keys():
            self.note("shadowed_entry", name)
        first = min((entry.header for entry in self.entries), default=self.central)
        # Build tools leave unlisted entries in front, which is lawful; anything else in front is not.
        if first > 0 and bytes(self.data[:4]) not in {LOCAL, b"dex\n"} and "prefix_data" not in self._noted:
            self.note("prefix_data", f"{first} bytes")
        if total > self.limits.total:
            self.note("bomb", f"{total} bytes declared in all")

    def _check_entry(self, entry: Entry) -> None:
        if self._by_name[entry.name] is not entry:
            self.note("duplicate_entry", entry.name)
        if entry.start is None:
            self.note("no_local_header", entry.name)
        elif entry.mismatch:
            self.note("header_mismatch", f"{entry.name}: {entry.mismatch}")
        if entry.method not in {0, 8}:
            self.note("bogus_method", f"{entry.name}: {entry.method}")
        if entry.flags & 0x41:
            self.note("encryption_flag", entry.name)
        if entry.method == 0 and entry.packed != entry.size:
            self.note("lying_size", f"{entry.name}: stored {entry.packed}, declared {entry.size}")
        if self._is_bomb(entry):
            self.note("bomb", f"{entry.name}: {entry.packed} bytes claim to hold {entry.size}")
