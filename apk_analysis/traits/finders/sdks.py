"""SDKs of others, and what they are for: `sdk`."""

from __future__ import annotations

from collections.abc import Iterator

from apk_analysis.fingerprint import Trait
from apk_analysis.traits.facts import Fact
from apk_analysis.traits.finder import Finder, Seen
from apk_analysis.traits.signs import rules, signs_of


class Sdks(Finder):
    """Reports each SDK whose classes and declarations are both there."""

    def finish(self, seen: Seen) -> Iterator[Trait]:
        """The SDKs, by their use and name."""
        signs = signs_of(seen)
        for fact, groups in rules("sdks"):
            places = signs.met(groups)
            if places:
                yield Trait(kind="sdk", value=shown(fact), where=places[0])


def shown(fact: Fact) -> str:
    """'友盟 / Umeng (statistics)'."""
    return f"{fact.more['name']} ({fact.more['use']})"
