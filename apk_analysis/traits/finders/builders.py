"""What the app was built with, and where its pages or scripts lie: `builder`, `web_bundle`, `builder_app_id`.

Builders wrap somebody else's page or script in minutes, and give each app a number: the same number in two samples ties
them, and the same bundle does so whatever else was changed.
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
from apk_analysis.traits.signs import LONGEST_PATH, Signs, rules, signs_of

MOST_BUNDLES, MOST_IDS = 200, 20


class Builders(Finder):
    """Reports each builder of which all groups of signs are there."""

    def __init__(self) -> None:
        self._bundles: dict[str, str] = {}

    def take(self, content: Content) -> None:
        """Hashes the files that may be an app's bundle."""
        name = content.entry.name
        if not name.startswith(("assets/", "lib/", "assemblies/")) or len(name) > LONGEST_PATH or content.data is None:
            return
        if len(self._bundles) >= MOST_BUNDLES or content.where in self._bundles:
            return
        names, globs = _bundles()
        if name in names or globs.fullmatch(name):
            self._bundles[content.where] = hashlib.sha256(content.data).hexdigest()

    def finish(self, seen: Seen) -> Iterator[Trait]:
        """The builders, with the bundle as proof where there is one."""
        signs = signs_of(seen)
        for fact, groups in rules("builders"):
            places = signs.met(groups)
            if places:
                yield from self._one(fact, places, signs)

    def _one(self, fact: Fact, places: tuple[str, ...], signs: Signs) -> Iterator[Trait]:
        name = fact.more["name"]
        yield Trait(kind="builder", value=name, where=places[0])
        bundle = next((file for glob in fact.more.get("bundle", ()) for file in signs.files(glob)), "")
        if bundle:
            yield Trait(kind="web_bundle", value=name, where=bundle, sha256=self._bundles.get(bundle))
        if "app_id" in fact.more:
            first: dict[str, str] = {}
            for file, place in signs.places.items():
                if hit := re.match(fact.more["app_id"], file):
                    first.setdefault(hit[1], place)
            for number in sorted(first)[:MOST_IDS]:
                yield Trait(kind="builder_app_id", value=number, where=first[number])


@cache
def _bundles() -> tuple[frozenset[str], re.Pattern[str]]:
    globs = {glob for fact in facts("builders") for glob in fact.more.get("bundle", ())}
    starred = sorted(glob for glob in globs if "*" in glob)
    pattern = "|".join(".*".join(map(re.escape, glob.split("*"))) for glob in starred)
    return frozenset(globs.difference(starred)), re.compile(pattern)
