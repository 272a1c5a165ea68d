"""All words worth asking for: the operator's, the brands' names and packages, the lexicon's search words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from unicodedata import normalize

from crawler.families.addresses import PACKAGE
from detection.search_words import BRAND, search_words
from index.messages import t
from index.profiles import Profile
from index.reading import ReadError
from index.settings import WatchSettings

Kind = Literal["own", "package", "name", "branded", "term"]
"""'branded': a search word of shell services beside the name of a brand ('ChatGPT 镜像站')."""
NAMES = ("official", "alias", "nickname", "transliteration", "former", "misspelling")
"""Kinds of names that are asked for: those of models stand in the offers of everybody who resells them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word, and why it is asked for."""

    text: str
    kind: Kind
    because: tuple[str, ...]
    """Ids of brands and violations; 'settings' for the operator's own."""
    lang: str | None = None
    """Of the text; None: as good as another everywhere."""
    common: bool = False
    """Whether it is an ordinary word as well ('豆包' is bread): outside of app stores it finds everything else."""


def watched_words(profiles: Mapping[str, Profile], watch: WatchSettings) -> list[Word]:
    """All of them, the most telling first, each text once with all its reasons. Raises ReadError for unknown brands."""
    if unknown := sorted(set(watch.brands) - set(profiles)):
        raise ReadError(t("mistake.no_profile", names=", ".join(unknown)))
    brands = [profiles[name] for name in watch.brands or sorted(profiles)]
    found: dict[str, Word] = {}
    for word in _all(brands, watch):
        key = spelling(word.text)
        if len(key) < 2:
            continue
        known = found.setdefault(key, word)
        if not set(word.because) <= set(known.because):
            because = (*known.because, *(why for why in word.because if why not in known.because))
            found[key] = Word(text=known.text, kind=known.kind, because=because, lang=known.lang, common=known.common)
    return list(found.values())


def spelling(text: str) -> str:
    """Words with the same spelling bring the same answers: width, case and blanks make no difference to a search."""
    return " ".join(normalize("NFKC", text).casefold().split())


def _all(brands: Iterable[Profile], watch: WatchSettings) -> Iterator[Word]:
    for text in watch.words:
        yield Word(text=text, kind="package" if PACKAGE.fullmatch(text) else "own", because=("settings",))
    for brand in brands:
        for package in brand.packages:
            if package.platform == "android":
                yield Word(text=package.id, kind="package", because=(brand.id,))
    for brand in brands:
        yield from _names(brand)
    if watch.terms:
        words = search_words()
        yield from (
            Word(text=word.text, kind="term", because=(word.violation,), lang=word.lang)
            for word in words
            if not word.branded
        )
        for word in words:
            for brand in brands if word.branded else ():
                # The first name in each language that goes with the word: Chinese offers write Latin names as well.
                names = {name.lang: name for name in reversed(list(_names(brand))) if name.lang in {word.lang, "en"}}
                for name in names.values():
                    text = word.text.replace(BRAND, name.text)
                    yield Word(text=text, kind="branded", because=(brand.id, word.violation), lang=word.lang)


def _names(brand: Profile) -> Iterator[Word]:
    ordinary = {spelling(name) for meaning in brand.ordinary_meanings for name in meaning.names}
    every = any(not meaning.names for meaning in brand.ordinary_meanings)
    for kind in NAMES:
        for name in brand.names:
            if name.kind == kind:
                yield Word(
                    text=name.text,
                    kind="name",
                    because=(brand.id,),
                    lang="en" if name.text.isascii() else "zh",
                    common=every or spelling(name.text) in ordinary,
                )
