"""The APK signing block: where it lies, and its pairs.

Format: source.android.com/docs/security/features/apksigning/v2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from apk_analysis.archive import Archive
from apk_analysis.defects import Defect, problem
from apk_analysis.fingerprint import Problem

MAGIC = b"APK Sig Block 42"
PADDING = 0x42726577
MOST_PROBLEMS = 5
MOST_PAIRS, MOST_ITEMS, LARGEST = 10_000, 1_000, 32 << 20
"""Pairs of other tools that are kept, items of one sequence, and bytes of a block; no lawful one comes near."""
V2, V3, V31 = 0x7109871A, 0xF05368C0, 0x1B93AD61
KNOWN = frozenset({V2, V3, V31})


class Reader:
    """Walks length-prefixed little-endian fields; every step is bounded by the bytes it was given."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def __bool__(self) -> bool:
        return self.at < len(self.data)

    def u32(self) -> int:
        """The next four bytes as a number."""
        return int.from_bytes(self.take(4), "little")

    def take(self, size: int) -> bytes:
        """The next `size` bytes. Raises Defect when there are fewer."""
        if size > len(self.data) - self.at:
            raise Defect("malformed_block", f"{size} bytes wanted, {len(self.data) - self.at} left")
        self.at += size
        return self.data[self.at - size : self.at]

    def field(self) -> bytes:
        """The next length-prefixed bytes."""
        return self.take(self.u32())

    def part(self) -> Reader:
        """The next length-prefixed bytes, to be walked in turn."""
        return Reader(self.field())

    def rest(self) -> bytes:
        """Everything that is left."""
        return self.take(len(self.data) - self.at)


def numbered(reader: Reader) -> list[tuple[int, bytes]]:
    """All items of a sequence in which each is a number and length-prefixed bytes."""
    return [(item.u32(), item.field()) for item in items(reader)]


def items(reader: Reader) -> Iterator[Reader]:
    """Each length-prefixed item of a sequence. Raises Defect when there are more than MOST_ITEMS."""
    count = 0
    while reader:
        count += 1
        if count > MOST_ITEMS:
            raise Defect("malformed_block", f"a sequence of more than {MOST_ITEMS} items")
        yield reader.part()


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What lies between the entries and the central directory."""

    start: int
    """Offset of the signing block; that of the central directory when there is none."""
    pairs: dict[int, bytes]
    """The first pair of each id: later ones are what forgers add. Empty when there is no block."""
    problems: tuple[Problem, ...] = ()


def find_block(archive: Archive) -> Block:
    """The signing block as Android would find it; what follows a malformed pair is not looked at."""
    central = archive.central
    if central < 32 or bytes(archive.data[central - 16 : central]) != MAGIC:
        return Block(start=central, pairs={})
    start, pairs, problems = central, dict[int, bytes](), list[Problem]()
    try:
        start = _start(archive)
        for number, value in _pairs(bytes(archive.data[start + 8 : central - 24])):
            if number not in pairs:
                if number in KNOWN or len(pairs) < MOST_PAIRS:
                    pairs[number] = value
            elif number != PADDING and len(problems) < MOST_PROBLEMS:
                problems.append(problem("signature.block", "repeated_pair", f"{number:#010x}, {len(value)} bytes"))
    except Defect as defect:
        problems.append(defect.problem("signature.block"))
    return Block(start=start, pairs=pairs, problems=tuple(problems))


def _start(archive: Archive) -> int:
    """Offset of the block whose magic stands in front of the central directory. Raises Defect."""
    if archive.central_end != archive.end:
        raise Defect("data_before_end_record", "not allowed beside a signing block")
    size: int = int.from_bytes(archive.data[archive.central - 24 : archive.central - 16], "little")
    start: int = archive.central - size - 8
    if size < 24 or start < 0 or int.from_bytes(archive.data[start : start + 8], "little") != size:
        raise Defect("malformed_block", f"sizes of the signing block do not agree ({size})")
    if size > LARGEST:
        raise Defect("too_large", f"a signing block of {size} bytes")
    return start


def _pairs(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Id and value of each pair. Raises Defect at the first that does not fit."""
    at = 0
    while at < len(body):
        size = int.from_bytes(body[at : at + 8], "little")
        if not 4 <= size <= len(body) - at - 8:
            raise Defect("malformed_block", f"pair of {size} bytes at {at}")
        number = int.from_bytes(body[at + 8 : at + 12], "little")
        yield number, body[at + 12 : at + 8 + size]
        at += 8 + size
