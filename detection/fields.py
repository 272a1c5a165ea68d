"""The visible texts of a listing, each on its own: words never join across fields, quotes name theirs."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from operator import attrgetter

from detection.normalise import MAX_LENGTH, Normalised, normalise
from index.model import Listing

MOST_READ = 60_000
"""Characters of all texts of one listing together."""
MOST_TEXTS = 400
"""Texts of one listing."""
_SINGLE = ("title", "description", "seller", "bio", "notes")
_SEVERAL = ("options", "image_text", "qr_text", "reviews", "questions")
_singles, _severals = attrgetter(*_SINGLE), attrgetter(*_SEVERAL)
_OTHERS = {"reviews", "questions"}
"""What others say there."""
_SENTENCE_END = re.compile(r"[。！？!?；;\n…]+|\.(?=\s)")


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One visible text."""

    name: str
    """'title', 'options[2]'."""
    raw: str
    text: Normalised
    """Of `raw`, or of the part of it that is read here; its spans are offsets in `raw`."""
    own_words: bool
    """True for what the seller says, False for what others say there."""

    def sentence(self, at: int) -> tuple[int, int]:
        """[start, end) of the sentence around offset `at` of the joined view."""
        ends = _sentence_ends(self.text.joined)
        place = bisect_right(ends, at)
        return (ends[place - 1] if place else 0), (ends[place] if place < len(ends) else len(self.text.joined))


@lru_cache(maxsize=64)
def _sentence_ends(joined: str) -> tuple[int, ...]:
    return tuple(match.end() for match in _SENTENCE_END.finditer(joined))


def fields(listing: Listing) -> Iterator[Field]:
    """Every text of the listing that is not empty, title first; of a very long one, a field per part that is read.

    Reads at most MOST_READ characters and MOST_TEXTS texts of one listing; `cut` tells whether that left anything out.
    """
    left = MOST_READ
    for name, raw, own_words in islice(_texts(listing), MOST_TEXTS):
        if len(raw) <= min(MAX_LENGTH, left):
            left -= len(raw)
            yield Field(name, raw, normalise(raw), own_words)
            continue
        for start, end in _windows(raw, min(MAX_LENGTH, left)):
            left -= end - start
            yield Field(name, raw, Normalised(raw[start:end], start), own_words)


def cut(listing: Listing) -> bool:
    """Whether the listing has more text than is read."""
    several = chain.from_iterable(_severals(listing))
    lengths = [len(raw) for raw in (*_singles(listing), *several) if raw]
    return max(lengths, default=0) > MAX_LENGTH or sum(lengths) > MOST_READ or len(lengths) > MOST_TEXTS


def _windows(raw: str, length: int) -> Iterator[tuple[int, int]]:
    """[start, end) of what is read of a longer text: its beginning, its end and samples between, evenly spaced.

    An offer that hides behind pages of harmless words stands where buyers find it: at the end, or all over.
    """
    if length <= 0:
        return
    sample = length // 20
    head, tail = length - 8 * sample, 4 * sample
    yield 0, head
    between = len(raw) - head - tail
    for number in range(4):
        start = head + (between - sample) * (number + 1) // 5
        yield start, start + sample
    yield len(raw) - tail, len(raw)


def _texts(listing: Listing) -> Iterator[tuple[str, str, bool]]:
    """Name, raw text and whether it is the seller's own, of every text that is not empty."""
    for name, raw in zip(_SINGLE, _singles(listing), strict=True):
        if raw:
            yield name, raw, True
    for name, texts in zip(_SEVERAL, _severals(listing), strict=True):
        for number, raw in enumerate(texts):
            if raw:
                yield f"{name}[{number}]", raw, name not in _OTHERS
