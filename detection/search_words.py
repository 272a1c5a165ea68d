"""Words to ask marketplaces for: of each lexicon file the few that are terse and precise (`search:`, by language)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

from detection.terms import LEXICON
from index.reading import ReadError, yaml_of

BRAND = "{brand}"
"""Stands for the names of a brand: shell services are found beside one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchWord:
    """One word to search for."""

    text: str
    """As a person would type it; may contain BRAND."""
    violation: str
    """Short taxonomy id of the lexicon file that names it."""
    lang: Literal["zh", "en"]

    @property
    def branded(self) -> bool:
        """Whether it goes with the name of a brand."""
        return BRAND in self.text


@cache
def search_words(folder: Path = LEXICON) -> tuple[SearchWord, ...]:
    """Those of all lexicon files, in order of the files. Raises ReadError naming the file."""
    return tuple(word for path in sorted(folder.glob("*.yml")) for word in _of(path))


def _of(path: Path) -> list[SearchWord]:
    try:
        said = (yaml_of(path.read_text("utf-8")) or {}).get("search", {})
        words = [
            SearchWord(text=text.strip(), violation=path.stem, lang=lang)
            for lang in ("zh", "en")
            for text in said.get(lang, ())
        ]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError, TypeError) as error:
        raise ReadError(f"{path.name}, search: expected lists of words under zh and en ({error})") from error
    if unknown := set(said) - {"zh", "en"}:
        raise ReadError(f"{path.name}, search: unknown language {', '.join(sorted(map(str, unknown)))}")
    return words
