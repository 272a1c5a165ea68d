"""Small packages for tests of finders, searched without the rest of the analysis."""

import re
from collections.abc import Mapping

from apk_analysis.archive import Archive
from apk_analysis.code.own import find_own
from apk_analysis.contents import Contents
from apk_analysis.defects import Defect
from apk_analysis.dex import opened
from apk_analysis.fingerprint import Problem, Trait
from apk_analysis.manifest import Manifest
from apk_analysis.traits.engine import TraitSearch
from tests.apk_analysis import build

MAIN = "Lcom/example/app/Main;"


def look(files: Mapping[str, bytes], package: str = "com.example.app") -> tuple[tuple[Trait, ...], tuple[Problem, ...]]:
    """Traits of a package with these files, and what could not be looked at."""
    archive = Archive(build.archive(dict(files)))
    search, dexes = TraitSearch(archive), []
    for content in Contents(archive):
        search.take(content)
        if content.data is not None and re.fullmatch(r"classes\d*\.dex", content.entry.name):
            try:
                dexes += opened(content.data, content.entry.name)
            except Defect:
                continue
    names = tuple(entry.name for entry in archive.entries)
    return search.finish(names, Manifest(reader=None, package=package), find_own(dexes, package))


def traits(files: Mapping[str, bytes], *kinds: str) -> list[Trait]:
    """Traits of some kinds; of all without `kinds`."""
    return [trait for trait in look(files)[0] if not kinds or trait.kind in kinds]


def values(files: Mapping[str, bytes], *kinds: str) -> list[str]:
    """Their values."""
    return [trait.value for trait in traits(files, *kinds)]
