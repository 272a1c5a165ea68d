"""The visible texts of a listing, each on its own: words never join across fields, quotes name theirs."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from detection.normalise import MAX_LENGTH, Normalised, normalise
from index.model import Listing

MOST_READ = 60_000
"""Characters of all texts of one listing together."""
MOST_TEXTS = 400
"""Texts of one listing."""
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


@lru_cache(maxsize=1024)
def _sentence_ends(joined: str) -> tuple[int, ...]:
    return tuple(match.end() for match in _SENTENCE_END.finditer(joined))


def fields(listing: Listing) -> Iterator[Field]:
    """Every text of the listing that is not empty, title first; of a very long one, a field per part that is read.

    Reads at most MOST_READ characters and MOST_TEXTS texts of one listing; `cut` tells whether that left anything out.
    """
    left = MOST_READ
    for name, raw, own_words in islice(_texts(listing), MOST_TEXTS):
        for start, end in _windows(raw, left):
            left -= end - start
            text = normalise(raw) if end - start == len(raw) else Normalised(raw[start:end], start)
            yield Field(name, raw, text, own_words)


def cut(listing: Listing) -> bool:
    """Whether the listing has more text than is read."""
    lengths = [len(raw) for _, raw, _ in _texts(listing)]
    return max(lengths, default=0) > MAX_LENGTH or sum(lengths) > MOST_READ or len(lengths) > MOST_TEXTS


def _windows(raw: str, left: int) -> Iterator[tuple[int, int]]:
    """[start, end) of what is read of a text: all, or its beginning, its end and samples between, evenly spaced.

    An offer that hides behind pages of harmless words stands where buyers find it: at the end, or all over.
    """
    length = min(len(raw), MAX_LENGTH, left)
    if length <= 0:
        return
    if length == len(raw):
        yield 0, length
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
    for name in ("title", "description", "seller", "bio", "notes"):
        if raw := getattr(listing, name):
            yield name, raw, True
    for name in ("options", "image_text", "qr_text", "reviews", "questions"):
        for number, raw in enumerate(getattr(listing, name)):
            if raw:
                yield f"{name}[{number}]", raw, name not in _OTHERS
