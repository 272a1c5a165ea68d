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


def is_archive(data: bytes) -> bool:
    """Whether it can be looked into."""
    return data.startswith((ZIP, GZIP))


def files_of(where: str, data: bytes, room: int) -> Iterator[tuple[str, bytes]]:
    """(path, content) of what an archive holds; the list of names first. At most `room` bytes and one file more.

    Raises Defect where it cannot be read on.
    """
    if data.startswith(GZIP):
        most = min(room, LIMITS.entry)
        whole = inflate_gzip(data, most)
        yield f"{where}{INSIDE}content", whole
        if len(whole) in {0, most}:
            raise Defect("too_large" if whole else "broken_entry", where)
        return
    archive = Archive(data, LIMITS)
    yield where, "\n".join(entry.name for entry in archive.entries).encode("utf-8", "surrogateescape")
    contents = Contents(archive, inside=where + INSIDE)
    for content in contents:
        if content.data is None or room <= 0:
            raise Defect("too_large", content.where)
        room -= len(content.data)
        yield content.where, content.data
    for found in contents.problems[:1]:
        raise Defect(found.kind, found.detail)
