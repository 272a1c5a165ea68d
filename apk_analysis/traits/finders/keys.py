"""Keys of paid services, masked: `hardcoded_key` where a language model is behind it, else `cloud_key`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache

from apk_analysis.fingerprint import Trait
from apk_analysis.traits.facts import Fact, facts
from apk_analysis.traits.finder import Finder, Seen
from apk_analysis.traits.own import AppDex
from apk_analysis.traits.search import Hit

SHOWN = 6
"""Characters of a key that are kept."""
_WORD_BEFORE = re.compile(r"[A-Za-z0-9_-]\Z")


class Keys(Finder):
    """Reports each key once, under the first vendor whose rule fits."""

    def finish(self, seen: Seen) -> Iterator[Trait]:
        """Keys by their beginning, then those that only their vendor's host makes one."""
        taken: set[str] = set()
        for fact in facts("keys"):
            found = _beside(fact, seen) if "beside" in fact.more else _matches(fact, seen)
            for secret, hit in found:
                if secret not in taken:
                    taken.add(secret)
                    yield _trait(fact, secret, hit, seen)


def _trait(fact: Fact, secret: str, hit: Hit, seen: Seen) -> Trait:
    of_model = fact.more["model"] or bool(_places(fact.more.get("near_model", ()), seen))
    return Trait(
        kind="hardcoded_key" if of_model else "cloud_key",
        value=f"{secret[:SHOWN]}... ({fact.more['vendor']})",
        where=hit.where,
        sha256=hashlib.sha256(secret.encode()).hexdigest(),
        decode=hit.decode,
    )


def _matches(fact: Fact, seen: Seen) -> Iterator[tuple[str, Hit]]:
    """(key, hit) where the whole shape stands, with a word beside it where the fact asks for one."""
    near = _places(fact.more["near"], seen) if "near" in fact.more else None
    pattern = _whole(fact.more["pattern"])
    for hit in seen.hits.of("keys", fact.more.get("uses", fact.id)):
        if hit.kind == "name" or _WORD_BEFORE.search(hit.before) or (near is not None and hit.where not in near):
            continue
        if key := pattern.match(hit.text):
            yield key[0], hit


def _places(words: list[str], seen: Seen) -> set[str]:
    """Files in which one of the words stands."""
    hits = (*seen.hits.of("hosts"), *seen.hits.of("words"))
    return {hit.where for hit in hits if hit.anchor in words}


def _beside(fact: Fact, seen: Seen) -> Iterator[tuple[str, Hit]]:
    """(key, hit of the host): constants of the classes that use the host, or what stands around it in a text."""
    pattern = _whole(fact.more["pattern"])
    for hit in seen.hits.of("hosts"):
        if hit.anchor not in fact.more["beside"]:
            continue
        if hit.kind == "dex":
            dexes = [dex for dex in seen.own.dexes if dex.where == hit.where]
            texts = [text for dex in dexes for text in _constants(dex, hit, fact.more["length"])]
        else:
            texts = [hit.before + hit.text]
        for text in texts:
            for key in pattern.finditer(text):
                yield key[0], hit


def _constants(dex: AppDex, hit: Hit, length: int) -> Iterator[str]:
    """Constants of that length in the own classes that use the string of the hit."""
    for owner in dex.owners(dex.string_at(hit.offset)):
        for string in dex.constants(owner):
            if dex.dex.strings.lengths[string] == length:
                yield dex.dex.strings[string].decode("utf-8", "replace")


@cache
def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9_-])(?:{pattern})(?![A-Za-z0-9_-])", re.ASCII)
