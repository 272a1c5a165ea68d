"""Characters written as their parts: 弓虽 for 强, 月佥 for 脸. Many pairs are words (女子): for the lexicon only."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from detection.normalise.readings import Piece, Reading, rewritten
from detection.normalise.tables import table

_FULL = dict(zip("亻扌氵讠钅衤礻忄刂纟犭", "人手水言金衣示心刀丝犬", strict=True))
"""Radicals, and the characters that are typed for them."""


@cache
def pairs() -> dict[str, str]:
    """Two parts -> their character."""
    known: dict[str, str] = {}
    for entry in table("parts").split():
        char, first, second = tuple(entry)
        for left in {first, _FULL.get(first, first)}:
            for right in {second, _FULL.get(second, second)}:
                known[left + right] = char
    return known


def by_parts(joined: str, starts: Iterable[int]) -> Reading:
    """The text with the pairs of parts that begin at `starts` put together."""
    return rewritten("split", joined, [Piece(at, at + 2, pairs()[joined[at : at + 2]]) for at in starts])
