"""What identifies an app's own part, as sets of features: code, the code behind its screens, texts in code, files.

- code: every larger own method, and every own class that is large enough as a whole, by what they do;
- screens: those of `code` in the packages of components that the manifest declares, and below the app's own package.
  Two apps that bring along the same unknown library share code, but not this;
- strings: the texts that this code holds;
- assets: the contents of files that are neither code nor made anew by each build.

None of them contains a name of the app's own, so that renaming, signing, reordering and splitting change nothing. What
the dictionary calls common is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from apk_analysis.code.classes import METHOD
from apk_analysis.code.dictionary import Dictionary, shipped
from apk_analysis.code.hashes import text_features
from apk_analysis.code.own import LARGE_METHOD, Own, OwnDex, large_classes
from apk_analysis.code.sketch import Features, mixed, sketch
from apk_analysis.fingerprint import Sketch

TEXT, ASSET = 0x54, 0x41
"""Salts that keep the features of texts and of files apart from all others."""
SHORTEST_TEXT, LONGEST_TEXT = 6, 2_000
"""Bytes of a text that says something about the app that holds it."""
SMALLEST_ASSET = 64
"""Bytes of a file that says something."""
MOST_ASSETS = 100_000
NO_FEATURES: Features = np.empty(0, np.uint64)


def _none() -> Features:
    return NO_FEATURES


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureSets:
    """Ascending sets without repeats."""

    code: Features = field(default_factory=_none)
    screens: Features = field(default_factory=_none)
    strings: Features = field(default_factory=_none)
    assets: Features = field(default_factory=_none)

    def sketches(self) -> dict[str, Sketch]:
        """Name of the set -> its sketch; empty sets are left out."""
        sets = {"code": self.code, "screens": self.screens, "strings": self.strings, "assets": self.assets}
        made = {name: sketch(features) for name, features in sets.items()}
        return {name: found for name, found in made.items() if found is not None}


class Assets:
    """Collects the features of an app's files while its entries pass by."""

    def __init__(self) -> None:
        self._found: list[int] = []

    def take(self, name: str, digest: bytes, size: int) -> None:
        """One entry: its name, a strong hash of its content, and its bytes."""
        if size >= SMALLEST_ASSET and len(self._found) < MOST_ASSETS and not _made_anew(name):
            self._found.append(int.from_bytes(digest[:8], "little"))

    def features(self) -> Features:
        """Of everything taken."""
        return mixed(np.array(self._found, np.uint64), ASSET)


def read_features(
    own: Own,
    components: Collection[str] = (),
    assets: Features = NO_FEATURES,
    dictionary: Dictionary | None = None,
) -> FeatureSets:
    """All features of an app.

    `components`: full class names that the manifest declares. `assets`: what `Assets` collected, in any order.
    """
    dictionary = shipped() if dictionary is None else dictionary
    packages = _core_packages(own, components)
    code = [_code(part, part.own) for part in own.dexes]
    core = [part.own & _inside(part, packages) for part in own.dexes]
    screens = [_code(part, classes) for part, classes in zip(own.dexes, core, strict=True)]
    strings = [_strings(part, classes) for part, classes in zip(own.dexes, core, strict=True)]
    return FeatureSets(
        code=_distinctive(code, dictionary),
        screens=_distinctive(screens, dictionary),
        strings=_distinctive(strings, dictionary),
        assets=_distinctive([assets], dictionary),
    )


def _distinctive(pieces: Sequence[Features], dictionary: Dictionary) -> Features:
    """Each once, without what the dictionary knows from elsewhere."""
    features = np.unique(np.concatenate(pieces)) if pieces else NO_FEATURES
    return features[dictionary.find(features) < 0]


def _code(part: OwnDex, classes: NDArray[np.bool_]) -> Features:
    """Of the larger methods of these classes, and of the larger classes themselves."""
    code = part.dex.code()
    methods = code.shape[classes[code.owner] & (code.units >= LARGE_METHOD)]
    whole = classes & large_classes(part.classes)
    return np.concatenate([mixed(methods, METHOD), part.classes.hash[whole]])


def _core_packages(own: Own, components: Collection[str]) -> frozenset[str]:
    """Packages with own classes that hold a class which the manifest declares, or lie below the app's own package."""
    declared = {name.rpartition(".")[0] for name in components}
    found = set[str]()
    for part in own.dexes:
        for number in np.unique(part.classes.package[part.own]).tolist():
            name = part.classes.packages[number]
            if name in declared or (own.package and f"{name}.".startswith(f"{own.package}.")):
                found.add(name)
    return frozenset(found)


def _inside(part: OwnDex, packages: frozenset[str]) -> NDArray[np.bool_]:
    chosen = np.array([package in packages for package in part.classes.packages], bool)
    return np.asarray(chosen[part.classes.package], bool)


def _strings(part: OwnDex, classes: NDArray[np.bool_]) -> Features:
    """Of the texts that the methods of these classes load."""
    strings = part.dex.strings
    code = part.dex.code()
    rows = np.repeat(classes[code.owner], np.diff(code.strings.starts))
    used = np.unique(code.strings.values[rows])
    used = used[(strings.lengths[used] >= SHORTEST_TEXT) & (strings.lengths[used] <= LONGEST_TEXT)]
    starts = strings.starts[used]
    return text_features(np.frombuffer(part.dex.data, np.uint8), starts, starts + strings.lengths[used], TEXT)


def _made_anew(name: str) -> bool:
    """Whether every build writes this file: code, manifest, tables, signatures, marks of libraries."""
    return (
        name in ("AndroidManifest.xml", "resources.arsc")
        or name.endswith((".dex", ".kotlin_module", ".kotlin_builtins", ".version", ".properties"))
        or name.startswith(("META-INF/", "kotlin/"))
    )
