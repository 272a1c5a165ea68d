"""Characters written as their parts: 弓虽 for 强, 月佥 for 脸. Many pairs are words (女子): for the lexicon only."""

from __future__ import annotations

from functools import cache
from typing import Any

import ahocorasick

from detection.normalise.readings import Piece, Reading, rewritten
from detection.normalise.tables import table

_FULL = dict(zip("亻扌氵讠钅衤礻忄刂纟犭", "人手水言金衣示心刀丝犬", strict=True))
"""Radicals, and the characters that are typed for them."""


@cache
def _pairs() -> Any:
    """Automaton over pairs of parts, each with its character."""
    automaton = ahocorasick.Automaton()
    for entry in table("parts").split():
        char, first, second = tuple(entry)
        for left in {first, _FULL.get(first, first)}:
            for right in {second, _FULL.get(second, second)}:
                automaton.add_word(left + right, char)
    automaton.make_automaton()
    return automaton


def by_parts(joined: str) -> Reading | None:
    """The text with pairs of parts put together; None if there are none."""
    found = [Piece(last - 1, last + 1, char) for last, char in _pairs().iter(joined)]
    return rewritten("split", joined, found) if found else None
