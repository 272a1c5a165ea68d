"""Brand names in texts: written plainly, with look-alike letters, one letter wrong, or other characters of that sound.

A name only opens the file; what speaks for an imitation is decided by the detectors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from detection.brands.near import Near
from detection.brands.packages import Packages
from detection.compiling import once
from detection.normalise import Normalised, fold, normalise
from detection.normalise.sounds import spoken
from detection.words import Words
from index.profiles import Name, Profile

How = Literal["exact", "look_alike", "misspelling", "typo", "homophone"]

_TITLE_LENGTH = 120
"""Slips and sounds are looked for in titles and labels only: in long texts they are chance."""
_DISGUISE = {"variant_characters", "zero_width", "combining_marks", "styled_letters", "separators"}
"""Steps that nobody needs who is entitled to the name."""
_TYPO_FROM = 7
"""Latin names of at least this length are matched with one slip; shorter ones are too close to other words."""
_SOUND_FROM = 3
"""Chinese names of at least this length are matched by sound."""
_KEYED_FROM = 4
"""Latin names of at least this length are searched for with look-alike letters."""
_LETTERS = re.compile(r"[\x00-\x7f]{4}")
"""What a text must contain for any of them."""
_LATIN = re.compile(rf"[a-z]{{{_TYPO_FROM - 1},}}")
_LONGEST_LATIN = 20
_MOST_OWNERS = 8
"""Brands of one and the same name that are told apart."""
_AI = re.compile(
    r"(?<![a-z])a[il](?![a-z])|人工智能|智能|大模型|大语言|模型|助手|助理|对话|聊天|写作|作图|绘画|绘图|画图|生成|文生|问答|提示词|长文|"
    r"满血|翻墙|梯子|机器人|gpt|api|\b(?:chat|chatbot|bot|assistant|llm|prompt|openai|google|microsoft|deepmind)\b",
    re.ASCII,
)
_HEAD_END = re.compile(
    r"\s[\-—–]+\s|[:：|｜_()（）【】「」《》\[\],，。!！/／\n]|[—–]+|(?<=[\u3400-\u9fff])-|-(?=[\u3400-\u9fff])"
)
_AFFIXES = re.compile(
    r"官方(?:正版|认证|旗舰|下载|直营)?|正版|唯一|官网|国内版?|国内直连|中文版?|国际版?|手机版?|安卓版?|极速版?|免费版?|专业版?|高级版?|会员版?|满血版?|"
    r"增强版?|完整版?|破解版?|汉化版?|纯净版?|去广告版?|电脑版?|桌面版?|平板版?|车机版?|鸿蒙版?|苹果版?|豪华版?|青春版?|至尊版?|体验版?|内测版?|抢先版?|离线版?|本地版?|中文网站?|内部版?|尊享版?|繁體版?|繁体版?|标准版?|旗舰版?|版|智能|助手|助理|应用|软件|客户端|下载|安装包?|最新|免翻墙|无需翻墙|免梯子|免登录|免注册|对话|聊天|写作|"
    r"绘画|作图|机器人|大模型|搜索|问答|神器|网页|登录|入口|全能|永久|无限|镜像|工具|平台|小程序|视频|创作|"
    r"\b(?:official|app|apk|pro|plus|max|ultra|mini|lite|premium|mod|hack|pc|ios|windows|desktop|web|beta|\d+b|cracked|ai|al|chat|chatbot|bot|assistant|online|free|"
    r"unlimited|cn|china|version|edition|the|new|latest|download|android|for android|mobile|v?\d+(?:\.\d+)*|gpt|r1|v3|"
    r"by|hd|vip|smart|opus|sonnet|turbo|flash|4o|o1|talk)\b",
    re.ASCII,
)
_CLAIM = re.compile(
    r"官方(?!网站公布|授权店|文档|免费额度)|正版|官网|唯一入口|官方入口|原厂|旗下|出品|亲授权|独家授权|"
    r"\b(?:official|officially|authorized by|made by|from the makers of)\b",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class NameHit:
    """A brand's name in a text."""

    profile: Profile
    name: Name
    how: How
    view: str
    start: int
    end: int


