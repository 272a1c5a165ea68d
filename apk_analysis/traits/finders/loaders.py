"""Code that is not in the package when it is examined: `code_loaded_later` where own code loads it, `code_loader` where
only a library could, `hotfix_framework` for what exists to replace code, and `reflection_share`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from apk_analysis.code.own import REFLECTION
from apk_analysis.dex import find_calls
from apk_analysis.fingerprint import Trait
from apk_analysis.traits.facts import Fact, facts
from apk_analysis.traits.finder import Finder, Seen
from apk_analysis.traits.own import AppDex, Mask, dotted

PARTS = 4
"""Of a library's package name that are shown."""
LEAST_METHODS, LEAST_SHARE = 5, 0.1
"""Own methods that reflect, and their share of all own methods, from which on it is told."""


class Loaders(Finder):
    """Reports who loads, and what."""

    def finish(self, seen: Seen) -> Iterator[Trait]:
        """Loaders, frameworks, reflection."""
        for fact in facts("loaders"):
            if "framework" in fact.more:
                yield from _framework(fact, seen)
            elif "methods" in fact.more:
                for dex in seen.own.dexes:
                    yield from _loader(fact, dex, seen)
        yield from _by_name(seen)
        yield from _reflection(seen)


def _loader(fact: Fact, dex: AppDex, seen: Seen) -> Iterator[Trait]:
    types = dex.types(seen.hits.of("loaders", fact.id))
    if not types.any():
        return
    callers = dex.callers(dex.methods_of(types, fact.more["methods"]))
    # A class loader of its own hides its calls behind super(...), which the constructor's call shows as well.
    yield from _told(dex, callers, fact.id)


def _told(dex: AppDex, callers: Mask, what: str) -> Iterator[Trait]:
    """Own classes one by one: they are proof. Libraries by package: with them it would only be possible."""
    owner = dex.dex.code().owner
    for row in np.unique(owner[callers & dex.methods]).tolist():
        yield Trait(kind="code_loaded_later", value=f"{what} ({dotted(dex.dex.class_name(row))})", where=dex.where)
    others = {dotted(dex.dex.class_name(row)) for row in np.unique(owner[callers & ~dex.methods]).tolist()}
    for package in sorted({".".join(name.split(".")[:-1][:PARTS]) for name in others}):
        yield Trait(kind="code_loader", value=f"{what} ({package})", where=dex.where)


def _framework(fact: Fact, seen: Seen) -> Iterator[Trait]:
    """The framework, when some of its classes are here; `code_loaded_later` when own code turns to it."""
    hits = seen.hits.of("loaders", fact.id)
    for hit in hits[:1] if "script" in fact.kinds else ():
        yield Trait(kind="hotfix_framework", value=fact.more["framework"], where=hit.where)
        yield Trait(kind="code_loaded_later", value=fact.more["framework"], where=hit.where)
    for dex in seen.own.dexes if hits else ():
        types = dex.types(hits)
        if types[dex.dex.class_type].any():
            yield Trait(kind="hotfix_framework", value=fact.more["framework"], where=dex.where)
        turning = dex.callers(dex.methods_of(types)) & dex.methods
        children = types[dex.dex.class_super] & dex.classes
        for row in [*np.unique(dex.dex.code().owner[turning]).tolist(), *np.flatnonzero(children).tolist()][:1]:
            value = f"{fact.more['framework']} ({dotted(dex.dex.class_name(row))})"
            yield Trait(kind="code_loaded_later", value=value, where=dex.where)


def _by_name(seen: Seen) -> Iterator[Trait]:
    """Loaders that own code names in a constant, as reflection needs it; one that was encoded counts all the more."""
    for hit in seen.hits.of("loaders", "by_name"):
        named = hit.anchor.replace("/", ".").rpartition(".")[2]
        if hit.decode:
            yield Trait(kind="code_loaded_later", value=f"{named} (by name)", where=hit.where, decode=hit.decode)
        for dex in seen.own.dexes:
            owners = dex.owners(dex.string_at(hit.offset)) if hit.kind == "dex" and hit.where == dex.where else []
            for name in sorted(dotted(dex.dex.class_name(owner)) for owner in owners):
                yield Trait(kind="code_loaded_later", value=f"{named} (by name, {name})", where=hit.where)


def _reflection(seen: Seen) -> Iterator[Trait]:
    counts = [(len(_reflecting(dex)), int(dex.methods.sum()), dex.where) for dex in seen.own.dexes if dex.any]
    reflecting, methods = sum(count for count, *_ in counts), sum(own for _, own, _ in counts)
    if reflecting >= LEAST_METHODS and reflecting >= LEAST_SHARE * methods:
        where = max(counts)[2]
        yield Trait(
            kind="reflection_share",
            value=f"{reflecting / methods:.0%} ({reflecting} of {methods} own methods)",
            where=where,
        )


def _reflecting(dex: AppDex) -> list[int]:
    return [row for row in find_calls(dex.dex, REFLECTION).tolist() if dex.methods[row]]
