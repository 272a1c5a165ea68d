"""The ZIP layer: an archive opened by our own walk. Tolerant like Android, and it says where the file is odd.

Nothing is inflated while opening; every inflation has a limit on the actual output, because declared sizes may lie.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from apk_analysis.defects import Defect, problem
from apk_analysis.fingerprint import Problem
from apk_analysis.inflate import inflate_pieces, inflate_whole, inflates, stored_pieces
from apk_analysis.zip_oddities import oddities
from apk_analysis.zip_records import CENTRAL, DEFLATED, END, END_RECORD, LOCAL, STORED, Bytes, Directory, Entry

__all__ = ["LOCAL", "Archive", "Bytes", "Entry", "Limits"]

REPEATED = 5
"""Problems of one kind that are listed one by one; a hostile archive can have thousands."""
_END = re.compile(re.escape(END))
SLACK = 4096
"""Bytes that deflated content may be longer than the content itself before one call for all of it is too generous."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an archive may make us do. Sizes in bytes, of inflated content."""

    entries: int = 65_535
    entry: int = 1 << 30
    total: int = 4 << 30
    total_from: int = 1 << 30
    """Up to here a total is never suspicious, however small the file is."""
    ratio: int = 200
    """Inflated to packed, looked at only beyond `ratio_from`; deflate itself ends at 1032."""
    ratio_from: int = 64 << 20

    def explodes(self, packed: int, size: int) -> bool:
        """Whether `size` bytes are suspiciously much for `packed` ones."""
        return size > self.ratio_from and size > packed * self.ratio

    def most(self, file_size: int) -> int:
        """Bytes that all entries of a file of that size may hold together."""
        return min(self.total, max(self.total_from, file_size * self.ratio))


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
        _, _, _, _, count, size, offset, comment = END_RECORD.unpack_from(data, self.end)
        self.comment = bytes(data[self.end + END_RECORD.size : self.end + END_RECORD.size + comment])
        self.central = offset
        """Offset of the central directory."""
        self.central_end = offset + size
        self.shift = 0
        """Bytes in front of the archive that its own offsets do not count."""
        self._check_place()
        self.entries = self._walk(count)
        self._by_name = {entry.name: entry for entry in reversed(self.entries)}  # the first one counts, as on Android
        for kind, detail in oddities(self):
            self.note(kind, detail)

    def note(self, kind: str, detail: str = "") -> None:
        """Records a problem; of each kind at most REPEATED ones."""
        self._noted[kind] = self._noted.get(kind, 0) + 1
        if self._noted[kind] <= REPEATED:
            self.problems.append(problem("zip", kind, detail))

    def find(self, name: str) -> Entry | None:
        """The first entry of that exact name."""
        return self._by_name.get(name)

    def is_bomb(self, entry: Entry) -> bool:
        """Whether the declared sizes alone are reason enough not to inflate it."""
        return entry.size > self.limits.entry or (
            entry.method != STORED and self.limits.explodes(entry.packed, entry.size)
        )

    def span(self, entry: Entry) -> tuple[int, int]:
        """Offsets of the content. Raises Defect when it is not wholly in the file, or claims too much."""
        if entry.start is None:
            raise Defect("no_local_header", entry.name)
        if self.is_bomb(entry):
            raise Defect("bomb", f"{entry.name}: {entry.packed} bytes claim to hold {entry.size}")
        if entry.stop > len(self.data):
            raise Defect("truncated_entry", entry.name)
        return entry.start, entry.stop

    def is_stored(self, entry: Entry) -> bool:
        """Whether the bytes lie there as they are. For methods that do not exist, by what the bytes look like."""
        if entry.method in {STORED, DEFLATED}:
            return entry.method == STORED
        start, stop = self.span(entry)
        return entry.packed == entry.size or not inflates(self.data, start, stop)

    def stream(self, entry: Entry, limit: int | None = None) -> Iterator[bytes]:
        """The inflated content in pieces. Raises Defect when it is broken or more than `limit` bytes."""
        limit = min(self.limits.entry, self.limits.entry if limit is None else limit)
        start, stop = self.span(entry)
        total = 0
        for piece in self._pieces(entry, start, stop):
            total += len(piece)
            if total > limit or (entry.method != STORED and self.limits.explodes(entry.packed, total)):
                raise Defect("too_large", f"{entry.name}: more than {min(total, limit)} bytes")
            yield piece

    def read(self, entry: Entry, limit: int) -> bytes:
        """The whole content, at most `limit` bytes. Raises Defect like `stream`."""
        start, stop = self.span(entry)
        if entry.method == STORED and entry.size <= limit:
            return bytes(self.data[start:stop])
        if entry.method == DEFLATED and entry.size <= limit and entry.packed <= entry.size + SLACK:
            try:
                content = inflate_whole(self.data, start, stop, entry.size)
            except Defect as defect:
                raise _named(defect, entry) from defect
            if content is not None:
                return content
        return b"".join(self.stream(entry, limit))

    def _pieces(self, entry: Entry, start: int, stop: int) -> Iterator[bytes]:
        try:
            yield from (stored_pieces if self.is_stored(entry) else inflate_pieces)(self.data, start, stop)
        except Defect as defect:
            raise _named(defect, entry) from defect

    def _find_end(self) -> int:
        """Offset of the end record: the last one whose comment reaches exactly to the end of the file."""
        tail = bytes(self.data[max(0, len(self.data) - END_RECORD.size - 0xFFFF) :])
        base = len(self.data) - len(tail)
        places = [hit.start() for hit in _END.finditer(tail) if hit.start() + END_RECORD.size <= len(tail)]
        missing = {at: END_RECORD.unpack_from(tail, at)[7] + at + END_RECORD.size - len(tail) for at in places}
        fitting = [at for at in places if missing[at] == 0]
        if fitting:
            if len(fitting) > 1 or fitting[-1] != places[-1]:
                self.note("second_end_record", "readers that choose another one see another archive")
            usable = next((at for at in reversed(fitting) if self._leads_to_directory(base + at)), fitting[-1])
            if usable != fitting[-1]:
                self.flaw = "the last end record leads nowhere"
            return base + usable
        if not places:
            raise Defect("truncated" if bytes(self.data[:4]) == LOCAL else "no_end_record")
        lost = missing[places[-1]]
        kind, self.flaw = ("trailing_data", "trailing data") if lost < 0 else ("truncated", "truncated comment")
        self.note(kind, f"{abs(lost)} bytes")
        return base + places[-1]

    def _leads_to_directory(self, end: int) -> bool:
        """Whether a directory lies where an end record says, or right in front of it."""
        _, _, _, _, _, size, offset, _ = END_RECORD.unpack_from(self.data, end)
        return any(at >= 0 and bytes(self.data[at : at + 4]) == CENTRAL for at in (offset, end - size))

    def _check_place(self) -> None:
        """Whether the directory lies where the end record says; shifts the offsets when data was put in front."""
        gap = self.end - self.central_end
        if gap and bytes(self.data[self.central : self.central + 4]) != CENTRAL:
            moved = self.central + gap
            if moved < 0 or bytes(self.data[moved : moved + 4]) != CENTRAL:
                raise Defect("misplaced_directory", f"at {self.central}, end record at {self.end}")
            shifted = gap > 0 and not self._leads_to_header(moved, gap)
            self.note("prefix_data" if shifted else "misplaced_directory", f"offsets are wrong by {gap} bytes")
            self.flaw = self.flaw or "offsets do not fit the file"
            self.shift = gap if shifted else 0
            self.central, self.central_end = moved, self.end
        elif gap < 0:
            raise Defect("misplaced_directory", f"ends at {self.central_end}, end record at {self.end}")
        elif gap:
            self.note("data_before_end_record", f"{gap} bytes")
        if bytes(self.data[:4]) == b"dex\n":
            self.note("janus", "the file is a DEX and a ZIP at once")
            self.flaw = self.flaw or "Janus"

    def _leads_to_header(self, record: int, gap: int) -> bool:
        """Whether the offset in a record of the directory is right as it stands, and not when `gap` is added."""
        header = int.from_bytes(self.data[record + 42 : record + 46], "little")
        as_told, moved = (bytes(self.data[at : at + 4]) == LOCAL for at in (header, header + gap))
        return as_told and not moved

    def _walk(self, declared: int) -> tuple[Entry, ...]:
        directory = Directory(self.data, self.central, self.central_end, self.shift)
        entries = tuple(directory.walk(min(declared, self.limits.entries)))
        if len(entries) != declared or directory.at != self.central_end:
            behind = self.central_end - directory.at
            self.note("entry_count", f"{declared} declared, {len(entries)} found, {behind} bytes behind them")
        if len(entries) < declared:
            self.flaw = self.flaw or directory.flaw or "central directory is damaged"
        return entries


def _named(defect: Defect, entry: Entry) -> Defect:
    """The defect of a content, which says which entry it is."""
    return Defect(defect.kind, f"{entry.name} {defect.detail}".rstrip())