def pressed(plain: str) -> str:
    """A folded text in which letters that look alike are one; same offsets. `str.translate` takes ten times as long."""
    return plain.replace("i", "l").replace("1", "l").replace("|", "l").replace("!", "i").replace("0", "o")


def sure(confidence: str) -> bool:
    """Whether a genuine value may be used to accuse."""
    return confidence in {"confirmed", "probable"}


@lru_cache(maxsize=64)
def ai_context(joined: str) -> bool:
    """Whether a folded text speaks of AI at all."""
    return bool(_AI.search(joined))


def claims(joined: str) -> Iterator[tuple[int, int]]:
    """Where a folded text claims to be the original."""
    for match in _CLAIM.finditer(joined):
        yield match.span()


def trimmed(plain: str) -> str:
    """A folded text without the trimmings that names are given: official, pro, 2026, 助手 ..."""
    while (shorter := _AFFIXES.sub(" ", plain)) != plain:
        plain = shorter
    return plain


def is_head(text: Normalised, hit: NameHit) -> bool:
    """Whether the title is the brand's name with nothing but trimmings ('DeepSeek 官方版 Pro'), up to a subtitle."""
    string = text.plain  # separators tell where a subtitle begins: the joined view has lost some
    name_start, name_end = text.in_plain(hit.view, hit.start, hit.end)
    start, end = 0, len(string)
    for mark in _HEAD_END.finditer(string):
        if mark.end() <= name_start:
            start = mark.end()
        elif mark.start() >= name_end:
            end = mark.start()
            break
    rest = trimmed(string[start:name_start] + " " + string[name_end:end])
    rest = re.sub(r"[\W\d_]+", "", rest)
    first = not re.search(r"\w", string[:start])
    return first and len(rest) <= (1 if any(char >= "\u3400" for char in rest) else 3)


_Owner = tuple[Profile, Name]


class Brands:
    """Compiled names of all profiles."""

    def __init__(self, profiles: Mapping[str, Profile]) -> None:
        self.profiles = profiles
        typo: Near[_Owner] = Near(most=1)
        self._initials: set[str] = set()
        self.packages = Packages(profiles.values())
        self.known_bad: dict[str, Profile] = {}
        plain: dict[str, list[_Owner]] = {}
        keyed: dict[str, _Owner] = {}
        sounds: dict[str, tuple[_Owner, str]] = {}
        for profile in profiles.values():
            for name in profile.names:
                folded = fold(name.text)
                if not folded:
                    continue
                owners = plain.setdefault(folded, [])
                if len(owners) < _MOST_OWNERS:
                    owners.append((profile, name))
                keyed |= dict.fromkeys(_keys(folded), (profile, name))
                if len(folded) >= _SOUND_FROM and all("\u3400" <= char <= "\u9fff" for char in folded):
                    sounds[spoken(folded)] = (profile, name), folded
                latin = folded.isascii() and folded.isalpha() and len(folded) >= _TYPO_FROM
                if latin and not profile.ordinary_meanings:
                    typo.add(folded, (profile, name))
                    self._initials.add(folded[0])
            self.known_bad.update(dict.fromkeys(profile.known_bad, profile))
        self._near = lru_cache(maxsize=4096)(lambda word: tuple(typo.find(word)))
        self._plain, self._keyed, self._sound = Words(plain), Words(keyed), Words(sounds)
        self._cache: dict[str, tuple[NameHit, ...]] = {}

    def owners_of(self, package: str | None) -> Sequence[Profile]:
        """Profiles whose own package, or pinned one, that is."""
        return self.packages.owners.get(package, ()) if package else ()

    def names_in(self, text: Normalised) -> tuple[NameHit, ...]:
        """Names in all views, at most one per profile: the longest, then the plainest."""
        if (known := self._cache.get(text.raw)) is not None:
            return known
        best: dict[str, NameHit] = {}
        hits = [*self._exact(text), *self._look_alikes(text)]
        if len(text.plain) <= _TITLE_LENGTH:
            hits += [*self._slips(text), *self._sounds(text)]
        for hit in hits:
            former = best.get(hit.profile.id)
            if former is None or hit.end - hit.start > former.end - former.start:
                best[hit.profile.id] = hit
        if len(self._cache) > 64:
            self._cache.clear()
        self._cache[text.raw] = found = tuple(best.values())
        return found

    def _exact(self, text: Normalised) -> Iterator[NameHit]:
        for number, start, end in self._plain.find(text.joined):
            if not _stands_alone(text.joined, start, end) or not text.evenly(start, end):
                continue
            for profile, name in self._plain.meanings[number]:
                how: How = "misspelling" if name.kind == "misspelling" else "exact"
                if how == "exact" and not _DISGUISE.isdisjoint(text.steps("joined", start, end)):
                    how = "look_alike"
                yield NameHit(profile, name, how, "joined", start, end)

    def _look_alikes(self, text: Normalised) -> Iterator[NameHit]:
        if not _LETTERS.search(text.skeleton):
            return
        for number, start, end in self._keyed.find(pressed(text.skeleton)):
            profile, name = self._keyed.meanings[number]
            if _stands_alone(text.skeleton, start, end) and text.plain[start:end] != fold(name.text):
                yield NameHit(profile, name, "look_alike", "skeleton", start, end)

    def _slips(self, text: Normalised) -> Iterator[NameHit]:
        for match in _LATIN.finditer(text.plain):
            word = match[0]
            if len(word) > _LONGEST_LATIN or word[0] not in self._initials:
                continue
            for (profile, name), folded, distance in self._near(word):
                if distance == 1 and word != folded + "s" and word[0] == folded[0]:
                    yield NameHit(profile, name, "typo", "plain", match.start(), match.end())

    def _sounds(self, text: Normalised) -> Iterator[NameHit]:
        for number, start, end in self._sound.find(spoken(text.joined)):
            (profile, name), folded = self._sound.meanings[number]
            if text.joined[start:end] != folded:
                yield NameHit(profile, name, "homophone", "joined", start, end)


