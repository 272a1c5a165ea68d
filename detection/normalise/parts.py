"""Characters written as their parts: 弓虽 for 强, 月佥 for 脸. Many pairs are words (女子): for the lexicon only."""

from __future__ import annotations

from functools import cache

from detection.normalise.readings import Piece, Reading, rewritten
from detection.normalise.tables import table
from detection.words import Words

_FULL = dict(zip("亻扌氵讠钅衤礻忄刂纟犭", "人手水言金衣示心刀丝犬", strict=True))
"""Radicals, and the characters that are typed for them."""


@cache
def _pairs() -> Words[str]:
    """Pairs of parts, each with its character."""
    pairs: dict[str, str] = {}
    for entry in table("parts").split():
        char, first, second = tuple(entry)
        for left in {first, _FULL.get(first, first)}:
            for right in {second, _FULL.get(second, second)}:
                pairs[left + right] = char
    return Words(pairs)


def by_parts(joined: str) -> Reading | None:
    """The text with pairs of parts put together; None if there are none."""
    pairs = _pairs()
    found = [Piece(start, end, pairs.meanings[number]) for number, start, end in pairs.find(joined)]
    return rewritten("split", joined, found) if found else None
