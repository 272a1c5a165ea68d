"""The violations we know: `taxonomy.yml` beside this module."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

from index.model import Group
from index.reading import ReadError, read

FILE = Path(__file__).parent / "taxonomy.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One violation."""

    id: str
    """Full id, 'qinglang25:p2-6a'."""
    short: str
    """'p2-6a': what evidence, findings and the interface carry."""
    group: Group
    harm: float
    """0..1; part of the priority."""
    observability: Literal["direct", "lead", "none"]
    zh: str
    en: str

    def name(self, lang: str) -> str:
        """The name in 'zh' or 'en'."""
        return self.zh if lang == "zh" else self.en

    @property
    def category(self) -> str:
        """The short id of the category above: 'p2-6' for 'p2-6a'; a category's own id for itself."""
        return self.short.rstrip("abcdefgh") if self.short[0] == "p" else self.short


@cache
def taxonomy() -> dict[str, Entry]:
    """Short id -> entry, in the order of the file. Raises ReadError naming file and entry."""
    return read_taxonomy(FILE)


def read_taxonomy(path: Path) -> dict[str, Entry]:
    """As `taxonomy`, from any file of that form."""
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        raw = yaml.load(path.read_text("utf-8"), Loader=loader)  # noqa: S506 - both loaders are safe ones
        namespace, rows = raw["namespace"], raw["entries"].items()
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ReadError(f"{path.name}: not a taxonomy ({type(error).__name__}: {error})") from error
    entries = {}
    for short, row in rows:
        place = f"{path.name}, {short}"
        if not isinstance(row, dict):
            raise ReadError(f"{place}: expected fields and values")
        entry = read(Entry, {**row, "id": f"{namespace}:{short}", "short": short}, place)
        if not 0 <= entry.harm <= 1:
            raise ReadError(f"{place}: harm is {entry.harm}, expected 0 to 1")
        entries[short] = entry
    return entries
