"""Words of the lexicon in a text, in every reading of it: one automaton run per reading."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from detection.fields import Field
from detection.normalise import is_han, stands_alone
from detection.normalise.emoji import by_emoji
from detection.normalise.emoji import words as emoji_words
from detection.normalise.encoded import by_decoding, may_be_encoded
from detection.normalise.parts import by_parts, pairs
from detection.normalise.readings import Reading
from detection.normalise.sounds import by_sound, how, initials, other_sounds, resembles, sound
from detection.normalise.text import is_masked, unmaskings
from detection.words import Words

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
_LATIN_RUN = re.compile(r"[A-Za-z0-9]{2,}")


class Seen(NamedTuple):
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
        initials_: dict[str, dict[str, None]] = defaultdict(dict)
        sounds: dict[str, dict[str, None]] = defaultdict(dict)
        for word in plain:
            written[word][word, "joined"] = None
        for word in sorted(telling):
            written[word][word, "joined"] = None
            for key, how_ in _far_fetched(word):
                written[key][word, how_] = None
            if len(word) > 1 and all(map(is_han, word)):
                initials_[initials(word)][word] = None
                for key in (sound(word), *other_sounds(word)):
                    sounds[key][word] = None
        for key in pairs():
            written[key]["", "split"] = None
        for key in emoji_words():
            written[key]["", "emoji"] = None
        self._written = Words(
            {key: (key[0].isascii() or key[-1].isascii(), tuple(meant)) for key, meant in written.items()}
        )
        self._plain = frozenset(plain)
        self._initials = {key: tuple(meant) for key, meant in initials_.items()}
        self._sounds = Words({key: tuple(meant) for key, meant in sounds.items()})

    def spot(self, texts: Sequence[Field]) -> list[Seen]:
        """Every word of every text, the plainest reading first.

        Most pages hold nothing that could be read otherwise: that is asked once of the whole page, before any reading
        of its single texts is made. No word crosses the character between them.
        """
        page, raw = "\0".join([text.text.joined for text in texts]), "\0".join([text.text.raw for text in texts])
        readers: list[Callable[[Field], Iterable[Seen]]] = []
        if is_masked(page):
            readers.append(self._as_cleared)
        if may_be_encoded(raw):
            readers.append(self._as_decoded)
        if any(True for _ in self._sounding(page)):
            readers.append(self._as_sounding)
        initialled = not self._initials.keys().isdisjoint(_LATIN_RUN.findall(page))
        found: list[Seen] = []
        for text in texts:
            found += self._as_written(text, initialled=initialled)
            for reader in readers:
                found += reader(text)
        return found

    def _as_written(self, field: Field, *, initialled: bool) -> list[Seen]:
        text, joined = field.text, field.text.joined
        found: list[Seen] = []
        cryptic: dict[str, list[int]] = {}
        for word, how_, start, end in self._matches(joined):
            if not word:
                cryptic.setdefault(how_, []).append(start)
            elif text.evenly(start, end):
                short = len(word) < _SURE_FROM
                if how_ != "reversed" or not short or _reads_backwards(joined):
                    found.append(Seen(field, word, how_, start, end, weak=how_ == "initial" and short))
        if initialled and (more := list(self._as_initials(field))):
            found = sorted((*found, *more), key=attrgetter("end"))
        if "split" in cryptic:
            found += self._as_read(field, by_parts(joined, cryptic["split"]))
        if "emoji" in cryptic:
            found += self._as_read(field, by_emoji(joined))
        return found

    def _matches(self, string: str) -> Iterator[tuple[str, str, int, int]]:
        for number, start, end in self._written.find(string):
            latin, meant = self._written.meanings[number]
            if not latin or stands_alone(string, start, end):
                for word, how_ in meant:
                    yield word, how_, start, end

    def _as_initials(self, field: Field) -> Iterator[Seen]:
        """Latin letters that stand alone and are the first ones of a word's pinyin."""
        for match in _LATIN_RUN.finditer(field.text.joined):
            for word in self._initials.get(match[0], ()):
                if field.text.evenly(*match.span()):
                    yield Seen(field, word, "initials", *match.span(), weak=True)

    def _as_cleared(self, field: Field) -> Iterator[Seen]:
        joined = field.text.joined
        for clear in unmaskings(joined):
            for word, how_, start, end in self._matches(clear):
                if how_ == "joined" and clear[start:end] != joined[start:end]:
                    yield Seen(field, word, "look_alikes", start, end)

    def _as_decoded(self, field: Field) -> Iterator[Seen]:
        if (decoded := by_decoding(field.text)) is not None:
            yield from self._as_read(field, decoded)

    def _as_read(self, field: Field, reading: Reading) -> Iterator[Seen]:
        for word, how_, start, end in self._matches(reading.string):
            if how_ == "joined" and reading.touches(start, end) and word not in self._plain:
                yield Seen(field, word, reading.how, *reading.in_joined(start, end))

    def _as_sounding(self, field: Field) -> Iterator[Seen]:
        for word, step, start, end in self._sounding(field.text.joined):
            if step != "homophone" or field.text.evenly(start, end):
                mixed = step != "homophone" and any(map(is_han, field.text.joined[start:end]))
                yield Seen(field, word, step, start, end, weak=len(word) < _SURE_FROM and not mixed)

    def _sounding(self, joined: str) -> Iterator[tuple[str, str, int, int]]:
        """Words that something else of the same sound stands for, how, and where."""
        reading = by_sound(joined)
        for number, start, end in self._sounds.find(reading.string):
            meant = self._sounds.meanings[number]
            if reading.patches:
                start, end = reading.in_joined(start, end)  # noqa: PLW2901 - where it stands in what was written
            written = joined[start:end]
            if written in meant:
                continue
            step = how(written)
            for word in meant:
                if step != "homophone" or resembles(written, word):
                    yield word, step, start, end


def _far_fetched(word: str) -> Iterator[tuple[str, str]]:
    """Ways to write a word whose traces are searched for like words: backwards, one character by its first letter."""
    han = all(map(is_han, word))
    latin = word.isascii() and word.isalpha() and len(word) >= _LATIN_REVERSED_FROM
    if ((han and len(word) > 1) or latin) and word[::-1] != word:
        yield word[::-1], "reversed"
    if han and len(word) > 1 and (letters := initials(word)):
        for at, letter in enumerate(letters):
            yield word[:at] + letter + word[at + 1 :], "initial"


@lru_cache(maxsize=64)
def _reads_backwards(joined: str) -> bool:
    """Whether a text says that it is to be read from its end."""
    return bool(_BACKWARDS.search(joined))
