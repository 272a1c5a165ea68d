"""The violations we know: one taxonomy per file `taxonomy*.yml`, each with a namespace and a version of its own.

Judging goes by `taxonomy.yml`. What is found is counted under the others' entries through `crosswalk.yml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from index.model import Group
from index.reading import ReadError, read, yaml_of

FOLDER = Path(__file__).parent
FILE = FOLDER / "taxonomy.yml"
Observable = Literal["text", "sample", "page", "registry", "person", "none"]
Relation = Literal["close", "within", "related"]


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
    observable: Observable
    """By what it shows. 'person': only when somebody opens the app; 'none': not from outside at all."""
    zh: str
    en: str
    why_zh: str = ""
    """Why software cannot see it; for 'person' and 'none', and always there."""
    why_en: str = ""

    def name(self, lang: str) -> str:
        """The name in 'zh' or 'en'."""
        return self.zh if lang == "zh" else self.en

    @property
    def category(self) -> str:
        """The short id of the category above: 'p2-6' for 'p2-6a'; a category's own id for itself."""
        return self.short.rstrip("abcdefgh") if self.short[0] == "p" else self.short

    @property
    def pickable(self) -> bool:
        """Whether lists to choose from offer it: what nobody can see from outside is not offered."""
        return self.observable != "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """One list of violations, with a version."""

    namespace: str
    """'qinglang25'."""
    version: int
    status: Literal["compiled", "provisional"]
    """provisional: only what was published in parts; nothing is judged by it."""
    zh: str
    en: str
    source: str
    """What it was compiled from."""
    entries: Mapping[str, Entry]
    """Short id -> entry, in the order of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterpart:
    """Where an entry stands in another taxonomy."""

    to: str
    """Short id there."""
    relation: Relation
    """close: the same things; within: all of it is part of the other; related: some of it."""


@cache
def taxonomy() -> Mapping[str, Entry]:
    """The taxonomy that judging goes by: short id -> entry. Raises ReadError naming file and entry."""
    return read_taxonomy(FILE).entries


@cache
def taxonomies() -> dict[str, Taxonomy]:
    """Namespace -> taxonomy, the one that judging goes by first. Raises ReadError."""
    files = (FILE, *(path for path in sorted(FOLDER.glob("taxonomy*.yml")) if path != FILE))
    return {one.namespace: one for one in map(read_taxonomy, files)}


def pickable() -> dict[str, Entry]:
    """What lists to choose from offer."""
    return {short: entry for short, entry in taxonomy().items() if entry.pickable}


def read_taxonomy(path: Path) -> Taxonomy:
    """One taxonomy from a file. Raises ReadError."""
    raw, rows = _rows(path, "a taxonomy")
    namespace = raw.get("namespace")
    entries = {}
    for short, row in rows.items():
        place = f"{path.name}, {short}"
        if not isinstance(row, dict):
            raise ReadError(f"{place}: expected fields and values")
        entry = read(Entry, {**row, "id": f"{namespace}:{short}", "short": short}, place)
        if not 0 <= entry.harm <= 1:
            raise ReadError(f"{place}: harm is {entry.harm}, expected 0 to 1")
        if (entry.observable in {"person", "none"}) != bool(entry.why_zh and entry.why_en):
            raise ReadError(f"{place}: why_zh and why_en belong to what software cannot see, and only there")
        entries[short] = entry
    return replace(read(Taxonomy, {**raw, "entries": {}}, path.name), entries=entries)


@cache
def crosswalk(path: Path = FOLDER / "crosswalk.yml") -> dict[tuple[str, str], dict[str, Counterpart]]:
    """(from, to) namespaces -> short id -> counterpart. Raises ReadError for an entry that is not there."""
    raw, rows = _rows(path, "a crosswalk")
    ends = raw.get("from"), raw.get("to")
    for end in ends:
        if end not in taxonomies():
            raise ReadError(f"{path.name}: no taxonomy {end!r} (known: {', '.join(taxonomies())})")
    source, target = (taxonomies()[str(end)].entries for end in ends)
    found = {}
    for short, row in rows.items():
        counterpart = read(Counterpart, row, f"{path.name}, {short}")
        if short not in source or counterpart.to not in target:
            raise ReadError(f"{path.name}, {short}: one end of it is in no taxonomy")
        found[short] = counterpart
    return {(str(ends[0]), str(ends[1])): found}


def counterpart(short: str, namespace: str) -> Counterpart | None:
    """Where a violation stands in another taxonomy, by itself or by its category; None where nothing is known."""
    known = crosswalk().get((next(iter(taxonomies())), namespace), {})
    return known.get(short) or known.get(taxonomy()[short].category)


def _rows(path: Path, what: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The head of a file without its `schema`, and its entries. Raises ReadError."""
    try:
        raw = dict(yaml_of(path.read_text("utf-8")))
        rows = dict(raw.pop("entries"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReadError(f"{path.name}: not {what} ({type(error).__name__}: {error})") from error
    raw.pop("schema", None)
    return raw, rows
