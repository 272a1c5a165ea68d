"""Where an app asks what to do and for its next version: `config_endpoint`, `update_endpoint`."""

from __future__ import annotations

from collections.abc import Iterator

from apk_analysis.fingerprint import Trait
from apk_analysis.traits.endpoints import purpose_of
from apk_analysis.traits.facts import facts
from apk_analysis.traits.finder import Finder, Seen

LONGEST = 200
"""Characters of an address that are shown."""


class Endpoints(Finder):
    """Reports each address once, without its query, which may carry secrets."""

    def finish(self, seen: Seen) -> Iterator[Trait]:
        """Addresses, then services whose library own code calls."""
        for address in seen.addresses:
            purpose = purpose_of(address)
            if purpose:
                shown = (address.host + address.path.partition("?")[0].partition("#")[0])[:LONGEST]
                yield Trait(kind=purpose, value=shown, where=address.hit.where, decode=address.hit.decode)
        for service in facts("addresses"):
            hits = seen.hits.of("addresses", service.id) if "service" in service.more else ()
            for dex in seen.own.dexes if hits else ():
                if (dex.methods & dex.callers(dex.methods_of(dex.types(hits)))).any():
                    yield Trait(kind="config_endpoint", value=service.more["service"], where=dex.where)
