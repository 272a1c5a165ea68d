"""Abilities that fraud apps combine: `risky_mix`; a package inside that the app may install: `dropper`. Leads only.

`risky_mix`: an accessibility service with at least two more core abilities of facts/risks.yml, or any four of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from apk_analysis.contents import Content
from apk_analysis.fingerprint import Trait
from apk_analysis.traits.facts import facts
from apk_analysis.traits.finder import Finder, Seen
from apk_analysis.traits.signs import MANIFEST, signs_of

READER, WITH_READER, WITHOUT = "accessibility", 3, 4
"""How many core abilities make a mix, with and without an accessibility service."""
MOST_PACKAGES, TAIL = 20, 1 << 18
INSTALLS = (
    "permission:android.permission.REQUEST_INSTALL_PACKAGES",
    "permission:android.permission.INSTALL_PACKAGES",
)


class RiskyMix(Finder):
    """Counts abilities, and notes packages inside the package."""

    def __init__(self) -> None:
        self._packages: dict[str, str] = {}

    def take(self, content: Content) -> None:
        """Notes APKs among the files, whatever they are called."""
        data = content.data
        if data is None or not data.startswith(b"PK\x03\x04") or len(self._packages) >= MOST_PACKAGES:
            return
        # The names stand in the central directory, at the end.
        if data.find(b"AndroidManifest.xml", max(0, len(data) - TAIL)) >= 0:
            self._packages[content.where] = hashlib.sha256(data).hexdigest()

    def finish(self, seen: Seen) -> Iterator[Trait]:
        """The mix with all its abilities, then each package that could be installed."""
        signs = signs_of(seen)
        there = [fact for fact in facts("risks") if any(map(signs.where, fact.more["any"]))]
        core = {fact.id for fact in there if fact.more.get("core", False)}
        if len(core) >= (WITH_READER if READER in core else WITHOUT):
            yield Trait(kind="risky_mix", value=", ".join(fact.more["name"] for fact in there), where=MANIFEST)
        if any(map(signs.where, INSTALLS)):
            for name, digest in self._packages.items():
                yield Trait(kind="dropper", value=name.rpartition("/")[2], where=name, sha256=digest)
