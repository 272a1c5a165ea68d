"""Chinese by its sound: characters, pinyin (tone marks, tone digits, none), Zhuyin and single digits become syllables.

A syllable is one character of the private use area, so that words are searched for in a string of sounds as in any
other. Tones are dropped: those who write one character for another do not care for them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

from detection.normalise.folds import HAN
from detection.normalise.readings import Piece, Reading, rewritten
from detection.normalise.tables import table

_FIRST, _LAST = 0xE000, 0xF8FF
_DIGITS = dict(zip("0123456789", ("ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu"), strict=True))
_BY_DIGIT = dict(zip("我爱发死就要你", "5284910", strict=True))
"""Characters for which a digit is written whose name only resembles them."""
_ZHUYIN = "\u3105-\u312f"
_WRITTEN = re.compile(
    # It begins with what it consumes, for speed; what stands before that is asked for afterwards.
    rf"[a-z0-9{_ZHUYIN}](?:(?<=(?<![a-z0-9])[a-z])[a-z]+(?:[1-5][a-z]{{2,}})*(?:[1-5](?![0-9]))?(?![a-z])"
    rf"|(?<=[{_ZHUYIN}])[{_ZHUYIN}]{{0,2}}[ˊˇˋ˙ˉ]?"
    rf"|(?<=(?<![\x21-\x7e])[0-9])(?=[{HAN}])|(?<=[{HAN}][0-9])(?![\x21-\x7e]))"
)
_BEFORE = re.compile(rf"(?<=[{HAN}])[ '’·.\-_]{{1,2}}$")
_AFTER = re.compile(rf"[ '’·.\-_]{{1,2}}(?=[a-z{_ZHUYIN}{HAN}])")
_PARTING = frozenset(" '’·.-_\n")
"""What such a gap begins or ends with: asked for first, since most have none."""
_TONE = re.compile("[1-5]")
_LEAST_SAME = 2
_LONGEST_TOKEN = 40
_LONGEST_SYLLABLE = 6


@cache
def _readings() -> dict[int, str]:
    """Code point of a Chinese character -> its usual reading, without tone."""
    from pypinyin.pinyin_dict import pinyin_dict  # noqa: PLC0415 - loads a dictionary; only when text is judged

    known: dict[str, str] = {}
    for name in {names.partition(",")[0] for names in pinyin_dict.values()}:
        marks = unicodedata.normalize("NFD", name)
        known[name] = "".join(char for char in marks if unicodedata.category(char) != "Mn")
    return {code: known[names.partition(",")[0]] for code, names in pinyin_dict.items() if 0x3400 <= code <= 0x9FFF}


@cache
def _syllables() -> dict[str, str]:
    """Syllable -> its character."""
    names = sorted({name for name in _readings().values() if re.search("[aeiou]", name)})
    return {name: chr(_FIRST + number) for number, name in enumerate(names)}


@cache
def _endings() -> frozenset[str]:
    """Letters that a syllable ends with: most words of other languages do not."""
    return frozenset(name[-1] for name in _syllables())


@cache
def _zhuyin() -> dict[str, str]:
    """Zhuyin without tone -> the syllable's character."""
    from pypinyin import Style  # noqa: PLC0415 - as above
    from pypinyin.style import convert  # noqa: PLC0415 - as above

    return {convert(name, Style.BOPOMOFO, strict=True).rstrip("˙"): char for name, char in _syllables().items()}


class _Sounds(dict[int, str]):
    """Code point -> its syllable; what has none stays, and nothing else may pass for a syllable."""

    def __missing__(self, code: int) -> str:
        syllable = _syllables().get(_readings().get(code, ""))
        self[code] = syllable or (" " if _FIRST <= code <= _LAST else chr(code))
        return self[code]


_SOUNDS = _Sounds()


def by_sound(joined: str) -> Reading:
    """The string of sounds."""
    return rewritten("homophone", joined, _spelt(joined), spoken(joined))


@lru_cache(maxsize=64)
def spoken(joined: str) -> str:
    """Chinese characters as syllables, all else as it is; same offsets."""
    return joined if joined.isascii() else joined.translate(_SOUNDS)


def sound(word: str) -> str:
    """The key under which a folded word is found in a string of sounds."""
    return by_sound(word).string


def other_sounds(word: str) -> Iterator[str]:
    """Further keys of a folded word: with a digit that only resembles a character's sound."""
    if not _BY_DIGIT.keys().isdisjoint(word):
        spoken = {char: _syllables()[_DIGITS[digit]] for char, digit in _BY_DIGIT.items()}
        yield "".join(spoken.get(char) or sound(char) for char in word)


def initials(word: str) -> str:
    """First letters of the pinyin of a Chinese word ('换脸' -> 'hl'); '' if one of its characters has none."""
    names = [_readings().get(ord(char), "") for char in word]
    return "".join(name[0] for name in names) if all(names) else ""


@cache
def _stand_ins() -> dict[str, str]:
    """Character -> those that are written for it."""
    return {entry[0]: entry[1:] for entry in table("stand_ins").split()}


def resembles(written: str, word: str) -> bool:
    """Whether characters of one sound stand for a word: known stand-ins, or few of a longer word's differ."""
    pairs = list(zip(written, word, strict=False))
    same = sum(one == other for one, other in pairs)
    if same >= _LEAST_SAME and 2 * same >= len(word):
        return True
    return all(one == other or one in _stand_ins().get(other, "") for one, other in pairs)


def how(written: str) -> str:
    """The step of the decode path: how what stands for a word of the same sound was written."""
    if any("\u3105" <= char <= "\u312f" for char in written):
        return "zhuyin"
    if any("a" <= char <= "z" for char in written):
        return "pinyin"
    return "number" if any(char in _DIGITS for char in written) else "homophone"


def _spelt(joined: str) -> Iterator[Piece]:
    for match in _WRITTEN.finditer(joined):
        if syllables := _syllables_of(match[0]):
            start, end = match.span()
            before = _BEFORE.search(joined, max(0, start - 3), start) if joined[start - 1 : start] in _PARTING else None
            after = _AFTER.match(joined, end) if joined[end : end + 1] in _PARTING else None
            yield Piece(start, end, syllables, len(before[0]) if before else 0, len(after[0]) if after else 0)


@lru_cache(maxsize=16_384)
def _syllables_of(token: str) -> str:
    """The syllables that a token spells; '' if it is something else."""
    if token in _DIGITS:
        return _syllables()[_DIGITS[token]]
    if not token.isascii():
        return _zhuyin().get(token.rstrip("ˊˇˋ˙ˉ"), "")
    if len(token) > _LONGEST_TOKEN:
        return ""
    parts = [_cut(part) for part in _TONE.split(token) if part]
    return "".join(parts) if all(parts) else ""


def _cut(letters: str) -> str:
    """The fewest syllables that letters fall into, as their characters; '' if they do not."""
    letters, known = letters.replace("v", "u"), _syllables()
    if letters[-1] not in _endings():
        return ""
    best: list[str | None] = ["", *[None] * len(letters)]
    for start, head in enumerate(best):
        if head is None:
            continue
        for end in range(start + 1, min(start + _LONGEST_SYLLABLE, len(letters)) + 1):
            tail, former = known.get(letters[start:end]), best[end]
            if tail is not None and (former is None or len(head) + 1 < len(former)):
                best[end] = head + tail
    return best[-1] or ""
