"""Which of the words suit a marketplace, by its kind, its languages and what it answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crawler.families.addresses import PACKAGE
from crawler.places import Place
from crawler.watch.words import Kind, Word

SUITS: dict[str, tuple[Kind, ...]] = {
    "app_store": ("own", "package", "name", "branded", "term"),
    "shop": ("own", "branded", "term", "name"),
    "second_hand": ("own", "branded", "term", "name"),
    "forum": ("own", "term", "branded"),
    "channel": ("own", "term", "branded"),
    "site": ("own", "term", "branded", "name"),
}
"""Kind of marketplace -> kinds of words, the most telling first."""
ELSEWHERE: tuple[Kind, ...] = ("own", "name", "branded", "term")
LANGUAGES = {"CN": ("zh", "en"), "HK": ("zh", "en"), "TW": ("zh", "en"), "MO": ("zh", "en"), "SG": ("zh", "en")}
"""Country -> languages its marketplaces are searched in; others are searched in English."""


def languages(place: Place) -> tuple[str, ...]:
    """Those of the settings; else by country; an engine, whose sites may lie anywhere, is asked in all."""
    if place.own and place.own.lang:
        return place.own.lang
    country = place.spider.country
    return ("zh", "en") if country is None else LANGUAGES.get(country, ("en",))


def suiting(words: Iterable[Word], place: Place) -> list[Word]:
    """The words for one marketplace, the most telling first; none for one that cannot be asked."""
    if not place.answers:
        return []
    kinds = SUITS.get(place.spider.kind, ELSEWHERE)
    spoken = languages(place)
    chosen = [word for word in words if word.kind in kinds and _fits(word, place, spoken)]
    known = {word.text for word in chosen}
    return [*_asked_by_settings(place, known), *sorted(chosen, key=lambda word: kinds.index(word.kind))]


def _fits(word: Word, place: Place, spoken: tuple[str, ...]) -> bool:
    package = PACKAGE.fullmatch(word.text) is not None
    if not (place.spider.looks_up() if package else place.searches):
        return False
    if word.lang is not None and word.lang not in spoken and not (word.kind == "name" and word.lang == "en"):
        return False
    return not (word.common and place.spider.kind != "app_store")


def _asked_by_settings(place: Place, known: set[str]) -> Iterator[Word]:
    for text in place.own.queries if place.own else ():
        if text not in known:
            yield Word(text=text, kind="own", because=("settings",))
