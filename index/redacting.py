"""Blotting words out of objects: every character becomes a block, so that places in texts stay what they were."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")
BLOCK = "█"
KEPT = frozenset(
    {
        "id",
        "listing_id",
        "finding_id",
        "finding_ids",
        "listing_ids",
        "marketplace",
        "native_id",
        "url",
        "run_id",
        "warc",
    }
)
"""Fields that say which thing it is and where it stands: without them nobody could look again."""


class Redaction:
    """Words that go, exactly as they are written."""

    def __init__(self, words: Iterable[str]) -> None:
        """Raises ValueError where there is none, or one is so short that it would stand everywhere."""
        self.words = tuple(sorted(set(words), key=lambda word: (-len(word), word)))
        if not self.words or any(len(word.strip()) < 2 for word in self.words):
            raise ValueError("words of at least two characters are needed")
        self._any = re.compile("|".join(map(re.escape, self.words)))

    def text(self, raw: str) -> str:
        """The text without them."""
        return self._any.sub(lambda found: BLOCK * len(found[0]), raw)

    def value(self, raw: Any) -> Any:
        """A JSON-like value without them; names of fields, and what `KEPT` names, stay."""
        if isinstance(raw, str):
            return self.text(raw)
        if isinstance(raw, dict):
            return {key: item if key in KEPT else self.value(item) for key, item in raw.items()}
        if isinstance(raw, list | tuple):
            return [self.value(item) for item in raw]
        return raw

    def of(self, one: T) -> T:
        """An object of ours without them."""
        return msgspec.convert(self.value(msgspec.to_builtins(one)), type(one))

    def found(self, raw: Any) -> bool:
        """Whether the value says any of them anywhere that is not `KEPT`."""
        if isinstance(raw, str):
            return self._any.search(raw) is not None
        if isinstance(raw, dict):
            return any(key not in KEPT and self.found(item) for key, item in raw.items())
        return isinstance(raw, list | tuple) and any(self.found(item) for item in raw)
