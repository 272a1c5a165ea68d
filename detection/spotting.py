"""Words of the lexicon in a text, in every reading of it: one automaton run per reading."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ahocorasick

from detection.fields import Field
from detection.normalise import is_han, stands_alone
from detection.normalise.emoji import by_emoji
from detection.normalise.encoded import by_decoding
from detection.normalise.parts import by_parts
from detection.normalise.readings import Reading
from detection.normalise.sounds import by_sound, how, initials, other_sounds, resembles, sound
from detection.normalise.text import unmasked, unmasked_otherwise

_WEIGHT = {
    "split": 0.8,
    "emoji": 0.7,
    "reversed": 0.7,
    "pinyin": 0.6,
    "zhuyin": 0.6,
    "number": 0.6,
    "homophone": 0.5,
    "initial": 0.4,
    "initials": 0.1,
}
"""Share of the strength that is left in a far-fetched reading; 1 in all others."""
_SURE_FROM = 3
"""Chinese characters of a word from which on such a reading is no chance; shorter ones need a second sign."""
_LATIN_REVERSED_FROM = 7
_BACKWARDS = re.compile(r"倒[着过]?来?[读念看写]|反[着过]来?[读念看写]|倒序|\bbackwards?\b|\breversed?\b")


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One word of the lexicon in one text."""

    field: Field
    word: str
    """Folded."""
    how: str
    """'joined', or the reading in which it was seen."""
    start: int
    """Offset in `joined`."""
    end: int
    weak: bool = False
    """Whether it may be chance, and only counts beside another sign."""

    @property
    def weight(self) -> float:
        """0..1."""
        return _WEIGHT.get(self.how, 1.0)

    @property
    def sentence(self) -> tuple[int, int]:
        """[start, end) in `joined` of the sentence it stands in."""
        return self.field.sentence(self.start)

    def quote(self) -> str:
        """The raw text."""
        start, end = self.field.text.span(self.how, self.start, self.end)
        return self.field.raw[start:end]


class Spotter:
    """Automata over words; `telling` ones are searched for in all readings, `plain` ones only as they are written."""

    def __init__(self, telling: Iterable[str], plain: Iterable[str]) -> None:
        written: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
        sounds: dict[str, dict[str, None]] = defaultdict(dict)
        for word in plain:
            written[word][word, "joined"] = None
        for word in sorted(telling):
            written[word][word, "joined"] = None
            for key, how_ in _far_fetched(word):
                written[key][word, how_] = None
            if len(word) > 1 and all(map(is_han, word)):
                for key in (sound(word), *other_sounds(word)):
                    sounds[key][word] = None
        self._written = _automaton(written)
        self._plain = frozenset(plain)
        self._sounds = _automaton(sounds)

    def spot(self, field: Field) -> list[Seen]:
        """Every word, the plainest reading first."""
        text, joined = field.text, field.text.joined
        found = list(self._as_written(field, joined))
        masked = text.skeleton if text.joined_at is None else unmasked(joined)
        for clear in dict.fromkeys((masked, unmasked_otherwise(joined))):
            if clear != joined:
                found += self._as_cleared(field, clear)
        for reading in (by_decoding(text), by_parts(joined), by_emoji(joined)):
            if reading is not None:
                found += self._as_read(field, reading)
        found += self._as_sounding(field)
        return found

    def _as_cleared(self, field: Field, clear: str) -> Iterator[Seen]:
        for word, how_, start, end in self._matches(clear):
            if how_ == "joined" and clear[start:end] != field.text.joined[start:end]:
                yield Seen(field, word, "look_alikes", start, end)

    def _matches(self, string: str) -> Iterator[tuple[str, str, int, int]]:
        if not len(self._written):
            return
        for last, (length, latin, meant) in self._written.iter(string):
            start = last + 1 - length
            if not latin or stands_alone(string, start, last + 1):
                for word, how_ in meant:
                    yield word, how_, start, last + 1

    def _as_written(self, field: Field, joined: str) -> Iterator[Seen]:
        backwards: bool | None = None
        for word, how_, start, end in self._matches(joined):
            if not field.text.evenly(start, end):
                continue
            if how_ == "reversed" and len(word) < _SURE_FROM:
                backwards = bool(_BACKWARDS.search(joined)) if backwards is None else backwards
                if not backwards:
                    continue
            weak = how_ == "initials" or (how_ == "initial" and len(word) < _SURE_FROM)
            yield Seen(field, word, how_, start, end, weak)

    def _as_read(self, field: Field, reading: Reading) -> Iterator[Seen]:
        for word, how_, start, end in self._matches(reading.string):
            if how_ == "joined" and reading.touches(start, end) and word not in self._plain:
                yield Seen(field, word, reading.how, *reading.in_joined(start, end))

    def _as_sounding(self, field: Field) -> Iterator[Seen]:
        joined = field.text.joined
        if not len(self._sounds):
            return
        reading = by_sound(joined)
        for last, (length, _, meant) in self._sounds.iter(reading.string):
            start, end = reading.in_joined(last + 1 - length, last + 1)
            written = joined[start:end]
            if written in meant:
                continue
            step = how(written)
            for word in meant:
                if step == "homophone" and not (resembles(written, word) and field.text.evenly(start, end)):
                    continue
                mixed = step != "homophone" and any(map(is_han, written))
                yield Seen(field, word, step, start, end, weak=len(word) < _SURE_FROM and not mixed)


def _far_fetched(word: str) -> Iterator[tuple[str, str]]:
    """Ways to write a word whose traces are searched for like words: backwards, by first letters of its pinyin."""
    han = all(map(is_han, word))
    latin = word.isascii() and word.isalpha() and len(word) >= _LATIN_REVERSED_FROM
    if ((han and len(word) > 1) or latin) and word[::-1] != word:
        yield word[::-1], "reversed"
    if han and len(word) > 1 and (letters := initials(word)):
        yield letters, "initials"
        for at, letter in enumerate(letters):
            yield word[:at] + letter + word[at + 1 :], "initial"


def _automaton(entries: Mapping[str, Iterable[Any]]) -> Any:
    """Each key gives (its length, whether a Latin letter or digit is at its ends, what it means)."""
    automaton = ahocorasick.Automaton()
    for key, meant in entries.items():
        automaton.add_word(key, (len(key), key[0].isascii() or key[-1].isascii(), tuple(meant)))
    automaton.make_automaton()
    return automaton
