"""Ways to take money: `payment`, and `payment_collector` for those that need no merchant's contract."""

from __future__ import annotations

from collections.abc import Iterator

from apk_analysis.fingerprint import Trait
from apk_analysis.traits.facts import facts
from apk_analysis.traits.finder import Finder, Seen


class Payments(Finder):
    """Reports each service once, with the first file that shows it."""

    def finish(self, seen: Seen) -> Iterator[Trait]:
        """In the order of the facts."""
        for fact in facts("payments"):
            for hit in seen.hits.of("payments", fact.id):
                if hit.kind != "name":
                    kind = "payment_collector" if fact.more.get("third_party") else "payment"
                    yield Trait(kind=kind, value=fact.more["name"], where=hit.where, decode=hit.decode)
                    break
