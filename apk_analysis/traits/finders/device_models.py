"""Machine-learning models on the device: `on_device_model`, `supporting_model`, `model_file`, `model_named`.

`on_device_model` is one whose name says that it swaps faces, clones voices ...; `supporting_model` one that many lawful
apps use, too, and that speaks only beside others; `model_file` any other, the first of each format.
`model_named`: the name of such a model stands in code or a script, and no such file is there: it may come later.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache

from apk_analysis.contents import Content
from apk_analysis.fingerprint import Trait
from apk_analysis.traits.facts import Fact, facts
from apk_analysis.traits.finder import Finder, Seen
from apk_analysis.traits.model_formats import format_of

SMALLEST, MOST_KNOWN, MOST_OTHER, LONGEST_NAME = 10 << 10, 60, 20, 200
_WORD = re.compile(r"\w", re.ASCII)


class DeviceModels(Finder):
    """Notes models as they go by."""

    def __init__(self) -> None:
        self._known: list[tuple[Fact, Trait]] = []
        self._other: dict[str, Trait] = {}

    def take(self, content: Content) -> None:
        """Tells models by name and by format."""
        if content.entry.size < SMALLEST or content.entry.name.startswith(("res/drawable", "res/layout", "META-INF/")):
            return
        name = content.where
        base = name.rpartition("/")[2][:LONGEST_NAME]
        form = format_of(base, content.data)
        if not form:
            return
        fact = _named(base.lower())
        if fact is None:
            if len(self._other) < MOST_OTHER:
                self._other.setdefault(form, Trait(kind="model_file", value=form, where=name))
            return
        if len(self._known) < MOST_KNOWN:
            digest = None if content.data is None else hashlib.sha256(content.data).hexdigest()
            value = f"{fact.more['family']}: {base.rpartition('.')[0]} ({form})"
            kind = "supporting_model" if fact.more.get("weak", False) else "on_device_model"
            self._known.append((fact, Trait(kind=kind, value=value, where=name, sha256=digest)))

    def finish(self, seen: Seen) -> Iterator[Trait]:
        """Models whose name says what they do, then one per other format, then names without a file."""
        yield from (trait for _, trait in self._known)
        yield from self._other.values()
        present = {fact.id for fact, _ in self._known}
        for fact in facts("models"):
            if fact.anchors and fact.id not in present:
                for hit in seen.hits.of("models", fact.id):
                    if not _WORD.search(hit.before[-1:]) and not _WORD.match(hit.text, len(hit.anchor)):
                        value = f"{fact.more['family']}: {hit.anchor}"
                        yield Trait(kind="model_named", value=value, where=hit.where, decode=hit.decode)


@cache
def _patterns() -> tuple[tuple[Fact, re.Pattern[str]], ...]:
    return tuple((fact, re.compile("|".join(map(_pattern, fact.more["files"])))) for fact in facts("models"))


def _pattern(glob: str) -> str:
    return re.escape(glob).replace(r"\*", ".*").replace(r"\?", ".")


def _named(base: str) -> Fact | None:
    stem = base.rpartition(".")[0] or base
    return next((fact for fact, pattern in _patterns() if pattern.fullmatch(stem)), None)
