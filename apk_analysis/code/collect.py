"""Collects what a library dictionary holds. `script/library_dictionary.py` feeds it; see `dictionary.py`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from apk_analysis.code.classes import METHOD, read_classes
from apk_analysis.code.dictionary import COMMON, KEY_SHIFT, Dictionary
from apk_analysis.code.features import FeatureSets
from apk_analysis.code.libraries import library_of
from apk_analysis.code.own import LARGE_METHOD, large_classes
from apk_analysis.code.sketch import Features, mixed
from apk_analysis.dex import Dex

COMMON_LIBRARIES = 3
"""Code that so many libraries share is an idiom."""
COMMON_CODE, COMMON_TEXTS, COMMON_FILES, COMMON_MARKS = 3, 3, 2, 2
"""Unrelated apps whose own parts share something: then it is nobody's."""


class Collector:
    """Takes libraries and apps in any order; `dictionary` is what follows from them."""

    def __init__(self) -> None:
        self._owners: dict[int, set[str]] = defaultdict(set)
        self._families: dict[int, set[str]] = defaultdict(set)
        self._needed: dict[int, int] = {}

    def library(self, dex: Dex, otherwise: str | None = None) -> None:
        """Classes of libraries: those below known prefixes, and all others as of the library `otherwise`."""
        classes, code = read_classes(dex), dex.code()
        names = [(library_of(package) or (otherwise, ""))[0] for package in classes.packages]
        large = large_classes(classes)
        methods = mixed(code.shape, METHOD)
        for number, name in enumerate(names):
            if name is None:
                continue
            here = classes.package == number
            chosen = methods[here[code.owner] & (code.units >= LARGE_METHOD)]
            for features in (classes.hash[here & large], chosen, classes.package_features[number : number + 1]):
                for feature in features.tolist():
                    self._owners[feature].add(name)

    def app(self, family: str, sets: FeatureSets, marks: Iterable[int]) -> None:
        """The own part of an app, read without a dictionary, with its marks (`sample.mark`).

        Apps of one family are relatives, and no independent witnesses.
        """
        self._seen(family, sets.code.tolist(), COMMON_CODE)
        self._seen(family, sets.strings.tolist(), COMMON_TEXTS)
        self._seen(family, sets.assets.tolist(), COMMON_FILES)
        self._seen(family, marks, COMMON_MARKS)

    def common(self, features: Iterable[int]) -> None:
        """What is known to be nobody's."""
        self._seen("", features, 1)

    def _seen(self, family: str, features: Iterable[int], needed: int) -> None:
        for feature in features:
            self._families[feature].add(family)
            self._needed[feature] = needed

    def dictionary(self, complete: Iterable[str], header: Mapping[str, Any]) -> Dictionary:
        """Everything taken so far. `complete`: libraries whose packages were all seen."""
        sizes = Counter(name for owners in self._owners.values() for name in owners)
        libraries = ("", *sorted(sizes))
        number_of = {name: number for number, name in enumerate(libraries)}
        numbers: dict[int, int] = {}
        for feature, families in self._families.items():
            if len(families) >= self._needed[feature]:
                numbers[feature >> KEY_SHIFT] = COMMON
        for feature, owners in self._owners.items():
            best = max(owners, key=lambda name: (sizes[name], name))
            numbers[feature >> KEY_SHIFT] = COMMON if len(owners) >= COMMON_LIBRARIES else number_of[best]
        keys: Features = np.array(sorted(numbers), np.uint64)
        return Dictionary(
            libraries=libraries,
            complete=frozenset(complete).intersection(libraries),
            keys=keys,
            numbers=np.array([numbers[key] for key in keys.tolist()], np.uint16),
            header=header,
        )
