"""Emoji that stand for a word: read as that word in a view of its own, since mostly they are ornament."""

from __future__ import annotations

import re
from functools import cache

from detection.normalise.folds import HAN
from detection.normalise.readings import Piece, Reading, rewritten
from detection.normalise.tables import table


@cache
def words() -> dict[str, str]:
    """Emoji -> word."""
    return {emoji: word for word, many in table("emoji").items() for emoji in many}


@cache
def _written() -> re.Pattern[str]:
    any_of = "".join(words())
    return re.compile(
        rf"(?:(?<=[{HAN}])(?P<before>[\s·]{{1,2}}))?(?P<emoji>[{any_of}])(?P<after>[\s·]{{1,2}}(?=[{HAN}{any_of}]))?"
    )


def by_emoji(joined: str) -> Reading:
    """The text with emoji named."""
    pieces = [
        Piece(*match.span("emoji"), words()[match["emoji"]], len(match["before"] or ""), len(match["after"] or ""))
        for match in _written().finditer(joined)
    ]
    return rewritten("emoji", joined, pieces)
