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

_HEAD = 10
"""Letters that are shortened; what follows is left to the comparison."""
_LONGEST = 60
_MOST_MEETING = 64
"""Words that meet in one shortened form before it says nothing any more."""


def slips(length: int) -> int:
    """Slips (insertions, deletions, replacements, swaps) after which a word of that many letters is still that word."""
    return 0 if length < 5 else 1 if length < 9 else 2  # noqa: PLR2004 - the whole rule stands here


class Near(Generic[T]):
    """Words with values, found again by misspelt forms."""

    def __init__(self) -> None:
        self._words: list[tuple[str, T]] = []
        self._meeting: dict[str, list[int]] = defaultdict(list)

    def add(self, word: str, value: T) -> None:
        """Words that are too short or too long to be misspelt recognisably are left out."""
        allowed = slips(len(word))
        if allowed and len(word) <= _LONGEST:
            for form in _shortened(word[:_HEAD], allowed):
                if len(self._meeting[form]) < _MOST_MEETING:
                    self._meeting[form].append(len(self._words))
            self._words.append((word, value))

    def find(self, word: str) -> Iterator[tuple[T, str, int]]:
        """Value, right spelling and number of slips (0 for the word itself) of whatever is near."""
        allowed = slips(len(word))
        if not allowed or len(word) > _LONGEST:
            return
        seen: set[int] = set()
        for form in _shortened(word[:_HEAD], allowed):
            for number in self._meeting.get(form, ()):
                if number not in seen:
                    seen.add(number)
                    right, value = self._words[number]
                    limit = min(allowed, slips(len(right)))
                    distance = OSA.distance(word, right, score_cutoff=limit)
                    if distance <= limit:
                        yield value, right, distance


def _shortened(head: str, most: int) -> set[str]:
    forms = {head}
    for number in range(1, most + 1):
        for left_out in combinations(range(len(head)), number):
            forms.add("".join(letter for at, letter in enumerate(head) if at not in left_out))
    return forms
