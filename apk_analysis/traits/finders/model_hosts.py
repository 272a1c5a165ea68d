"""Hosts where language models are served, and resellers in front of them: `model_api_host`, `relay_host`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apk_analysis.fingerprint import Trait
from apk_analysis.traits.finder import Finder, Seen
from apk_analysis.traits.search import Hit

KINDS = ("model_api_host", "relay_host")
_LABEL_BEFORE = re.compile(r"[\w-]\Z", re.ASCII)
_CONTINUES = re.compile(r"[\w-]|\.[A-Za-z0-9]", re.ASCII)


class ModelHosts(Finder):
    """Reports each host once."""

    def finish(self, seen: Seen) -> Iterator[Trait]:
        """The hosts that stand alone, as one would connect to them."""
        for kind in KINDS:
            for hit in seen.hits.of("hosts", kind):
                if hit.kind != "name" and stands_alone(hit):
                    yield Trait(kind=kind, value=hit.anchor, where=hit.where, decode=hit.decode)


def stands_alone(hit: Hit) -> bool:
    """Not the tail of a longer label ('myapi.x.ai') nor the head of a longer host ('api.x.ai.example')."""
    return not _LABEL_BEFORE.search(hit.before) and not _CONTINUES.match(hit.text, len(hit.anchor))
