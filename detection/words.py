"""Words searched for in one pass over a text, each with what it means to whoever searches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from ahocorasick_rs import AhoCorasick

T = TypeVar("T")
Place = tuple[int, int, int]
"""Number of a word, start, end."""


class Words(Generic[T]):
    """An automaton over words; safe to share between threads."""

    def __init__(self, meanings: Mapping[str, T]) -> None:
        """`meanings`: word -> what it means. Raises ValueError for an empty word."""
        self.meanings = tuple(meanings.values())
        self._automaton = AhoCorasick(list(meanings), store_patterns=False)

    def find(self, text: str) -> list[Place]:
        """Every word (by its number in `meanings`) at every place: by end, of one end the longest first.

        Lone surrogates in `text` raise UnicodeEncodeError; a folded text has none.
        """
        return self._automaton.find_matches_as_indexes(text, overlapping=True)
