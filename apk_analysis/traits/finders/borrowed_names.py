"""`code_under_library_name`: own code in packages that carry a library's name.

Which exceptions lead to that is written in `apk_analysis/code/own.py`. A handful of classes is no sign: libraries are
patched and helped along under their own names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from apk_analysis.code.libraries import library_of
from apk_analysis.code.own import OwnDex
from apk_analysis.fingerprint import Trait
from apk_analysis.traits.finder import Finder, Seen

FEWEST_CLASSES = 5
"""With code, in one DEX file."""


class BorrowedNames(Finder):
    """Reports each library whose name is borrowed, with the number of classes."""

    def finish(self, seen: Seen) -> Iterator[Trait]:
        """Per DEX file, the most classes first. An app may carry its own author's name."""
        mine = library_of(seen.manifest.package or "")
        for dex in seen.own.dexes:
            for name, count in _borrowed(dex.part).most_common():
                if count >= FEWEST_CLASSES and (mine is None or name != mine[0]):
                    yield Trait(kind="code_under_library_name", value=f"{name}: {count}", where=dex.where)


def _borrowed(part: OwnDex) -> Counter[str]:
    """Library -> classes with code below its prefix that are counted as the app's own."""
    found = Counter[str]()
    numbers = part.classes.package[part.borrowed & (part.classes.methods > 0)]
    for number, count in zip(*np.unique(numbers, return_counts=True), strict=True):
        claimed = library_of(part.classes.packages[int(number)])
        if claimed:
            found[claimed[0]] += int(count)
    return found
