"""A ZIP of stored members without anything between them: each header and the directory are built anew and compared.

So no byte of the file is without a check: padding, comments, extra fields, flags and dates have one value only.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib

from takedown.evidence.checking.report import Member, Report, Wrong

LOCAL, CENTRAL, END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")
NEW_YEAR_1980 = 33
"""The one date of all members: what happened when stands in the manifest."""
MOST_MEMBERS = 0xFFFF
SAFE = re.compile(rb"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}){0,3}")
"""Of a name: nothing hidden, nothing upwards, nothing that a system reads in its own way."""


class Row:
    """A member as the directory has it."""

    def __init__(self, name: bytes, crc: int, size: int, at: int) -> None:
        self.name, self.crc, self.size, self.at = name, crc, size, at

    def header(self) -> bytes:
        """What stands before it."""
        sizes = (self.crc, self.size, self.size, len(self.name), 0)
        return LOCAL.pack(b"PK\3\4", 20, 0, 0, 0, NEW_YEAR_1980, *sizes) + self.name

    def entry(self) -> bytes:
        """What stands of it in the directory: made on Unix, readable by all."""
        sizes = (self.crc, self.size, self.size, len(self.name))
        head = (b"PK\1\2", 0x0314, 20, 0, 0, 0, NEW_YEAR_1980, *sizes)
        return CENTRAL.pack(*head, 0, 0, 0, 0, 0o100644 << 16, self.at) + self.name


def directory(rows: list[Row], start: int) -> bytes:
    """What stands behind the members."""
    entries = b"".join(row.entry() for row in rows)
    return entries + END.pack(b"PK\5\6", 0, 0, len(rows), len(rows), len(entries), start, 0)


def read_zip(report: Report, start: int, size: int, label: str) -> list[Member]:
    """The members of a ZIP that lies at that place of the file; `label` stands before their names. Raises Wrong."""
    found: list[Member] = []
    rows: list[Row] = []
    names = set()
    at = 0
    while True:
        head = report.read(start + at, min(LOCAL.size, size - at))
        if len(head) < LOCAL.size or head[:4] != b"PK\3\4":
            break
        crc, length, _, name_length = LOCAL.unpack(head)[6:10]
        raw = report.read(start + at + LOCAL.size, min(name_length, size - at - LOCAL.size))
        name = label + raw[:500].decode("ascii", "backslashreplace")
        data = at + LOCAL.size + name_length
        if data + length > size:
            raise Wrong("cut", name, f"byte {start + at}")
        if len(rows) >= MOST_MEMBERS:
            raise Wrong("too_large", name)
        row = Row(raw, crc, length, at)
        if SAFE.fullmatch(raw) is None:
            report.say("name", name)
        if raw.lower() in names:
            report.say("twice", name, f"byte {start + at}")
        if head + raw != row.header():
            report.say("header", name, f"byte {start + at}")
        names.add(raw.lower())
        rows.append(row)
        found.append(_member(report, name, row, start + data))
        at = data + length
    if not rows:
        raise Wrong("no_zip", label or "ZIP")
    _check_directory(report, start, size, rows, label or found[-1].name)
    return found


def _member(report: Report, name: str, row: Row, at: int) -> Member:
    digest, crc = hashlib.sha256(), 0
    for chunk in report.chunks(at, row.size):
        digest.update(chunk)
        crc = zlib.crc32(chunk, crc)
    if crc != row.crc:
        report.say("changed", name, f"CRC-32 {crc:08x}, bytes {at} to {at + row.size}")
    return Member(name, at, row.size, digest.hexdigest())


def _check_directory(report: Report, start: int, size: int, rows: list[Row], label: str) -> None:
    at = rows[-1].at + len(rows[-1].header()) + rows[-1].size
    expected = directory(rows, at)
    got = report.read(start + at, min(len(expected), size - at))
    if got != expected:
        place = next((n for n, byte in enumerate(got) if byte != expected[n]), len(got))
        report.say("cut" if place == len(got) else "directory", label, f"byte {start + at + place}")
    if size - at > len(expected):
        behind = start + at + len(expected)
        report.say("behind", label, f"{start + size - behind} bytes from byte {behind}")
