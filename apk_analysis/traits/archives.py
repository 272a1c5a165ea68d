"""Archives inside the archive: pages that are unpacked later, updates that came along, the code of other runtimes."""

from __future__ import annotations

from collections.abc import Iterator

from apk_analysis.archive import Archive, Limits
from apk_analysis.contents import Contents
from apk_analysis.defects import Defect
from apk_analysis.inflate import inflate_gzip

ZIP, GZIP = b"PK\3\4", b"\x1f\x8b\x08"
INSIDE = "!/"
"""Between the path of an archive and that of a file in it."""
LIMITS = Limits(entries=5_000, entry=16 << 20, total=64 << 20)
LISTED = 1 << 10
"""What an entry costs by being listed, in bytes that could be searched instead."""


def is_archive(data: bytes) -> bool:
    """Whether it can be looked into."""
    return data.startswith((ZIP, GZIP))


def files_of(where: str, data: bytes, room: int) -> Iterator[tuple[str, bytes, int]]:
    """(path, content, cost) of what an archive holds; the list of names first. Ends when more than `room` was spent.

    Raises Defect where it cannot be read on.
    """
    if room <= 0:
        raise Defect("too_large", where)
    if data.startswith(GZIP):
        most = min(room, LIMITS.entry)
        whole = inflate_gzip(data, most)
        yield f"{where}{INSIDE}content", whole, len(whole)
        if len(whole) in {0, most}:
            raise Defect("too_large" if whole else "broken_entry", where)
        return
    archive = Archive(data, LIMITS)
    cost = LISTED * len(archive.entries)
    room -= cost
    yield where, "\n".join(entry.name for entry in archive.entries).encode("utf-8", "surrogateescape"), cost
    contents = Contents(archive, inside=where + INSIDE)
    for content in contents:
        if content.data is None or room <= 0:
            raise Defect("too_large", content.where)
        room -= len(content.data)
        yield content.where, content.data, len(content.data)
    for found in contents.problems[:1]:
        raise Defect(found.kind, found.detail)
