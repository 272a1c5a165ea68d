"""The visible texts of a listing, each on its own: words never join across fields, quotes name theirs."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from detection.normalise import Normalised, normalise
from index.model import Listing

_SENTENCE_END = re.compile(r"[。！？!?；;\n…]+|\.(?=\s)")


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One visible text."""

    name: str
    """'title', 'options[2]'."""
    raw: str
    text: Normalised
    own_words: bool
    """True for what the seller says, False for what others say there (reviews, questions)."""

    def sentence(self, at: int) -> tuple[int, int]:
        """[start, end) of the sentence around offset `at` of the joined view."""
        ends = _sentence_ends(self.text.joined)
        place = bisect_right(ends, at)
        return (ends[place - 1] if place else 0), (ends[place] if place < len(ends) else len(self.text.joined))


@lru_cache(maxsize=1024)
def _sentence_ends(joined: str) -> tuple[int, ...]:
    return tuple(match.end() for match in _SENTENCE_END.finditer(joined))


def fields(listing: Listing) -> Iterator[Field]:
    """Every text of the listing that is not empty, title first."""
    for name, raw, own_words in _texts(listing):
        if raw:
            yield Field(name, raw, normalise(raw), own_words)


def _texts(listing: Listing) -> Iterator[tuple[str, str, bool]]:
    yield "title", listing.title, True
    yield "description", listing.description, True
    yield "seller", listing.seller or "", True
    yield "bio", listing.bio, True
    yield "notes", listing.notes, True
    for name, own_words in (
        ("options", True),
        ("image_text", True),
        ("qr_text", True),
        ("reviews", False),
        ("questions", False),
    ):
        for number, raw in enumerate(getattr(listing, name)):
            yield f"{name}[{number}]", raw, own_words
