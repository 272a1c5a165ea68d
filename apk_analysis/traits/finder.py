"""What a finder of traits is, and what it may ask.

A finder is a class in a module of traits/finders/; a package scan finds it, nobody lists it. One is made per sample.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from apk_analysis.archive import Archive
from apk_analysis.contents import Content
from apk_analysis.dex import Dex
from apk_analysis.fingerprint import Problem, Trait
from apk_analysis.manifest import Manifest
from apk_analysis.traits.addresses import Address, addresses
from apk_analysis.traits.own import AppCode
from apk_analysis.traits.search import Hits


@dataclass(frozen=True)
class Seen:
    """Everything that is known once all entries went by."""

    archive: Archive
    names: tuple[str, ...]
    """Of all entries, in the archive's order."""
    manifest: Manifest
    dexes: tuple[Dex, ...]
    own: AppCode
    """What of the DEX files is the app's own: `own.dexes`, in the same order."""
    hits: Hits
    """Where the anchors of traits/facts/*.yml stand: `seen.hits.of("packers", "bangcle")`."""

    @cached_property
    def addresses(self) -> tuple[Address, ...]:
        """Those of the app itself, ordinary hosts left out."""
        return tuple(addresses(self.hits, self.own))


class Finder(Protocol):
    """Finds one kind of trait. Never raises for bad input; bounded in what it keeps and in what it reads."""

    problems: tuple[Problem, ...] = ()
    """What it could not look at."""

    def take(self, content: Content) -> None:
        """Sees one inflated entry. Only finders that need more than anchors define it."""

    def finish(self, seen: Seen) -> Iterator[Trait]:
        """The traits, in a fixed order, after all entries went by."""
        ...