def _keys(folded: str) -> set[str]:
    """What a Latin name reads as when look-alike letters are one."""
    if not folded.isascii() or len(folded) < _KEYED_FROM:
        return set()
    return {pressed(spelling) for spelling in (folded, folded.replace("m", "rn"))}


def _stands_alone(string: str, start: int, end: int) -> bool:
    """Latin names are not part of a longer word; a digit may follow ('gemini2')."""
    if string[start].isascii() and start and string[start - 1].isascii() and string[start - 1].isalnum():
        return False
    return not (string[end - 1].isascii() and end < len(string) and string[end].isascii() and string[end].isalpha())


def disguised(text: Normalised) -> bool:
    """Whether a name is written with characters that nobody needs who is entitled to it."""
    return not text.raw.isascii() and not _DISGUISE.isdisjoint(text.steps("plain", 0, len(text.plain)))


@cache
def sound_of(char: str) -> str:
    """Toneless pinyin of one character."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - loads dictionaries; only when text is judged

    return str(lazy_pinyin(char)[0])


def ordinary(hit: NameHit, title: str, description: str) -> str | None:
    """The ordinary meaning the name has here, 'no sign of AI' where only that speaks against the brand, or None.

    `title` and `description` are folded texts.
    """
    meanings = [m for m in hit.profile.ordinary_meanings if not m.names or hit.name.text in m.names]
    for meaning in meanings:
        words = _any_of(meaning.words)
        if words.search(title) or (not ai_context(title) and words.search(description)):
            return meaning.meaning
    weak = meanings or hit.how not in {"exact", "look_alike"}
    if weak and not (ai_context(title) or ai_context(description)):
        return "no sign of AI"
    return None


@lru_cache(maxsize=8192)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Finds one of the words in a folded text: Latin ones where they stand alone, in singular or plural."""
    escaped = [(word.isascii(), re.escape(word)) for word in map(fold, words)]
    forms = [rf"(?<![a-z0-9]){word}s?(?![a-z0-9])" if latin else word for latin, word in escaped]
    return re.compile("|".join(forms) or r"(?!)")


@once
def compiled(profiles: Mapping[str, Profile]) -> Brands:
    """The compiled form of these very profiles; the last few are kept."""
    return Brands(profiles)


def names_in(raw: str, profiles: Mapping[str, Profile]) -> tuple[NameHit, ...]:
    """Brand names in a raw text."""
    return compiled(profiles).names_in(normalise(raw))
