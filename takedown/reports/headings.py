"""Headings that reports count under: the campaign's categories, other taxonomies', the DSA's, the operator's own.

An own mapping is a YAML file in the home's `headings/`, of the same form as `mappings/dsa.yml`; one of the same id
takes the place of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from index.messages import text
from index.reading import ReadError, read, yaml_of
from index.taxonomy import counterpart, taxonomies, taxonomy

FOLDER = Path(__file__).parent / "mappings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """One line that findings are counted under."""

    id: str
    zh: str
    en: str
    violations: tuple[str, ...] = ()
    """Short ids of our taxonomy; a finding with any of them counts. Empty where none can."""
    blind: bool = False
    """Whether nothing under it shows from outside: its number is 'not measured', never 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """One set of headings."""

    id: str
    zh: str
    en: str
    headings: tuple[Heading, ...]
    note_zh: str = ""
    note_en: str = ""

    @property
    def violations(self) -> tuple[str, ...]:
        """All that have a heading, sorted."""
        return tuple(sorted({one for heading in self.headings for one in heading.violations}))


def schemes(own: Path | None = None) -> list[Scheme]:
    """All sets, that of the campaign first; files of the folder `own` come last. Raises ReadError."""
    found = {one.id: one for one in (*_taxonomies(), *_files(FOLDER))}
    found |= {one.id: one for one in _files(own)} if own else {}
    return list(found.values())


def _taxonomies() -> Iterable[Scheme]:
    """The taxonomy that judging goes by, in its categories; the others by what stands under their entries."""
    main, *others = taxonomies().values()
    entries = taxonomy()
    under: dict[str, list[str]] = {}
    for short, entry in entries.items():
        under.setdefault(entry.category, []).append(short)
    yield Scheme(
        id=main.namespace,
        zh=main.zh,
        en=main.en,
        headings=tuple(
            Heading(
                id=category,
                zh=entries[category].zh,
                en=entries[category].en,
                violations=tuple(shorts),
                blind=all(entries[short].observable in {"person", "none"} for short in shorts),
            )
            for category, shorts in under.items()
        ),
    )
    for other in others:
        held: dict[str, list[str]] = {name: [] for name in other.entries}
        for short in entries:
            if known := counterpart(short, other.namespace):
                held[known.to].append(short)
        notes = {lang: text(f"report.note.{other.status}", lang) for lang in ("zh", "en")}
        yield Scheme(
            id=other.namespace,
            zh=other.zh,
            en=other.en,
            headings=tuple(
                Heading(
                    id=name,
                    zh=entry.zh,
                    en=entry.en,
                    violations=tuple(held[name]),
                    blind=not held[name] and entry.observable in {"person", "none"},
                )
                for name, entry in other.entries.items()
            ),
            note_zh=notes["zh"],
            note_en=notes["en"],
        )


def _files(folder: Path) -> Iterable[Scheme]:
    return [_scheme(path) for path in sorted(folder.glob("*.yml"))] if folder.is_dir() else []


def _scheme(path: Path) -> Scheme:
    try:
        raw: dict[str, Any] = dict(yaml_of(path.read_text("utf-8")))
        rows: Mapping[str, Any] = dict(raw.pop("headings"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise ReadError(f"{path.name}: not a mapping ({type(error).__name__}: {error})") from error
    if raw.pop("schema", None) != "copycatch-headings" or raw.pop("version", None) != 1:
        raise ReadError(f"{path.name}: schema copycatch-headings, version 1 expected")
    made = []
    for name, row in rows.items():
        place = f"{path.name}, {name}"
        if not isinstance(row, dict):
            raise ReadError(f"{place}: expected fields and values")
        heading = read(Heading, {**row, "id": str(name)}, place)
        if strange := sorted(set(heading.violations) - taxonomy().keys()):
            raise ReadError(f"{place}: no such violations: {', '.join(strange)}")
        made.append(heading)
    return replace(read(Scheme, {**raw, "headings": []}, path.name), headings=tuple(made))
