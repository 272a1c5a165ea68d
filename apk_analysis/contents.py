"""The one pass that inflates every entry of an archive: hashes, digests for signatures and every reader share it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from blake3 import blake3

from apk_analysis.archive import Archive, Entry
from apk_analysis.defects import Defect, problem
from apk_analysis.fingerprint import Problem

KEPT = 64 << 20
"""Bytes of one entry that readers get in one piece; a larger one is only hashed."""
MOST_PROBLEMS = 20


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
    """Inflates each entry once, in file order, while it is iterated. Afterwards `digest` answers from memory.

    `algorithms`: names for hashlib; each is computed for every entry on the way.
    """

    def __init__(self, archive: Archive, algorithms: frozenset[str] = frozenset(), inside: str = "") -> None:
        self.archive = archive
        self.inside = inside
        self.problems: list[Problem] = []
        self._algorithms = sorted(algorithms)
        self._sizes: dict[int, int] = {}
        self._digests: dict[tuple[int, str], bytes] = {}
        self._defects: dict[int, Defect] = {}

    def __iter__(self) -> Iterator[Content]:
        left = self.archive.limits.total
        for entry in sorted(self.archive.entries, key=lambda entry: entry.header):
            if entry.header in self._sizes or entry.header in self._defects:
                continue  # a second record of the same bytes
            if left <= 0:
                self._defects[entry.header] = Defect("too_large", f"{entry.name}: the archive holds too much")
                self._note(self._defects[entry.header])
                return
            try:
                content = self._inflate(entry)
            except Defect as defect:
                self._defects[entry.header] = defect
                self._note(defect)
            else:
                left -= self._sizes[entry.header]
                yield content

    def size(self, entry: Entry) -> int:
        """Bytes after inflating, as found. Raises Defect like `digest`."""
        self._know(entry)
        return self._sizes[entry.header]

    def digest(self, entry: Entry, algorithm: str) -> bytes:
        """Of the inflated content. Raises Defect when the content is broken or beyond the limits."""
        self._know(entry)
        known = self._digests.get((entry.header, algorithm))
        if known is None:
            state = hashlib.new(algorithm, usedforsecurity=False)
            for piece in self.archive.stream(entry):
                state.update(piece)
            known = self._digests[entry.header, algorithm] = state.digest()
        return known

    def _know(self, entry: Entry) -> None:
        if entry.header in self._defects:
            raise self._defects[entry.header]
        if entry.header not in self._sizes:
            self._inflate(entry)

    def _inflate(self, entry: Entry) -> Content:
        states: list[Any] = [hashlib.new(name, usedforsecurity=False) for name in self._algorithms]
        whole, pieces, size = blake3(), list[bytes](), 0
        for piece in self.archive.stream(entry):
            size += len(piece)
            whole.update(piece)
            for state in states:
                state.update(piece)
            if size <= KEPT:
                pieces.append(piece)
            else:
                pieces.clear()
        self._sizes[entry.header] = size
        for name, state in zip(self._algorithms, states, strict=True):
            self._digests[entry.header, name] = state.digest()
        data = None if size > KEPT else pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return Content(entry, data, whole.digest(), self.inside)

    def _note(self, defect: Defect) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem("zip", defect.kind, defect.detail))
