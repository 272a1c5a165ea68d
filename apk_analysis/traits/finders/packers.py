"""Packers and protectors, by the files and the stub class they leave: `packer`.

Evidence, never a verdict. Whether the app's code is really missing says `code_hidden` (finders/hidden_code.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from apk_analysis.fingerprint import Trait
from apk_analysis.traits.finder import Finder, Seen
from apk_analysis.traits.signs import rules, signs_of


class Packers(Finder):
    """Reports each packer of which all groups of signs are there."""

    def finish(self, seen: Seen) -> Iterator[Trait]:
        """The packers, with the file that shows it."""
        signs = signs_of(seen)
        for fact, groups in rules("packers"):
            places = signs.met(groups)
            if places:
                yield Trait(kind="packer", value=fact.more["name"], where=places[0])
