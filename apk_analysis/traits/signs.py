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
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from apk_analysis.archive import Archive
from apk_analysis.dex import Dex, find_methods
from apk_analysis.manifest import Manifest
from apk_analysis.traits.facts import Fact
from apk_analysis.traits.finder import Seen

MANIFEST = "AndroidManifest.xml"
LONGEST_PATH, LONGEST_CLASS, MOST_CLASSES = 512, 64, 1 << 16
"""Characters of a path, bytes of a class descriptor, classes of a DEX file that are looked at."""
Descriptors = NDArray[np.bytes_]
_DEX_NAME = re.compile(r"\+0x[0-9a-f]+$")


class Signs:
    """Answers where a sign stands in one sample; every question after the first of its kind is cheap."""

    def __init__(self, names: Iterable[str], manifest: Manifest, dexes: Iterable[Dex]) -> None:
        self.names = [name for name in names if len(name) <= LONGEST_PATH and "\n" not in name]
        self.manifest = manifest
        self._exact = dict.fromkeys(self.names)
        self._joined = _lines(self.names)
        self._libraries = {name.rpartition("/")[2]: name for name in reversed(self.names) if _may_be_library(name)}
        self._library_names = _lines(self._libraries)
        self._dexes = [(_DEX_NAME.sub("", dex.name), dex) for dex in dexes]
        self._classes = [(where, _sorted_classes(dex)) for where, dex in self._dexes]
        self._kinds: dict[str, Callable[[str], str]] = {
            "file": self._file,
            "call": self._call,
            "lib": self._lib,
            "class": self._class,
            "application": lambda text: _begins((manifest.application_class, manifest.component_factory), text),
            "component": lambda text: _begins((item.name for item in manifest.components), text),
            "meta": lambda text: _matches((item.name for item in manifest.meta_data), text),
            "action": lambda text: _matches(
                (a for c in manifest.components for a in (*c.actions, *c.categories)), text
            ),
            "permission": lambda text: _matches(_permissions(manifest), text),
            "package": lambda text: _begins((manifest.package,), text),
        }

    def where(self, sign: str) -> str:
        """The entry that shows a sign; '' when none does."""
        kind, _, pattern = sign.partition(":")
        return self._kinds[kind](pattern)

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
        """All entries that match, in order."""
        if "*" not in pattern:
            return iter((pattern,) if pattern in self._exact else ())
        return _matching(self._joined, pattern)

    def _file(self, pattern: str) -> str:
        return next(self.files(pattern), "")

    def _lib(self, pattern: str) -> str:
        name = next(_matching(self._library_names, pattern), "") if "*" in pattern else pattern
        return self._libraries.get(name, "")

    def _class(self, prefix: str) -> str:
        wanted = _descriptor(prefix, whole=not prefix.endswith((".", "$")))
        for where, classes in self._classes:
            at = int(np.searchsorted(classes, wanted))
            if at < len(classes) and bytes(classes[at]).startswith(wanted):
                return where
        return ""

    def _call(self, method: str) -> str:
        owner, _, name = method.rpartition(".")
        target = (_descriptor(owner, whole=True), name.encode())
        return next((where for where, dex in self._dexes if len(find_methods(dex, [target]))), "")

    def undefined(self, names: Iterable[str]) -> list[str]:
        """Those of the full class names that no DEX file defines; of longer ones only LONGEST_CLASS bytes count."""
        asked = list(dict.fromkeys(names))
        wanted = np.array([_descriptor(name, whole=True) for name in asked], f"S{LONGEST_CLASS}")
        missing = np.ones(len(asked), bool)
        for _, classes in self._classes:
            at = np.searchsorted(classes, wanted)
            found = at < len(classes)
            missing[found] &= classes[at[found]] != wanted[found]
        return [name for name, is_missing in zip(asked, missing.tolist(), strict=True) if is_missing]


_KNOWN: WeakKeyDictionary[Archive, Signs] = WeakKeyDictionary()


def signs_of(seen: Seen) -> Signs:
    """The signs of a sample; finders that ask for the same sample share them."""
    if seen.archive not in _KNOWN:
        _KNOWN[seen.archive] = Signs(seen.names, seen.manifest, seen.dexes)
    return _KNOWN[seen.archive]


def groups_of(fact: Fact) -> tuple[tuple[str, ...], ...]:
    """The groups of a fact, written as `all: [[sign, sign], [sign]]`."""
    return tuple(tuple(group) for group in fact.more["all"])


def _may_be_library(name: str) -> bool:
    return name.startswith(("lib/", "assets/", "jni/", "libs/")) and not name.endswith("/")


def _descriptor(name: str, *, whole: bool) -> bytes:
    """b'Lcom/example/Main;', or the beginning of one, cut to LONGEST_CLASS bytes."""
    return f"L{name.replace('.', '/')}{';' if whole else ''}".encode("utf-8", "replace")[:LONGEST_CLASS]


def _sorted_classes(dex: Dex) -> Descriptors:
    """Descriptors of the classes that are defined, cut to LONGEST_CLASS bytes, ascending."""
    strings = dex.type_strings[dex.class_type[:MOST_CLASSES]]
    starts, lengths = dex.strings.starts[strings], dex.strings.lengths[strings]
    raw = np.frombuffer(dex.data, np.uint8)
    letters = np.zeros((len(strings), LONGEST_CLASS), np.uint8)
    for column in range(LONGEST_CLASS):
        longer = lengths > column
        letters[longer, column] = raw[starts[longer] + column]
    return np.sort(letters.view(f"S{LONGEST_CLASS}").ravel())


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
