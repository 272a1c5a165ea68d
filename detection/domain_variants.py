"""Domains that could be taken for a brand's: dnstwist's fuzzers, brand + word, Chinese names and their pinyin.

The only adapter of dnstwist. Nothing here asks a network: these are spellings, not registered domains, and standing
among them proves nothing.
"""

from __future__ import annotations

import heapq
import re
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import idna
from rapidfuzz.distance import OSA

WORDS = (
    *("ai", "app", "chat", "download", "official", "guanwang", "cn", "xiazai", "pro", "online", "web", "zhongwen"),
    *("guanfang", "apk", "pc", "login", "free", "vip", "gpt", "zhushou"),  # 官网 下载 中文 官方 助手
)
"""What is put beside a brand's name, likely ones first."""
HAN_WORDS = ("", "官网", "下载", "官方", "中文版")
SUFFIXES = (
    "com",
    "cn",
    "com.cn",
    "net",
    "ai",
    "app",
    "top",
    "vip",
    "xyz",
    "cc",
    "site",
    "online",
    "club",
    "shop",
    "icu",
)
"""Where they are registered, likely ones first; the brand's own suffix comes before them."""
MOST = 20_000
"""Variants at most, whatever is asked for."""
_MOST_LABELS, _MOST_WORDS = 6, 200
_LONGEST = 63
"""Characters of a label, as in DNS."""
_PIECE, _DISGUISED = 10, 20
"""Look-alike characters are put into pieces of so many letters, for their number grows with the square of that, and
into so many letters of a label at most."""
_LIKELY: Mapping[str, float] = {
    "tld-swap": 0.95,
    "name": 0.95,
    "cyrillic": 0.9,
    "dictionary": 0.9,
    "chinese-name": 0.9,
    "pinyin": 0.85,
    "homoglyph": 0.85,
    "hyphenation": 0.7,
    "transposition": 0.65,
    "omission": 0.65,
    "repetition": 0.65,
    "various": 0.6,
    "plural": 0.55,
    "vowel-swap": 0.5,
    "addition": 0.5,
    "replacement": 0.45,
    "insertion": 0.4,
    "subdomain": 0.35,
    "bitsquatting": 0.25,
}
"""What made a variant -> how well it deceives. An order, not a probability."""
_OURS = {"tld-swap", "name", "chinese-name", "pinyin"}
_WHOLE = {"dictionary", "cyrillic", "subdomain", "various"}
"""Techniques that keep the name or change all of it: changed letters are not counted."""
_SOUNDS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))
"""Pinyin that many speakers write alike."""
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


class DomainVariant(NamedTuple):
    """A domain that could be taken for a brand's."""

    domain: str
    """As registered: ASCII, punycode where letters are not."""
    shown: str
    """As browsers may show it."""
    fuzzer: str
    """What made it: dnstwist's name of the technique, or 'name', 'chinese-name', 'pinyin'."""
    like: str
    """The genuine domain or name that it resembles."""
    plausibility: float
    """0..1, for sorting."""


def split(domain: str) -> tuple[str, str]:
    """Label and suffix of the registered part: 'chat.deepseek.com' -> ('deepseek', 'com'). Punycode is decoded."""
    _, label, suffix = _dnstwist().domain_tld(domain.strip().strip(".").lower()[:253])
    return _decoded(label or ""), suffix or ""


def variants(
    domains: Iterable[str], names: Iterable[str] = (), *, words: Iterable[str] = WORDS, limit: int = 1000
) -> list[DomainVariant]:
    """The most plausible variants of a brand's `domains` and `names`, best first, at most `limit`.

    The registered domains themselves are left out. Where none is given, the name with a suffix may well be the brand's.
    """
    own = [(domain, *split(domain)) for domain in domains]
    mine = {f"{label}.{suffix}" for _, label, suffix in own}
    plain = tuple(_plain_words(words))
    best: dict[str, DomainVariant] = {}
    for variant in _all(own, names, plain):
        former = best.get(variant.domain)
        if variant.shown not in mine and (former is None or former.plausibility < variant.plausibility):
            best[variant.domain] = variant
    return heapq.nsmallest(min(limit, MOST), best.values(), key=lambda v: (-v.plausibility, len(v.domain), v.domain))


def _all(own: Sequence[tuple[str, str, str]], names: Iterable[str], words: Sequence[str]) -> Iterator[DomainVariant]:
    """Variants of each label once, domains first."""
    seen: set[str] = set()
    for like, written, suffix in (*own, *((name, name.casefold(), "") for name in names)):
        label = re.sub(r"[\s._·'-]+", "", written)[:_LONGEST] if not suffix else written[:_LONGEST].strip("-")
        if len(label) < 2 or label in seen or len(seen) >= _MOST_LABELS:
            continue
        seen.add(label)
        suffixes = tuple(dict.fromkeys((suffix, *SUFFIXES) if suffix else SUFFIXES))
        if label.isascii():
            yield from _of_label(like, label, suffixes, words, "tld-swap" if suffix else "name")
        else:
            yield from _of_han(like, label, suffixes, words)


def _of_label(
    like: str, label: str, suffixes: Sequence[str], words: Sequence[str], bare: str
) -> Iterator[DomainVariant]:
    """Of a label in Latin letters. `bare`: what the label itself with each suffix is called."""
    if not _LABEL.fullmatch(label):
        return
    for rank, suffix in enumerate(suffixes):
        yield _variant(f"{label}.{suffix}", bare, like, _LIKELY[bare] * _far(rank))
    for fuzzer, domain in _twisted(label, suffixes[0], words):
        stem = domain.removesuffix(f".{suffixes[0]}")
        looks = _likeness(label, stem, fuzzer, words)
        yield _variant(domain, fuzzer, like, looks)
        if "xn--" not in domain and stem != domain:
            for rank, suffix in enumerate(suffixes[1 : None if fuzzer == "dictionary" else 3], start=1):
                yield _variant(f"{stem}.{suffix}", fuzzer, like, looks * _far(rank))


