"""Signs by which a builder, packer or SDK is known, looked up in its files, classes and manifest.

A sign is a kind and a pattern, 'lib:libflutter.so':

    file:assets/www/*.js     an entry of that name; * stands for anything
    lib:libjiagu*.so         a file of that base name under lib/ or assets/
    class:io.flutter.        a class that a DEX file defines, by the beginning of its full name
    application:com.stub.    the manifest's application class or component factory, by its beginning
    component:io.dcloud.     a component of the manifest, by its beginning; or the whole name with *
    meta:xposedmodule        the name of a <meta-data>; * stands for anything
    action:android.intent... an action or category of an intent filter
    permission:android...    a permission that is asked for, or that guards a component
    package:com.example.     the sample's own package, by its beginning
    call:java.lang.Run.exec  a method that code may call: class and name

A fact states `all`: groups of signs, of each of which one must be there. What is merely present shows one group.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import ClassVar
from weakref import WeakKeyDictionary

import numpy as np

from apk_analysis.archive import Archive
from apk_analysis.dex import Dex, find_methods
from apk_analysis.manifest import Manifest
from apk_analysis.traits.class_names import Beginnings, Hashes, beginnings, defined, descriptor, missing
from apk_analysis.traits.facts import Fact, all_facts, facts
from apk_analysis.traits.finder import Seen

MANIFEST = "AndroidManifest.xml"
PART = "!/"
"""Stands between a part of a bundle and the path inside that part."""
LONGEST_PATH = 512
"""Characters; longer paths show nothing."""
_DEX_NAME = re.compile(r"\+0x[0-9a-f]+$")


class Signs:
    """Answers where a sign stands in one sample; every question after the first of its kind is cheap."""

    def __init__(self, names: Iterable[str], manifest: Manifest, dexes: Iterable[Dex]) -> None:
        self.manifest = manifest
        self.places: dict[str, str] = {}
        """Path inside its part of a bundle -> path inside the sample, in the sample's order."""
        for name in names:
            inner = name.rpartition(PART)[2]
            if inner and len(name) <= LONGEST_PATH and "\n" not in name:
                self.places.setdefault(inner, name)
        self._joined = _lines(self.places)
        self._libraries = {name.rpartition("/")[2]: name for name in reversed(self.places) if _may_be_library(name)}
        self._library_names = _lines(self._libraries)
        self._dexes = [(_DEX_NAME.sub("", dex.name), dex) for dex in dexes]
        self._hashes: list[Hashes] = []
        self._known: dict[str, str] = {}
        self._look_for_classes()

    def where(self, sign: str) -> str:
        """The entry that shows a sign; '' when none does."""
        place = self._known.get(sign)
        if place is None:
            kind, _, pattern = sign.partition(":")
            place = self._known[sign] = self._KINDS[kind](self, pattern)
        return place

    def met(self, groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
        """One place for each group; () when one of them shows nothing."""
        places = []
        for group in groups:
            place = next(filter(None, map(self.where, group)), "")
            if not place:
                return ()
            places.append(place)
        return tuple(places)

    def files(self, pattern: str) -> Iterator[str]:
        """All entries that match, as paths inside the sample."""
        found = _matching(self._joined, pattern) if "*" in pattern else (pattern,)
        return (self.places[name] for name in found if name in self.places)

    def _file(self, pattern: str) -> str:
        return next(self.files(pattern), "")

    def _lib(self, pattern: str) -> str:
        name = next(_matching(self._library_names, pattern), "") if "*" in pattern else pattern
        return self.places.get(self._libraries.get(name, ""), "")

    def _look_for_classes(self) -> None:
        """Answers all questions about classes that facts ask; what a DEX file defines is looked at once."""
        asked, wanted = _class_signs()
        self._known.update(dict.fromkeys(asked, ""))
        for where, dex in reversed(self._dexes):
            found, hashes = defined(dex, wanted)
            self._hashes.append(hashes)
            self._known.update((asked[number], where) for number in np.flatnonzero(found).tolist())

    def _call(self, method: str) -> str:
        owner, _, name = method.rpartition(".")
        target = (descriptor(owner), name.encode())
        return next((where for where, dex in self._dexes if len(find_methods(dex, [target]))), "")

    def undefined(self, names: Iterable[str]) -> list[str]:
        """Those of the full class names that no DEX file defines."""
        return missing(names, self._hashes)

    _KINDS: ClassVar[dict[str, Callable[[Signs, str], str]]] = {
        "file": _file,
        "call": _call,
        "lib": _lib,
        "application": lambda of, text: _begins((of.manifest.application_class, of.manifest.component_factory), text),
        "component": lambda of, text: _begins((item.name for item in of.manifest.components), text),
        "meta": lambda of, text: _matches((item.name for item in of.manifest.meta_data), text),
        "action": lambda of, text: _matches(
            (name for item in of.manifest.components for name in (*item.actions, *item.categories)), text
        ),
        "permission": lambda of, text: _matches(_permissions(of.manifest), text),
        "package": lambda of, text: _begins((of.manifest.package,), text),
    }
    """Not of each object: methods that are bound to it would keep it, and its sample, in memory."""


_KNOWN: WeakKeyDictionary[Archive, Signs] = WeakKeyDictionary()


def signs_of(seen: Seen) -> Signs:
    """The signs of a sample; finders that ask for the same sample share them."""
    if seen.archive not in _KNOWN:
        _KNOWN[seen.archive] = Signs(seen.names, seen.manifest, seen.dexes)
    return _KNOWN[seen.archive]


@cache
def rules(file: str) -> tuple[tuple[Fact, tuple[tuple[str, ...], ...]], ...]:
    """The facts of facts/`file`.yml that have groups of signs, each with its groups."""
    found = (fact for fact in facts(file) if "all" in fact.more)
    return tuple((fact, tuple(tuple(group) for group in fact.more["all"])) for fact in found)


@cache
def _class_signs() -> tuple[tuple[str, ...], Beginnings]:
    """All signs about classes in all facts, and how the descriptors begin that show them."""
    groups = [group for found in all_facts().values() for fact in found for group in fact.more.get("all", ())]
    signs = tuple(dict.fromkeys(sign for group in groups for sign in group if sign.startswith("class:")))
    names = [sign.removeprefix("class:") for sign in signs]
    return signs, beginnings([descriptor(name, whole=not name.endswith((".", "$"))) for name in names])


def _may_be_library(name: str) -> bool:
    return name.startswith(("lib/", "assets/", "jni/", "libs/")) and not name.endswith("/")


def _lines(names: Iterable[str]) -> str:
    return "\n".join(("", *names, ""))


def _matching(lines: str, pattern: str) -> Iterator[str]:
    """Lines that match; found by what stands in front of the first *, which is faster than the pattern."""
    begin, fits = "\n" + pattern.partition("*")[0], _glob(pattern).fullmatch
    at = lines.find(begin)
    while at >= 0:
        stop = lines.find("\n", at + 1)
        if stop < 0:
            return
        if fits(line := lines[at + 1 : stop]):
            yield line
        at = lines.find(begin, stop)


@cache
def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")))


def _permissions(manifest: Manifest) -> Iterator[str]:
    yield from manifest.permissions
    yield from filter(None, (item.permission for item in manifest.components))


def _begins(names: Iterable[str | None], prefix: str) -> str:
    if "*" in prefix:
        return _matches(filter(None, names), prefix)
    return MANIFEST if any(name is not None and name.startswith(prefix) for name in names) else ""


def _matches(names: Iterable[str], pattern: str) -> str:
    matches = _glob(pattern).fullmatch if "*" in pattern else pattern.__eq__
    return MANIFEST if any(matches(name[:LONGEST_PATH]) for name in names) else ""
