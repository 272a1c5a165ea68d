"""Which code is the app's own, and which is somebody else's.

Every class is one of four things, in this order:

1. generated: constants that build tools write (R, BuildConfig ...);
2. proven: the dictionary knows it, by the hash of the class or by those of most of its larger methods. This does not
   look at names, so renamed libraries are found, and code that only borrows a library's name is not taken for it;
3. named: it lies below a library's prefix (libraries.yml), and none of the exceptions below holds;
4. own.

A name is easily borrowed, so below a library's prefix code counts as own all the same

- where the package of the app itself lies below that prefix: then the prefix is the author's (`us.zoom`), or claims to
  be, and only the dictionary tells its library from its app;
- in the package of an activity that the launcher starts: libraries do not start apps. Runtimes do, and are left out;
- in a package that the library does not have, where the dictionary lists all of that library's packages.

What remains set aside by name alone although the dictionary knows the library (`unproven`) is counted, so that a reader
sees how much rests on names; another version or compiler explains a part of it, never all. The classes that an
exception turned into own code are counted as `borrowed`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from apk_analysis.code.classes import METHOD, Classes, read_classes
from apk_analysis.code.dictionary import COMMON, Dictionary, shipped
from apk_analysis.code.libraries import is_runtime, library_of
from apk_analysis.code.sketch import mixed
from apk_analysis.dex import Dex, find_methods
from apk_analysis.fingerprint import Code, Library

LARGE_METHOD = 24
"""Code units from which on a method is told from all others; smaller ones look alike in many apps."""
LARGE_CLASS = 30
"""Code units from which on a class with at least two methods is."""
PROVEN_SHARE = 0.8
"""Of the code units in a class's larger methods that the dictionary must know."""
PROVEN_UNITS = 60
"""Code units of known methods that prove a class when it has only one of them."""
MOST_LIBRARIES = 50
REFLECTION = (
    (b"Ljava/lang/reflect/Method;", b"invoke"),
    (b"Ljava/lang/reflect/Constructor;", b"newInstance"),
    (b"Ljava/lang/Class;", b"newInstance"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDex:
    """One DEX file with what its classes are. Arrays of bool over its class table unless said otherwise."""

    dex: Dex
    classes: Classes
    own: NDArray[np.bool_]
    proven: NDArray[np.bool_]
    """Known to the dictionary."""
    unproven: NDArray[np.bool_]
    """Large classes set aside by name alone, although the dictionary knows that library."""
    borrowed: NDArray[np.bool_]
    """Own, although below a library's prefix."""
    named: NDArray[np.bool_]
    """Set aside by the name of its package; what else has a library was renamed and is proven."""
    library: NDArray[np.int64]
    """Index into `Own.names`, -1 for own and generated classes."""

    def own_methods(self) -> NDArray[np.bool_]:
        """Over the methods with code: whether they are in an own class."""
        return self.own[self.dex.code().owner]


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What is whose in all DEX files of an app."""

    dexes: tuple[OwnDex, ...]
    names: tuple[str, ...]
    """Of the libraries found."""
    package: str = ""
    """The app's, as its manifest says."""


def find_own(
    dexes: Sequence[Dex],
    package: str | None = None,
    launched: Collection[str] = (),
    dictionary: Dictionary | None = None,
) -> Own:
    """Tells own code from other code.

    `package`: the app's own, as its manifest says. `launched`: full names of the activities that the launcher starts.
    """
    finder = _Finder(package or "", launched, shipped() if dictionary is None else dictionary)
    found = tuple(finder.look(dex) for dex in dexes)
    return Own(dexes=found, names=tuple(finder.names), package=package or "")


def summary(own: Own) -> Code:
    """The counts that the fingerprint states."""
    return Code(
        dex_files=len(own.dexes),
        classes=sum(len(part.own) for part in own.dexes),
        methods=sum(len(part.dex.code()) for part in own.dexes),
        own_classes=sum(int(part.own.sum()) for part in own.dexes),
        own_methods=sum(int(part.own_methods().sum()) for part in own.dexes),
        own_units=sum(int(part.classes.units[part.own].sum()) for part in own.dexes),
        libraries=tuple(_libraries(own)),
        reflection_calls=sum(_reflection_calls(part) for part in own.dexes),
    )


def large_classes(classes: Classes) -> NDArray[np.bool_]:
    """Which classes are told from all others by what they do as a whole."""
    return (classes.units >= LARGE_CLASS) & (classes.methods >= 2)


class _Finder:
    """Looks at one DEX file after the other and numbers the libraries it meets."""

    def __init__(self, package: str, launched: Collection[str], dictionary: Dictionary) -> None:
        self._dictionary = dictionary
        self._known = {dictionary.libraries[number] for number in np.unique(dictionary.numbers).tolist()}
        mine = library_of(package)
        self._author = mine[1] if mine else None
        self._launched = {name.rpartition(".")[0] for name in launched}
        self.names: dict[str, int] = {}

    def look(self, dex: Dex) -> OwnDex:
        classes = read_classes(dex)
        large = large_classes(classes)
        proven = self._proven(dex, classes)
        listed = self._dictionary.find(classes.package_features) >= 0
        by_package = [
            self._by_name(name, listed=there) for name, there in zip(classes.packages, listed.tolist(), strict=True)
        ]
        rows = np.array(by_package, np.int64).reshape(-1, 3)[classes.package]
        named, claimed, weak = rows[:, 0], rows[:, 1] > 0, rows[:, 2] > 0
        library = np.where(named >= 0, named, proven)
        library[classes.generated] = -1
        own = (library < 0) & ~classes.generated
        return OwnDex(
            dex=dex,
            classes=classes,
            own=own,
            proven=(proven >= 0) & ~classes.generated,
            unproven=(library >= 0) & (proven < 0) & weak & large,
            borrowed=own & claimed,
            named=(named >= 0) & ~classes.generated,
            library=library,
        )

    def _number(self, name: str) -> int:
        return self.names.setdefault(name, len(self.names))

    def _by_name(self, package: str, *, listed: bool) -> tuple[int, bool, bool]:
        """(library or -1, whether a prefix covers it, whether the dictionary knows that library) for a package."""
        found = library_of(package)
        if found is None:
            return -1, False, False
        name, prefix = found
        known = name in self._known
        foreign = name in self._dictionary.complete and not listed
        if prefix == self._author or (package in self._launched and not is_runtime(name)) or foreign:
            return -1, True, known
        return self._number(name), True, known

    def _proven(self, dex: Dex, classes: Classes) -> NDArray[np.int64]:
        """Index of the library whose code each class is, -1 where the dictionary does not tell."""
        whole = np.where(large_classes(classes), self._dictionary.find(classes.hash), -1)
        numbers = np.where(whole > COMMON, whole, self._by_methods(dex, len(classes.hash)))
        met = np.unique(numbers[numbers > COMMON])
        index = np.full(len(self._dictionary.libraries) + 1, -1, np.int64)
        index[met] = [self._number(self._dictionary.libraries[number]) for number in met.tolist()]
        return index[numbers]

    def _by_methods(self, dex: Dex, count: int) -> NDArray[np.int64]:
        """Library number of each of `count` classes whose larger methods are mostly known, else -1."""
        code = dex.code()
        rows = np.flatnonzero(code.units >= LARGE_METHOD)
        owner, units = code.owner[rows], code.units[rows].astype(np.int64)
        numbers = self._dictionary.find(mixed(code.shape[rows], METHOD))
        all_units = np.bincount(owner, weights=units, minlength=count)
        known = numbers >= COMMON
        known_units = np.bincount(owner[known], weights=units[known], minlength=count)
        theirs = numbers > COMMON
        hits = np.bincount(owner[theirs], minlength=count)
        their_units = np.bincount(owner[theirs], weights=units[theirs], minlength=count)
        enough = ((hits >= 2) | (their_units >= PROVEN_UNITS)) & (known_units >= PROVEN_SHARE * all_units)
        result = np.full(count, -1, np.int64)
        order = np.argsort(units[theirs], kind="stable")  # the largest method is written last and decides
        result[owner[theirs][order]] = numbers[theirs][order]
        result[~enough] = -1
        return result


def _libraries(own: Own) -> Iterator[Library]:
    """The largest first; what was renamed apart from what goes by its name."""
    size = 2 * len(own.names)
    classes, methods = np.zeros(size, np.int64), np.zeros(size, np.int64)
    for part in own.dexes:
        rows = 2 * part.library + part.named  # negative where there is no library
        classes += np.bincount(rows[rows >= 0], minlength=size)
        rows = rows[part.dex.code().owner]
        methods += np.bincount(rows[rows >= 0], minlength=size)
    for row in np.argsort(-classes, kind="stable")[:MOST_LIBRARIES].tolist():
        if classes[row]:
            how: Literal["package", "dictionary"] = "package" if row % 2 else "dictionary"
            yield Library(name=own.names[row // 2], classes=int(classes[row]), methods=int(methods[row]), how=how)


def _reflection_calls(part: OwnDex) -> int:
    code = part.dex.code()
    wanted = np.isin(code.calls.values, find_methods(part.dex, REFLECTION))
    rows = np.repeat(part.own_methods(), np.diff(code.calls.starts))
    return int((wanted & rows).sum())
