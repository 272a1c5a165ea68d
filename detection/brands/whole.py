"""Names that are a brand's as a whole: equal, with trimmings, made to look, sound or be spelt like it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

from rapidfuzz.distance import OSA

from detection.brands import reading
from detection.brands.names import How, NameHit, ai_context, disguised, pressed, sound_of
from detection.brands.near import Near
from detection.normalise import Normalised, fold
from index.profiles import Name, Profile

Relation = Literal[
    "same", "disguised", "misspelling", "homophone", "trimmed", "typo", "bundled", "slip", "leads", "contains"
]
"""How a name stands to a brand's, most telling first. 'typo' and the less telling 'slip' are about its spelling (a slip
in a short name is mostly another name); 'bundled', 'leads' and 'contains' stand inside a longer one."""

_TYPO_FROM = 5
_LONG_WORD = 9
_MUCH = 8
"""Letters in common beside which one other letter in a short word is a slip ('Starlit Harbor Tle')."""
_WORD = re.compile(r"[a-z]+|\d+|[\u3400-\u9fff]+")
_PRESSED_FROM = 4
"""Letters of a name that look-alikes are looked for of: 'all' is not 'ali' in disguise."""
_MOST_PER_KEY = 8
"""Brands of one name that are compared; more of them make the name a common word."""
_PINYIN_FROM = 6
"""Letters of a Chinese name spelt out, below which it is chance."""
_HOW: dict[str, How] = {
    "disguised": "look_alike",
    "misspelling": "misspelling",
    "homophone": "homophone",
    "typo": "typo",
    "slip": "typo",
}


@dataclass(frozen=True, slots=True)
class WholeHit:
    """One brand's name met in a row's name."""

    profile: Profile
    name: Name
    relation: Relation
    inside: NameHit | None = None
    """Where it stands, when it is a part of the row's name."""

    def as_name(self) -> NameHit:
        """The hit as the detectors know it, over the whole name."""
        how: How = _HOW.get(self.relation, "exact")
        return NameHit(self.profile, self.name, how, "plain", 0, 0)


_Owner = tuple[Profile, Name]


class Whole:
    """Names of all profiles by what they look, sound and spell like."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self._same: dict[str, list[_Owner]] = {}
        self._pressed: dict[str, list[_Owner]] = {}
        self._sounds: dict[tuple[str, ...], list[_Owner]] = {}
        self._spelt: dict[str, list[_Owner]] = {}
        self._near: Near[_Owner] = Near(shortest=3)
        for profile in profiles:
            for name in profile.names:
                self._add((profile, name), reading.compact(fold(name.text)))

    def _add(self, owner: _Owner, key: str) -> None:
        if not key:
            return
        _put(self._same, key, owner)
        if _is_chinese(key):
            sounds = tuple(map(sound_of, key))
            if len(key) > 1 and owner[1].kind != "misspelling":
                _put(self._sounds, sounds, owner)
            if len("".join(sounds)) >= _PINYIN_FROM:
                _put(self._spelt, "".join(sounds), owner)
        else:
            self._near.add(key, owner)
            if len(key) >= _PRESSED_FROM:
                _put(self._pressed, _pressed(key), owner)

    def find(self, text: Normalised) -> Iterator[WholeHit]:
        """Hits of the name as a whole; several for one profile are possible."""
        heads, cores = reading.spellings(text.plain)
        forms: tuple[tuple[Relation, tuple[str, ...]], ...] = (("same", heads), ("trimmed", cores))
        for relation, keys in forms:
            for key in keys:
                for owner in self._same.get(key, ()):
                    yield _hit(owner, "disguised" if disguised(text) else relation)
        known = dict.fromkeys((*heads, *cores))
        skeleton = (
            known if text.skeleton == text.plain else dict.fromkeys(chain(known, *reading.spellings(text.skeleton)))
        )
        for key in skeleton:
            for owner in self._pressed.get(_pressed(key), ()):
                if reading.compact(fold(owner[1].text)) not in known and not reading.is_word(key):
                    yield _hit(owner, "disguised")
        for key in known:
            yield from self._other_spellings(text, key)

    def _other_spellings(self, text: Normalised, key: str) -> Iterator[WholeHit]:
        if _is_chinese(key):
            if len(key) > 2 or ai_context(text.plain) or reading.claimed(text.plain):
                for owner in self._sounds.get(tuple(map(sound_of, key)), ()):
                    if reading.compact(fold(owner[1].text)) != key:
                        yield _hit(owner, "homophone")
            return
        for owner in self._spelt.get(key, ()):  # 'xinghuo' for a name that is known in characters only
            yield _hit(owner, "trimmed")
        if key in self._same or reading.is_word(key):
            return
        for owner, right, distance in self._near.find(key):
            if distance and (distance == 1 or key[0] == right[0]):
                inside = (
                    len(right) >= _TYPO_FROM and key != right + "s" and _same_words(text.plain, fold(owner[1].text))
                )
                yield _hit(owner, "typo" if inside else "slip")


def _same_words(plain: str, brand: str) -> bool:
    """Whether two names that differ by a slip or two differ inside a word: 'QV Launcher' is no slip of 'QM Launcher'.

    Words that both have are set aside; each other word of the brand needs a misspelt one. Names without a word in
    common (written as one, or misspelt throughout) pass.
    """
    words, own = _WORD.findall(plain), _WORD.findall(brand)
    shared = {*words} & {*own}
    if not shared:
        return True
    letters = sum(map(len, shared))
    others = [word for word in words if word not in shared]
    return all(
        any(OSA.distance(word, other, score_cutoff=2) <= _slips(word, letters) for other in others)
        for word in own
        if word not in shared
    ) and not shared.issuperset(own)


def _slips(word: str, shared: int) -> int:
    """Slips that leave a word of a longer name what it is; a short one needs much that is the same beside it."""
    if len(word) < _TYPO_FROM:
        return 1 if len(word) == _TYPO_FROM - 1 and shared >= _MUCH else 0
    return 1 if len(word) < _LONG_WORD else 2


def _hit(owner: _Owner, relation: Relation) -> WholeHit:
    if relation in {"same", "trimmed"} and owner[1].kind == "misspelling":
        relation = "misspelling"
    return WholeHit(*owner, relation)


def _put(into: dict[Any, list[_Owner]], key: object, owner: _Owner) -> None:
    owners = into.setdefault(key, [])
    if len(owners) < _MOST_PER_KEY:
        owners.append(owner)


def _pressed(key: str) -> str:
    return pressed(key).replace("rn", "m").replace("vv", "w")


def _is_chinese(key: str) -> bool:
    return all("\u3400" <= char <= "\u9fff" for char in key)
