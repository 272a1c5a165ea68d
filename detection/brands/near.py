"""Spellings a slip or two away, found by looking up, not by comparing with everything.

Both sides are shortened by up to as many letters as slips are allowed, as in SymSpell (W. Garbe), and only at their
beginning; what meets is compared properly. A look-up costs the same among ten words and among ten thousand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import Generic, TypeVar

from rapidfuzz.distance import OSA

T = TypeVar("T")

_HEAD = 7
"""Letters that are shortened; what follows is left to the comparison."""
_LONGEST = 60
_MOST_MEETING = 64
"""Words that meet in one shortened form before it says nothing any more."""


_TWO_FROM = 9
"""Letters of a word that is still itself after two slips."""


class Near(Generic[T]):
    """Words with values, found again after one slip (insertion, deletion, replacement, swap), long ones after two."""

    def __init__(self, *, shortest: int = 5, most: int = 2) -> None:
        self._shortest = shortest
        self._most = most
        self._words: list[tuple[str, T]] = []
        self._meeting: dict[str, list[int]] = defaultdict(list)

    def _allowed(self, word: str) -> int:
        return 0 if len(word) < self._shortest else 1 if len(word) < _TWO_FROM else self._most

    def add(self, word: str, value: T) -> None:
        """Words that are too short or too long to be misspelt recognisably are left out."""
        allowed = self._allowed(word)
        if allowed and len(word) <= _LONGEST:
            for form in _shortened(word[:_HEAD], allowed):
                if len(self._meeting[form]) < _MOST_MEETING:
                    self._meeting[form].append(len(self._words))
            self._words.append((word, value))

    def find(self, word: str) -> Iterator[tuple[T, str, int]]:
        """Value, right spelling and number of slips (0 for the word itself) of whatever is near."""
        allowed = self._allowed(word)
        if not allowed or len(word) > _LONGEST:
            return
        meeting = self._meeting
        numbers = {number for form in _shortened(word[:_HEAD], allowed) if form in meeting for number in meeting[form]}
        for number in numbers:
            right, value = self._words[number]
            if abs(len(right) - len(word)) <= allowed:
                limit = min(allowed, self._allowed(right))
                distance = OSA.distance(word, right, score_cutoff=limit)
                if distance <= limit:
                    yield value, right, distance


def _shortened(head: str, most: int) -> set[str]:
    """`head` with up to `most` letters left out."""
    sizes = range(max(0, len(head) - most), len(head) + 1)
    return {form for size in sizes for form in map("".join, combinations(head, size))}
