"""All finders over one sample: every entry goes by once, then each says what it found."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import apk_analysis.traits.finders
from apk_analysis.archive import Archive
from apk_analysis.code.own import Own
from apk_analysis.contents import Content
from apk_analysis.defects import problem
from apk_analysis.fingerprint import Problem, Trait
from apk_analysis.manifest import Manifest
from apk_analysis.traits.finder import Finder, Seen
from apk_analysis.traits.own import AppCode
from apk_analysis.traits.reveal import reveal
from apk_analysis.traits.search import Search, Text

MOST_TRAITS, MOST_OF_A_KIND = 1_000, 100


@cache
def finders() -> tuple[type[Finder], ...]:
    """The classes in traits/finders/, by name of their module."""
    found: list[type[Finder]] = []
    for module in sorted(pkgutil.iter_modules(apk_analysis.traits.finders.__path__), key=lambda module: module.name):
        loaded = importlib.import_module(f"{apk_analysis.traits.finders.__name__}.{module.name}")
        found += [item for item in vars(loaded).values() if _is_finder(item, loaded.__name__)]
    return tuple(found)


def _is_finder(item: object, module: str) -> bool:
    return isinstance(item, type) and Finder in item.__mro__ and item.__module__ == module


class TraitSearch:
    """One sample under search: `take` every entry, then `finish` once."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._search = Search()
        self._finders = [finder() for finder in finders()]
        self._takers = [finder for finder in self._finders if type(finder).take is not Finder.take]

    def take(self, content: Content) -> None:
        """One inflated entry."""
        self._search.take(content)
        for finder in self._takers:
            finder.take(content)

    def finish(
        self, names: tuple[str, ...], manifest: Manifest, own: Own
    ) -> tuple[tuple[Trait, ...], tuple[Problem, ...]]:
        """Traits, each once with the first place that shows it, and what could not be looked at.

        `names`: of all entries of all parts.
        """
        self._search.look("name", Text("", "\n".join(names).encode("utf-8", "surrogateescape")))
        self._search.finish()
        app = AppCode(own)
        reveal(self._search, app)
        dexes = tuple(part.dex for part in own.dexes)
        seen = Seen(self._archive, names, manifest, dexes, app, self._search.hits)
        found: dict[tuple[str, str, str | None], Trait] = {}
        counts: dict[str, int] = {}
        problems = list(self._search.problems)
        for finder in self._finders:
            for trait in finder.finish(seen):
                key = trait.kind, trait.value, trait.sha256
                if key in found:
                    continue
                counts[trait.kind] = counts.get(trait.kind, 0) + 1
                if counts[trait.kind] <= MOST_OF_A_KIND and len(found) < MOST_TRAITS:
                    found[key] = trait
            problems += finder.problems
        cut = sorted(kind for kind, count in counts.items() if count > MOST_OF_A_KIND)
        if cut:
            problems.append(problem("traits", "not_all_listed", ", ".join(cut)))
        return tuple(found.values()), tuple(problems)
