"""Text as sellers disguise it, made comparable: parallel views of one raw text, each with a way back to it.

`plain` folds single characters (full width, styled and squared letters, traditional Chinese, invisible characters);
`joined` also closes gaps inside Chinese words and spelt-out Latin ones; `skeleton` is `plain` with look-alike letters
replaced, only in tokens that mix scripts or put digits between letters (elsewhere it would spoil prices and versions).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

MAX_LENGTH = 20_000
"""Longer texts are read up to here, and the judgement says so: what a buyer reads is far shorter."""

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_SMALL_CAPITALS = dict(
    zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True),
)
_BOXED = {
    chr(first + i): chr(ord("a") + i)
    for first in (0x1F130, 0x1F150, 0x1F170, 0x1F1E6)  # squared, circled on black, squared on black, regional letters
    for i in range(26)
}
_EMOJI = {"🐧": "qq", "✈": "飞机", "🛰": "卫星", "🍠": "红薯"}
_VARIANTS = {
    "眀": "明",
    "伱": "你",
    "岀": "出",
    "莪": "我",
    "菿": "到",
    "迏": "达",
    "証": "证",
    "寳": "宝",
    "啓": "启",
    "羣": "群",
    "峯": "峰",
    "乄": "为",
    "玍": "生",
    "エ": "工",
    "ロ": "口",
}
_LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕԁһԛԝьвкмнтгαοερκνιτυхγ",
    "aeopcyxijsdhqwbbkmhtraoepkvituxy",
)
_LEET = str.maketrans("0134578@$", "oleastbas")
_TOKEN = re.compile(r"[a-z0-9@$\u0370-\u052f]+")
_LONGEST_TOKEN = 40
_DIGIT_BETWEEN = re.compile(r"[a-z][01345@$]+[a-z]|^[01345@$][a-z]{3}")
_GAP = re.compile(
    rf"(?<=[{HAN}])[\s·.*_/|~+#^=,'`•…—–、丨\-]{{1,3}}(?=[{HAN}])"
    r"|(?:(?<=[^a-z0-9][a-z])|(?<=^[a-z]))[ .*_\-](?=[a-z][ .*_\-][a-z](?![a-z]))"
    r"|(?<=[^a-z0-9][a-z][ .*_\-][a-z])[ .*_\-](?=[a-z](?![a-z]))"
    r"|(?<=[a-z0-9][ .*_\-][a-z])[ .*_\-](?=[a-z](?![a-z]))"
)


@cache
def _simplified() -> dict[str, str]:
    """Traditional character -> simplified one, character by character: the map back to the raw text stays exact."""
    import opencc  # noqa: PLC0415 - loads dictionaries; only when text is judged

    convert = opencc.OpenCC("t2s").convert
    han = [chr(code) for code in range(0x4E00, 0xA000)]
    return {raw: to for raw, to in zip(han, convert("\n".join(han)).split("\n"), strict=True) if raw != to}


def _once(char: str) -> str:
    for table in (_SMALL_CAPITALS, _BOXED, _EMOJI, _VARIANTS):
        if char in table:
            return table[char]
    if unicodedata.category(char) in {"Cf", "Mn", "Me"}:
        return ""
    folded = unicodedata.normalize("NFKC", char)
    if any(code < "ɐ" or "Ḁ" <= code <= "ỿ" for code in folded):  # Latin with marks: pinyin tones, umlauts
        folded = "".join(c for c in unicodedata.normalize("NFKD", folded) if unicodedata.category(c) != "Mn")
    simplified = _simplified()
    return "".join(simplified.get(c, c) for c in folded.casefold())


class _Folds(dict[int, str]):
    """Code point -> folded text, filled as characters are met; bounded by the number of characters there are."""

    def __missing__(self, code: int) -> str:
        char, folded = chr(code), _once(chr(code))
        while (again := "".join(map(_once, folded))) != folded:
            folded = again
        self[code] = folded
        if len(folded) != 1:
            _UNEVEN.add(char)
        return folded


_FOLDS = _Folds()
_UNEVEN: set[str] = set()
"""Characters met so far that fold to none or several: only texts with one of them need an offset table."""


@dataclass(frozen=True, slots=True, eq=False)
class Normalised:
    """One raw text and its views."""

    raw: str
    plain: str
    joined: str
    skeleton: str
    """Same offsets as `plain`."""
    plain_at: list[int] | None
    """Raw offset of every character of `plain`; None when they are the same."""
    joined_at: list[int] | None
    """Offset in `plain` of every character of `joined`; None when they are the same."""

    def in_plain(self, view: str, start: int, end: int) -> tuple[int, int]:
        """Offsets in `plain` of [start, end) in the view 'plain', 'joined' or 'skeleton'."""
        if view == "joined" and self.joined_at is not None:
            return self.joined_at[start], self.joined_at[end - 1] + 1
        return start, end

    def span(self, view: str, start: int, end: int) -> tuple[int, int]:
        """Raw offsets of [start, end) in the view 'plain', 'joined' or 'skeleton'."""
        start, end = self.in_plain(view, start, end)
        last = end - 1
        if self.plain_at is not None:
            start, last = self.plain_at[start], self.plain_at[last]
        return start, last + 1

    def steps(self, view: str, start: int, end: int) -> tuple[str, ...]:
        """How the raw text became what stands at [start, end) of the view: the decode path of a quote."""
        raw_start, raw_end = self.span(view, start, end)
        steps = dict.fromkeys(step for char in self.raw[raw_start:raw_end] if (step := _step(char)))
        if view == "joined" and self.joined_at and self.joined_at[end - 1] - self.joined_at[start] != end - 1 - start:
            steps["separators"] = None
        if view == "skeleton" and self.skeleton[start:end] != self.plain[start:end]:
            steps["look_alikes"] = None
        return tuple(steps)

    def evenly(self, start: int, end: int) -> bool:
        """Whether [start, end) of `joined` was written as one word, or taken apart on purpose.

        A word that straddles a gap by chance ('更换 脸部' holds 换脸) has neighbours that no gap parts from it.
        """
        if self.joined_at is None:
            return True
        at = self.joined_at
        inner = {at[i + 1] - at[i] > 1 for i in range(start, end - 1)}
        if True not in inner:
            return True
        before = start > 0 and at[start] - at[start - 1] == 1 and _is_han(self.joined[start - 1])
        after = end < len(at) and at[end] - at[end - 1] == 1 and _is_han(self.joined[end])
        return False not in inner and not before and not after


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff"


@cache
def _step(char: str) -> str:
    """Name of what was done to one raw character, '' for letter case and nothing."""
    folded = _FOLDS[ord(char)]
    if folded == char.casefold():
        return ""
    if folded == "":
        return "combining_marks" if unicodedata.category(char) != "Cf" else "zero_width"
    if char in _EMOJI:
        return "emoji"
    if char in _SMALL_CAPITALS or char in _BOXED:
        return "styled_letters"
    if _is_han(char):
        return "traditional" if char in _simplified() else "variant_characters"
    return "full_width" if "\uff00" <= char <= "\uffef" else "styled_letters"


@lru_cache(maxsize=1024)
def normalise(raw: str) -> Normalised:
    """All views of `raw` (its first MAX_LENGTH characters), in linear time."""
    raw = raw[:MAX_LENGTH]
    plain = raw.translate(_FOLDS)
    plain_at = None
    if not _UNEVEN.isdisjoint(raw):
        plain_at = [at for at, char in enumerate(raw) for _ in _FOLDS[ord(char)]]
    joined, joined_at = _join(plain)
    return Normalised(raw, plain, joined, _skeleton(plain), plain_at, joined_at)


def fold(text: str) -> str:
    """The `plain` view alone: for terms, names and sellers that texts are compared with."""
    return text.translate(_FOLDS)


def _join(plain: str) -> tuple[str, list[int] | None]:
    gaps = [match.span() for match in _GAP.finditer(plain)]
    if not gaps:
        return plain, None
    kept: list[int] = []
    here = 0
    for start, end in gaps:
        kept.extend(range(here, start))
        here = end
    kept.extend(range(here, len(plain)))
    return "".join([plain[at] for at in kept]), kept


def _skeleton(plain: str) -> str:
    return _TOKEN.sub(lambda match: _unmask(match[0]), plain)


def _unmask(token: str) -> str:
    """Look-alike letters of a token that mixes scripts, digits between letters; a version or year at the end stays."""
    if len(token) > _LONGEST_TOKEN or token.isdecimal():
        return token
    if token.isascii():
        if not token.isalpha() and _DIGIT_BETWEEN.search(token):
            head = token.rstrip("0123456789")
            return head.translate(_LEET) + token[len(head) :]
        return token
    return token.translate(_LOOK_ALIKES) if any("a" <= char <= "z" for char in token) else token


def stands_alone(string: str, start: int, end: int) -> bool:
    """Whether [start, end) is no part of a longer Latin word; Chinese words may have neighbours."""
    if start and _is_latin(string[start]) and _is_latin(string[start - 1]):
        return False
    return not (end < len(string) and _is_latin(string[end - 1]) and _is_latin(string[end]))


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()
