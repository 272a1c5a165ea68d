"""Records of the ZIP format: the central directory walked as Android walks it, each entry beside its local header."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from typing import NamedTuple

Bytes = bytes | mmap.mmap | memoryview

END, CENTRAL, LOCAL = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
END_RECORD = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
STORED, DEFLATED = 0, 8


class Entry(NamedTuple):
    """One record of the central directory, and what its local header says differently."""

    number: int
    """Its place in the directory, from 0."""
    name: str
    """Decoded as UTF-8; undecodable bytes are kept as lone surrogates."""
    version: int
    """Of the format, that readers need; the upper byte is free."""
    flags: int
    method: int
    crc: int
    packed: int
    """Bytes in the archive, as declared."""
    size: int
    """Bytes after inflating, as declared."""
    comment: int
    """Bytes of its comment."""
    header: int
    """Offset of the local header."""
    start: int | None
    """Offset of the content; None when there is no local header."""
    mismatch: str = ""
    """Which facts of the local header contradict the central directory; empty when none."""

    @property
    def stop(self) -> int:
        """Offset behind the content, as declared."""
        return (self.header if self.start is None else self.start) + (self.packed if self.method else self.size)


class Directory:
    """Entries of a central directory, in its order. Afterwards `at` tells where the walk ended, and `flaw` why."""

    def __init__(self, data: Bytes, central: int, central_end: int, shift: int) -> None:
        """`shift`: bytes in front of the archive that its own offsets do not count."""
        self._data, self._central, self._end, self._shift = data, central, central_end, shift
        self.at = central
        self.flaw = ""

    def walk(self, most: int) -> Iterator[Entry]:
        """At most `most` entries: Android reads as many as the end record declares and ignores what follows."""
        data, at, end, shift = self._data, self._central, self._end, self._shift
        for number in range(most):
            if at + _CENTRAL.size > end:
                break
            record = _CENTRAL.unpack_from(data, at)
            magic, _, version, flags, method, _, _, crc, packed, size, n, m, k, _, _, _, header = record
            behind = at + _CENTRAL.size + n + m + k
            if magic != CENTRAL:
                break
            if behind > end:
                self.flaw = "central directory record reaches beyond its end"
                break
            raw = data[at + _CENTRAL.size : at + _CENTRAL.size + n]
            self.at = at = behind
            start, mismatch = self._beside((bytes(raw), flags, method, crc, packed, size), header + shift)
            name = str(raw, "utf-8", "surrogateescape")
            yield Entry(
                number, name, version, flags, method, crc, packed, size, k, header + shift, start, mismatch
            )  # by position: this runs for every entry of every sample

    def _beside(self, central: tuple[bytes, int, int, int, int, int], header: int) -> tuple[int | None, str]:
        """Where the content starts by the local header at `header`, and what that header says differently."""
        if header + _LOCAL.size > self._central:
            return None, "no local header"
        magic, _, flags, method, _, _, crc, packed, size, n, m = _LOCAL.unpack_from(self._data, header)
        if magic != LOCAL:
            return None, "no local header"
        behind = header + _LOCAL.size + n
        local = bytes(self._data[behind - n : behind]), flags, method, crc, packed, size
        return behind + m, "" if local == central else _differences(local, central)


def _differences(local: tuple[bytes, int, int, int, int, int], central: tuple[bytes, int, int, int, int, int]) -> str:
    (name, flags, method, *sizes), (other_name, other_flags, other_method, *other_sizes) = local, central
    pairs = [("name", name, other_name), ("method", method, other_method), ("flags", flags & 9, other_flags & 9)]
    if not other_flags & 8:  # else checksum and sizes follow the content
        pairs += [(label, sizes[i], other_sizes[i]) for i, label in enumerate(("crc", "packed", "size"))]
    return ", ".join(label for label, one, other in pairs if one != other)