def _of_han(like: str, label: str, suffixes: Sequence[str], words: Sequence[str]) -> Iterator[DomainVariant]:
    """Of a Chinese name: as it stands, with a Chinese word behind it, and in pinyin with that spelling's variants."""
    if not any("\u3400" <= char <= "\u9fff" for char in label):
        return
    for likely, word in enumerate(HAN_WORDS):
        for rank, suffix in enumerate(suffixes):
            if domain := _encoded(f"{label}{word}.{suffix}"):
                yield _variant(domain, "chinese-name", like, (_LIKELY["chinese-name"] - 0.03 * likely) * _far(rank))
    latin = _pinyin(label)
    if len(latin) < 4:  # shorter ones are anybody's
        return
    slips = {latin.replace(one, other, 1) for pair in _SOUNDS for one, other in (pair, pair[::-1]) if one in latin}
    for slip in sorted(slips - {latin}):
        yield _variant(f"{slip}.{suffixes[0]}", "pinyin", like, 0.7)
    yield from _of_label(like, latin, suffixes, words, "pinyin")


def _variant(domain: str, fuzzer: str, like: str, plausibility: float) -> DomainVariant:
    return DomainVariant(domain, _shown(domain), fuzzer, like, round(plausibility, 3))


def _likeness(label: str, stem: str, fuzzer: str, words: Sequence[str]) -> float:
    """How well one spelling passes for another: by technique, less for each further change and an altered beginning."""
    likely = _LIKELY[fuzzer]
    if fuzzer == "dictionary":
        word = stem.replace(label, "", 1).strip("-")
        rank = words.index(word) if word in words else len(words)
        return likely * max(0.6, 1 - 0.02 * rank) * (1 if stem.startswith(label) else 0.85)
    if fuzzer in _WHOLE:
        return likely
    shown = _decoded(stem)
    changes = max(1, OSA.distance(label, shown))
    first = 1 if shown[:1] == label[:1] or fuzzer == "homoglyph" else 0.8
    short = min(1.0, len(label) / 6)  # one letter of 'kimi' is a larger part of it than one of 'deepseek'
    return float(likely * 0.6 ** (changes - 1) * first * (0.6 + 0.4 * short))


def _far(rank: int) -> float:
    """Unlikely suffixes count less."""
    return max(0.4, 1 - 0.05 * rank)


def _twisted(label: str, suffix: str, words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(fuzzer, domain), each domain once: by the most plausible fuzzer that makes it, in a stable order."""
    label = label[:_LONGEST].strip("-")
    if not _LABEL.fullmatch(label):
        return
    made = {f"{label}.{suffix}": ""}
    for fuzzer in _LIKELY:
        if fuzzer == "homoglyph":
            domains = [*_homoglyphs(label, suffix)]
        else:
            domains = [] if fuzzer in _OURS else _fuzzed(label, suffix, fuzzer, words)
        for domain in sorted(domains):
            if domain not in made:
                made[domain] = fuzzer
                yield fuzzer, domain


def _homoglyphs(label: str, suffix: str) -> Iterator[str]:
    """One or two characters replaced by look-alikes, in each piece of a label."""
    for start in range(0, min(len(label), _DISGUISED), _PIECE):
        before, piece, behind = label[:start], label[start : start + _PIECE], label[start + _PIECE :]
        for domain in _fuzzed(piece, suffix, "homoglyph", ()):
            whole = before + _decoded(domain.removesuffix(f".{suffix}")) + behind
            label_again = whole if whole.isascii() else f"xn--{whole.encode('punycode').decode()}"  # checked as a piece
            if len(label_again) < 64:
                yield f"{label_again}.{suffix}"


def _fuzzed(label: str, suffix: str, fuzzer: str, words: Sequence[str]) -> list[str]:
    made = _dnstwist().Fuzzer(f"a.{suffix}", dictionary=words)
    made.subdomain, made.domain, made.tld = "", label, suffix
    made.generate(fuzzers=[fuzzer])
    return [str(found["domain"]) for found in made.domains]


def _plain_words(words: Iterable[str]) -> Iterator[str]:
    """Words as they can stand in a domain: Chinese ones in pinyin."""
    for _, word in zip(range(_MOST_WORDS), words, strict=False):
        if plain := _pinyin(word):
            yield plain


def _pinyin(text: str) -> str:
    if not text.isascii():
        from pypinyin import lazy_pinyin  # noqa: PLC0415 - loads dictionaries

        text = "".join(lazy_pinyin(text[:_LONGEST]))
    return re.sub(r"[^a-z0-9]", "", text.lower())[:_LONGEST]


def _encoded(shown: str) -> str | None:
    if shown.isascii():
        return shown
    try:
        return idna.encode(shown, uts46=True).decode()
    except UnicodeError:
        return None


@lru_cache(maxsize=1 << 15)
def _decoded(label: str) -> str:
    """Without the library's checks: our own labels passed them, others are only compared."""
    try:
        return label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label
    except UnicodeError:
        return label


def _shown(domain: str) -> str:
    return ".".join(_decoded(label) for label in domain.split(".")) if "xn--" in domain else domain


def _dnstwist() -> Any:
    """The library. Its import shortens the timeout of every socket of this process: that is put back."""
    before = socket.getdefaulttimeout()
    import dnstwist  # type: ignore[import-untyped]  # noqa: PLC0415 - see above, and slow

    socket.setdefaulttimeout(before)
    return dnstwist
