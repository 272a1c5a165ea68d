"""Which provisions a violation may touch, from `laws.yml`. What nobody compared with the text in force is marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from index.reading import ReadError, read, yaml_of
from index.taxonomy import taxonomy

FILE = Path(__file__).parent / "laws.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One law, regulation or standard."""

    jurisdiction: str
    """ISO 3166-1 alpha-2, or 'EU'."""
    unverified: bool
    zh: str | None = None
    en: str | None = None
    articles: dict[str, bool] = field(default_factory=dict)
    """Article -> whether it is unverified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """One article of an instrument, or all of it."""

    law: str
    article: str
    """Empty: the instrument as a whole."""
    instrument: Instrument

    @property
    def unverified(self) -> bool:
        """Whether it may not be quoted as law: the title or the article was not compared with the text in force."""
        return self.instrument.unverified or (bool(self.article) and self.instrument.articles.get(self.article, True))


def provisions(violation: str) -> tuple[Provision, ...]:
    """What a violation may touch, by its short id; those of its category where it has none of its own."""
    laws, touched = _table()
    entry = taxonomy().get(violation)
    pairs = touched.get(violation) or (touched.get(entry.category, ()) if entry else ())
    return tuple(Provision(law=law, article=article, instrument=laws[law]) for law, article in pairs)


@cache
def checked(path: Path = FILE) -> str:
    """When the titles and articles were compared with the texts in force: '2026-11'."""
    return str(yaml_of(path.read_text("utf-8"))["checked"])


@cache
def _table(path: Path = FILE) -> tuple[Mapping[str, Instrument], Mapping[str, tuple[tuple[str, str], ...]]]:
    """Instruments by id, and what each violation touches. Raises ReadError naming the entry."""
    try:
        raw = yaml_of(path.read_text("utf-8"))
        laws = {name: read(Instrument, row, f"{path.name}, {name}") for name, row in raw["laws"].items()}
        touched = {
            short: tuple((str(law), str(article)) for law, article in rows) for short, rows in raw["violations"].items()
        }
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise error if isinstance(error, ReadError) else ReadError(f"{path.name}: {error}") from error
    for short, pairs in touched.items():
        if short not in taxonomy() or any(law not in laws for law, _ in pairs):
            raise ReadError(f"{path.name}, {short}: one end of it is not known")
    return laws, touched
