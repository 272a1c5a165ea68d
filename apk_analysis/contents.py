"""The one pass that inflates every entry of an archive: hashes, digests for signatures and every reader share it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from blake3 import blake3

from apk_analysis.archive import Archive, Entry
from apk_analysis.defects import Defect, problem
from apk_analysis.fingerprint import Problem
from apk_analysis.inflate import crc32

KEPT = 64 << 20
"""Bytes of one entry that readers get in one piece; a larger one is only hashed."""
BEYOND = 64 << 10
"""Bytes that a content is read beyond its declared size: Android refuses any longer one."""
MOST_PROBLEMS = 20
HASHES: dict[str, Any] = {name: getattr(hashlib, name) for name in ("md5", "sha1", "sha256", "sha384", "sha512")}
"""What `algorithms` may name."""
_CODE = re.compile(r"classes\d*\.dex")


@dataclass(frozen=True, slots=True)
class Content:
    """One inflated entry."""

    entry: Entry
    data: bytes | None
    """None when it is larger than KEPT."""
    hash: bytes
    """BLAKE3, 32 bytes: names the content, whatever the entry is called."""
    inside: str = ""
    """Which APK of a bundle holds it, with '!/' behind: 'config.zh.apk!/'. Empty for a plain APK and for the base."""

    @property
    def where(self) -> str:
        """Path inside the sample, for proofs."""
        return self.inside + self.entry.name


class Contents:
    """Inflates each entry once while it is iterated. Afterwards `digest` answers from memory.

    `algorithms`: names of HASHES; each is computed for every entry on the way.
    """

    def __init__(self, archive: Archive, algorithms: frozenset[str] = frozenset(), inside: str = "") -> None:
        self.archive = archive
        self.inside = inside
        self.problems: list[Problem] = []
        self.complete = False
        """Whether every entry went by: then nothing is inflated again."""
        self._algorithms = sorted(algorithms)
        self._sizes: dict[int, int] = {}
        self._digests: dict[tuple[int, str], bytes] = {}
        self._defects: dict[int, tuple[str, str]] = {}
        """Kind and detail, not the exceptions: those hold the inflaters of their frames, 17 kB each."""
        self.most = archive.limits.most(len(archive.data))
        """Bytes that one iteration inflates in all; may be lowered before it."""
        self._left = self.most

    def __iter__(self) -> Iterator[Content]:
        self._left = self.most
        for entry in self._ordered():
            whole = blake3()
            try:
                data = self._measure(entry, whole)
            except Defect as defect:
                self._note(defect.kind, defect.detail)
            else:
                yield Content(entry, data, whole.digest(), self.inside)
        self.complete = True

    def _ordered(self) -> list[Entry]:
        """Code first, so that no bait uses up what readers may look at; all else in file order.

        When all entries claim to hold more than is inflated, everything comes once before what lies over the same
        bytes, the smallest first.
        """
        ordered = sorted(self.archive.entries, key=lambda entry: (not _CODE.fullmatch(entry.name), entry.header))
        if sum(entry.size for entry in ordered) <= self._left:
            return ordered
        first = {entry.header: entry for entry in reversed(ordered)}
        return sorted(
            ordered, key=lambda entry: (not _CODE.fullmatch(entry.name), first[entry.header] != entry, entry.size)
        )

    @property
    def inflated(self) -> int:
        """Bytes that were inflated so far, as declared."""
        return self.most - self._left

    def size(self, entry: Entry) -> int:
        """Bytes after inflating, as found. Raises Defect like `digest`."""
        self._know(entry)
        return self._sizes[entry.number]

    def digest(self, entry: Entry, algorithm: str) -> bytes:
        """Of the inflated content. Raises Defect when the content is broken or beyond the limits."""
        self._know(entry)
        known = self._digests.get((entry.number, algorithm))
        if known is None:
            state = HASHES[algorithm](usedforsecurity=False)
            for piece in self.archive.stream(entry):
                state.update(piece)
            known = self._digests[entry.number, algorithm] = state.digest()
        return known

    def _know(self, entry: Entry) -> None:
        if entry.number in self._defects:
            raise Defect(*self._defects[entry.number])
        if entry.number not in self._sizes:
            self._measure(entry)

    def _measure(self, entry: Entry, *more: Any) -> bytes | None:
        """Inflates one entry through all hashes, `more` included; its content when that is at most KEPT bytes."""
        try:
            states: list[Any] = [HASHES[name](usedforsecurity=False) for name in self._algorithms]
            size, data = self._pass(entry, (*states, *more))
        except Defect as defect:
            self._defects[entry.number] = defect.kind, defect.detail
            raise
        self._sizes[entry.number] = size
        for name, state in zip(self._algorithms, states, strict=True):
            self._digests[entry.number, name] = state.digest()
        return data

    def _pass(self, entry: Entry, states: Sequence[Any]) -> tuple[int, bytes | None]:
        if self._left <= 0:
            raise Defect("too_large", f"{entry.name}: the files before it hold too much together")
        if entry.size <= KEPT:
            whole = self.archive.read(entry, KEPT)
            size, crc = len(whole), crc32(whole)
            data: bytes | None = whole
            for state in states:
                state.update(whole)
        else:
            size, crc, data = self._stream(entry, states)
        self._left -= size
        if size != entry.size:
            self._note("lying_size", f"{entry.name}: {entry.size} declared, {size} found")
        elif crc != entry.crc and entry.crc:
            self._note("crc_mismatch", f"{entry.name}: {entry.crc:08x} declared, {crc:08x} found")
        return size, data

    def _stream(self, entry: Entry, states: Sequence[Any]) -> tuple[int, int, bytes | None]:
        """Size, checksum and content of what is declared too large to be kept, but may be smaller."""
        size, crc, kept = 0, 0, list[bytes]()
        for piece in self.archive.stream(entry):
            size, crc = size + len(piece), crc32(piece, crc)
            for state in states:
                state.update(piece)
            if size <= KEPT:
                kept.append(piece)
            else:
                kept.clear()
        return size, crc, b"".join(kept) if size <= KEPT else None

    def _read(self, entry: Entry) -> bytes:
        """The whole content of an entry that declares at most KEPT bytes. Raises Defect."""
        try:
            return self.archive.read(entry, entry.size + BEYOND)
        except Defect as defect:
            if defect.kind == "too_large":
                raise Defect("lying_size", f"{entry.name}: {entry.size} declared, many more found") from defect
            raise

    def _note(self, kind: str, detail: str) -> None:
        found = problem("zip", kind, detail)
        if len(self.problems) < MOST_PROBLEMS and found not in self.problems:
            self.problems.append(found)
