"""What is odd about an archive: done to mislead tools that analyse it, or to carry what no signature covers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from apk_analysis.zip_records import DEFLATED, LOCAL, STORED, Entry

if TYPE_CHECKING:
    from apk_analysis.archive import Archive

NEWEST_VERSION = 63
"""Of the ZIP format, times ten."""
ZIP64 = b"PK\x06\x07"
"""Begins the record that leads to a ZIP64 directory."""
MAGIC = b"APK Sig Block 42"
DESCRIPTOR = 24
"""Bytes that a data descriptor takes at most, behind a content whose sizes were not known before it was written."""
LOOKED_AT = 1 << 16
"""Bytes of a gap that are looked at."""
_UNSAFE = re.compile(r"[\0\\\ud800-\udfff]|^/|(?:^|/)\.\.(?:/|$)|^[A-Za-z]:/|^$")
_MAYBE_UNSAFE = re.compile(r"[\0\\\ud800-\udfff:]|\.\.|\n/|\n\n|\n$|^[/\n]|^$")
"""Over all names at once, a line each: finds every unsafe name and hardly another, in one search."""

Oddity = tuple[str, str]
"""Kind and detail of a problem."""


def oddities(archive: Archive) -> Iterator[Oddity]:
    """Everything that is odd, apart from the place of the directory itself. Reads no content."""
    for entry in archive.entries:
        if not _is_plain(entry):
            yield from _of_entry(entry)
        if entry.size > archive.limits.ratio_from and archive.is_bomb(entry):
            yield "bomb", f"{entry.name}: {entry.packed} bytes claim to hold {entry.size}"
    yield from _of_names(archive)
    yield from _of_layout(archive)
    yield from _of_zip64(archive)
    total = sum(entry.size for entry in archive.entries)
    if total > archive.limits.most(len(archive.data)):
        yield "bomb", f"{total} bytes declared in all"


def _is_plain(entry: Entry) -> bool:
    """Whether nothing about the record alone is odd; nearly all are plain, so this is what costs."""
    _, _, version, flags, method, crc, packed, size, comment, _, start, mismatch = entry
    return (
        (method == DEFLATED or (method == STORED and packed == size))
        and not (flags & 0x41 or comment or mismatch or start is None)
        and (crc != 0 or size == 0)
        and version & 0xFF <= NEWEST_VERSION
    )


def _of_entry(entry: Entry) -> Iterator[Oddity]:
    name = entry.name
    if entry.start is None:
        yield "no_local_header", name
    elif entry.mismatch:
        yield "header_mismatch", f"{name}: {entry.mismatch}"
    if entry.method not in {STORED, DEFLATED}:
        yield "bogus_method", f"{name}: {entry.method}"
    if entry.flags & 0x41:
        yield "encryption_flag", name
    if entry.method == STORED and entry.packed != entry.size:
        yield "lying_size", f"{name}: stored {entry.packed}, declared {entry.size}"
    if entry.crc == 0 and entry.size:
        yield "zero_crc", name
    if entry.version & 0xFF > NEWEST_VERSION:  # some build tools write their system into the upper byte
        yield "odd_version", f"{name}: {entry.version}"
    if entry.comment:
        yield "entry_comment", f"{name}: {entry.comment} bytes"


def _of_names(archive: Archive) -> Iterator[Oddity]:
    names = [entry.name for entry in archive.entries]
    known = set(names)
    if len(known) < len(names):
        for entry in archive.entries:
            if archive.find(entry.name) is not entry:
                yield "duplicate_entry", entry.name
    folders = {name.rstrip("/") for name in names if name.endswith("/")}
    for name in sorted(folders & known):
        yield "shadowed_entry", name
    if names and _MAYBE_UNSAFE.search("\n".join(names)):
        for name in names:
            if _UNSAFE.search(name):
                yield "unsafe_name", name or "(empty)"


def _of_layout(archive: Archive) -> Iterator[Oddity]:
    """What lies between the entries, in front of them and over them."""
    ordered = sorted((entry.header, entry.stop, entry) for entry in archive.entries if entry.start is not None)
    data = archive.data
    if ordered and ordered[0][0] > 0 and bytes(data[:4]) not in {LOCAL, b"dex\n"} and not archive.shift:
        # Build tools leave unlisted entries in front, which is lawful; anything else in front is not.
        yield "prefix_data", f"{ordered[0][0]} bytes"
    behind, last = 0, None
    for header, stop, entry in [*ordered, (_end_of_entries(archive), 0, None)]:
        if last is not None and header < behind:
            yield "overlapping_entries", f"{last.name} reaches into {entry.name if entry else 'what follows the files'}"
        elif last is not None and _holds_something(archive, behind + (DESCRIPTOR if last.flags & 8 else 0), header):
            yield "data_between_entries", f"{header - behind} bytes behind {last.name}"
        if stop > behind:
            behind, last = stop, entry


def _holds_something(archive: Archive, start: int, stop: int) -> bool:
    """Whether a gap is more than padding. Build tools leave zeros, and local headers of entries they dropped."""
    if start >= stop:
        return False
    gap = bytes(archive.data[start : min(stop, start + LOOKED_AT)])
    return not gap.startswith(LOCAL) and bool(gap.strip(b"\0"))


def _end_of_entries(archive: Archive) -> int:
    """Where the signing block begins, or the directory when there is none."""
    central: int = archive.central
    if central >= 32 and bytes(archive.data[central - 16 : central]) == MAGIC:
        start: int = central - 8 - int.from_bytes(archive.data[central - 24 : central - 16], "little")
        return start if start > 0 else central
    return central


def _of_zip64(archive: Archive) -> Iterator[Oddity]:
    if archive.end >= 20 and bytes(archive.data[archive.end - 20 : archive.end - 16]) == ZIP64:
        yield "zip64", "a second, larger directory is named in front of the end record"
    elif any(0xFFFFFFFF in {entry.packed, entry.size, entry.header - archive.shift} for entry in archive.entries):
        yield "zip64", "sizes or offsets stand in an extra field"
