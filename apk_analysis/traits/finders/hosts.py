"""All other hosts an app's own code and assets name: `host`. What two wrappers have in common says more than code."""

from __future__ import annotations

from collections.abc import Iterator

from apk_analysis.fingerprint import Trait
from apk_analysis.traits.facts import facts
from apk_analysis.traits.finder import Finder, Seen

ORDER = ("dex", "script", "native", "resources", "xml", "text", "data", "name")
"""Own code comes first: only so many hosts are listed."""


class Hosts(Finder):
    """Reports each host once."""

    def finish(self, seen: Seen) -> Iterator[Trait]:
        """Those in code first, then scripts, resources and other files."""
        named = {anchor for fact in facts("hosts") for anchor in fact.anchors}
        found = sorted(seen.addresses, key=lambda address: ORDER.index(address.hit.kind))
        for address in found:
            if address.host not in named:
                yield Trait(kind="host", value=address.host, where=address.hit.where, decode=address.hit.decode)
