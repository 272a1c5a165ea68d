"""What pages of a run led to before, as the frontier keeps it: a repeated link is neither written nor stored again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from crawler.frontier import Waiting

MOST_LINKS = 100_000
LONGEST_ARGUMENTS = 1000
"""Bytes; with longer arguments a link is hardly one that others repeat."""


Known = dict[str, Waiting]
"""Address -> link, of those with the same callback and arguments."""
NO_ARGUMENTS: Mapping[str, Any] = {}


class LinkMemory:
    """Of one process: all may be forgotten at any time, which costs work and changes nothing."""

    def __init__(self) -> None:
        self._links: dict[tuple[object, bytes], Known] = {}
        self._count = 0
        self._stored: set[bytes] = set()
        """Fingerprints that the frontier has."""

    def known(self, callback: object, arguments: Mapping[str, Any] = NO_ARGUMENTS) -> Known | None:
        """The links that were kept with these; None where none are to be. Raises TypeError for what is no JSON."""
        written = msgspec.json.encode(arguments)
        if len(written) > LONGEST_ARGUMENTS:
            return None
        if self._count >= MOST_LINKS:
            self._links.clear()
            self._count = 0
        return self._links.setdefault((callback, written), {})

    def keep(self, known: Known, url: str, link: Waiting) -> None:
        """Adds to what `known` gave."""
        known[url] = link
        self._count += 1

    def to_store(self, children: Iterable[Waiting], stored: set[bytes]) -> list[Waiting]:
        """Those that the frontier may not have, given what it is about to get (`stored`, which grows by them).

        What it has already it would ignore, after a look into its file.
        """
        new = []
        for child in children:
            name = child.fingerprint
            if name is None or (name not in self._stored and name not in stored):
                new.append(child)
                if name is not None:
                    stored.add(name)
        return new

    def note(self, stored: set[bytes]) -> None:
        """The frontier has these."""
        if len(self._stored) >= MOST_LINKS:
            self._stored.clear()
        self._stored |= stored
