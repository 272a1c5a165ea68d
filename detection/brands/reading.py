"""What a name says of itself: its head without trimmings, whether it claims to be the original, what else it may be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from detection.brands.names import trimmed
from detection.normalise import fold
from index.profiles import Profile
from index.reading import read, yaml_of

WORDS = Path(__file__).parent / "words.yml"

EXPLAINING = {"third_party", "licensed", "book", "game_or_fan", "hardware", "news", "warning", "complaint", "job"}
"""Frames that explain a brand's name; that an app also offers help with research papers does not."""

_SUBTITLE = re.compile(r"\s[\-—–|]+\s|[:：|｜_()（）【】「」《》\[\],，。!！/／\n—–]+")
_NOT_LETTERS = re.compile(r"[\W_]+")
_FOR = re.compile(r"\b(?:for|4|with|from|via|about|of|in|inside|ask|open|by)\s+(?:the\s+|my\s+|your\s+)?$", re.ASCII)
_GLUED = re.compile(
    r"(?:official|app|apk|pro|plus|max|ultra|mini|lite|premium|mod|hack|ai|chat|bot|online|free|cn|new|latest|hd|vip|"
    r"android|mobile|20\d\d|\d{1,2}|v\d+)$",
    re.ASCII,
)
_SHORT = 4
"""A Latin name of that many letters is common whatever it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The lists of words.yml."""

    kinds: dict[str, dict[str, list[str]]]
    claims: dict[str, list[str]]
    ports: dict[str, list[str]]
    common: str


@cache
def _lists() -> tuple[dict[str, re.Pattern[str]], re.Pattern[str], re.Pattern[str], frozenset[str]]:
    words = read(Words, yaml_of(WORDS.read_text("utf-8")), WORDS.name)
    kinds = {kind: _either(lists) for kind, lists in words.kinds.items()}
    return kinds, _either(words.claims), _either(words.ports), frozenset(words.common.split())


def _either(lists: dict[str, list[str]]) -> re.Pattern[str]:
    chinese = "|".join(re.escape(fold(word)) for word in lists["zh"])
    latin = "|".join(re.escape(word) for word in lists["en"])
    return re.compile(rf"(?:{chinese})|(?<![a-z0-9])(?:{latin})(?![a-z0-9])")


def spellings(plain: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What may be a brand's name in full, as letters and digits only: heads and cores.

    Heads are the name as a whole and up to its subtitle; cores are the same without trimmings ('DeepSeek 官方版 Pro' is
    'deepseek'), spaced or glued on.
    """
    first = next((part for part in _SUBTITLE.split(plain) if part.strip()), "")
    parts = [plain, first] if first and first != plain else [plain]
    cores: dict[str, None] = {}
    for part in parts:
        core = compact(trimmed(part))
        while core and core not in cores:
            cores[core] = None
            core = _GLUED.sub("", core)
    return tuple(dict.fromkeys(map(compact, parts))), tuple(cores)


def compact(plain: str) -> str:
    """Letters and digits of a folded text."""
    return _NOT_LETTERS.sub("", plain)


def kinds(plain: str, profile: Profile) -> tuple[str, ...]:
    """What the name says it is besides the brand: a client, a book ...; words of the brand's own names do not count."""
    own = {fold(name.text) for name in profile.names}
    return tuple(
        kind
        for kind, pattern in _lists()[0].items()
        if any(not any(match[0] in name for name in own) for match in pattern.finditer(plain))
    )


def nothing_else(plain: str, profile: Profile) -> bool:
    """Whether a name is the brand's own names, its owner's and trimmings: 'DeepSeek 深度求索 官方版', '抖音豆包'."""
    words = [name.text for name in profile.names] + [one.name for one in profile.developers]
    for word in sorted(map(fold, words), key=len, reverse=True):
        plain = plain.replace(word, " ")
    return not compact(trimmed(plain))


def leads_up(plain: str, start: int) -> bool:
    """Whether words before `start` make what follows the thing it is for: 'keyboard for ...'."""
    return bool(_FOR.search(plain[max(0, start - 24) : start]))


def claimed(plain: str) -> bool:
    """Whether the name claims to be the original."""
    return bool(_lists()[1].search(plain))


def ported(plain: str) -> bool:
    """Whether the name promises what only a foreign or paid app has: a Chinese version, a mirror, no limits."""
    return bool(_lists()[2].search(plain))


@lru_cache(maxsize=65536)
def common(name: str) -> bool:
    """Whether a brand's name is an ordinary word, or so short that it is many names: it proves little by itself."""
    plain = fold(name)
    if any("\u3400" <= char <= "\u9fff" for char in plain):
        return len(compact(plain)) < 2  # which Chinese words mean something else is listed per brand
    words = re.findall(r"[a-z]+|\d+", plain)
    return len(compact(plain)) <= _SHORT or all(is_word(word) or word.isdecimal() for word in words)


def is_word(word: str) -> bool:
    """Whether a folded Latin word is one that any app may be called by: then it is no slip of a brand's name."""
    return word in _lists()[3]
