"""What the contents of one app hold, all its parts together: code, libraries, files, programs inside, traits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from apk_analysis.archive import Archive, Entry
from apk_analysis.code.features import Assets, read_features
from apk_analysis.code.own import Own, find_own, summary
from apk_analysis.contents import KEPT, Content, Contents
from apk_analysis.defects import problem
from apk_analysis.dex import Dex, opened
from apk_analysis.fingerprint import Code, Problem, Sketch, Trait
from apk_analysis.guard import Guard
from apk_analysis.manifest import Manifest
from apk_analysis.native import Natives
from apk_analysis.nested import Nest
from apk_analysis.package import Package
from apk_analysis.traits.engine import TraitSearch

MOST_DEX = 200
MOST_DEX_BYTES = 160 << 20
"""Of all files and of what was read from them: opened files stay in memory until the traits were found."""
LAUNCHER = ("android.intent.category.LAUNCHER", "android.intent.category.LEANBACK_LAUNCHER")
ITSELF = "(the sample itself)"
_ITSELF = Entry(-1, ITSELF, 0, 0, 0, 0, 0, 0, 0, 0, None)
_DEX_NAME = re.compile(r"classes\d*\.dex")


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What follows from all contents."""

    code: Code | None = None
    sketches: dict[str, Sketch] = field(default_factory=dict)
    traits: tuple[Trait, ...] = ()


class App:
    """One app under analysis: `look_into` every part, then `conclude` once."""

    def __init__(self, base: Archive, guard: Guard) -> None:
        self.natives = Natives()
        self.nest = Nest(guard)
        self._dexes: list[Dex] = []
        self._assets = Assets()
        self._names: list[str] = []
        self._traits = TraitSearch(base)
        self._guard = guard
        self._room = MOST_DEX_BYTES
        self._left = base.limits.most(len(base.data))
        """Bytes that all parts together may still inflate to, as if they were one archive."""

    def look_into(self, package: Package) -> None:
        """Every entry of one part goes by once."""
        contents = package.contents
        contents.most = min(contents.most, max(0, self._left))
        self._names += [contents.inside + entry.name for entry in package.archive.entries]
        for content in contents:
            self._take(content, contents)
        self._guard.note(contents.problems)
        self._left -= contents.inflated
        if bytes(package.archive.data[:4]) == b"dex\n":  # Janus: what Android may run is the file itself
            itself = Content(_ITSELF, bytes(package.archive.data[:KEPT]), b"")
            self._guard.run("dex", lambda: self._open(itself.data or b"", ITSELF), None)
            self._guard.run("traits", lambda: self._traits.take(itself), None)

    def _take(self, content: Content, contents: Contents) -> None:
        self._guard.run("dex", lambda: self._take_dex(content), None)
        self._guard.run("native", lambda: self.natives.take(content, contents), None)
        self._guard.run("nested", lambda: self.nest.take(content), None)
        self._guard.run("traits", lambda: self._traits.take(content), None)
        self._assets.take(content.entry.name, content.hash, contents.size(content.entry))

    def _take_dex(self, content: Content) -> None:
        if not _DEX_NAME.fullmatch(content.entry.name):
            return
        if content.data is None:
            self._guard.note([problem("dex", "too_large", content.where)])
        else:
            self._open(content.data, content.where)

    def _open(self, data: bytes, where: str) -> None:
        if len(data) > self._room or len(self._dexes) >= MOST_DEX:
            self._guard.note([problem("dex", "not_examined", f"{where}: too much code in all")])
            return
        self._room -= len(data)
        for dex in opened(data, where):
            self._dexes.append(dex)
            self._room -= dex.held
            if self._room <= 0:
                self._guard.note([problem("dex", "not_examined", f"{where}: what follows {dex.name}")])
                return

    def conclude(self, manifest: Manifest) -> Findings:
        """Counts, recognised libraries, sketches and traits."""
        if not self._dexes:
            self._guard.note([problem("dex", "no_dex")])
        own = self._guard.run("code", lambda: self._own(manifest), Own(dexes=(), names=()))
        self._guard.note(found for dex in self._dexes for found in dex.problems)
        self._guard.note(self.natives.problems)
        return Findings(
            code=self._guard.run("code", lambda: summary(own), None) if self._dexes else None,
            sketches=self._guard.run("code", lambda: self._sketches(own, manifest), {}),
            traits=tuple(self._found(manifest, own)),
        )

    def _own(self, manifest: Manifest) -> Own:
        shown = [part for part in manifest.components if not set(LAUNCHER).isdisjoint(part.categories)]
        return find_own(self._dexes, manifest.package, [part.target or part.name for part in shown])

    def _sketches(self, own: Own, manifest: Manifest) -> dict[str, Sketch]:
        names = [component.name for component in manifest.components]
        return read_features(own, names, self._assets.features()).sketches()

    def _found(self, manifest: Manifest, own: Own) -> Iterator[Trait]:
        nothing: tuple[tuple[Trait, ...], tuple[Problem, ...]] = ((), ())
        traits, problems = self._guard.run(
            "traits", lambda: self._traits.finish(tuple(self._names), manifest, own), nothing
        )
        self._guard.note(problems)
        yield from traits
