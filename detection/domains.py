"""Host names that resemble a brand's own domain: candidate -> brand by look-up, so that thousands of brands stay fast.

Only domains that a profile has collected are compared. Their owner's registered domains, and everything below them, are
never named. A name that stands in a path, or on a host below somebody else's domain, says nothing about who owns it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal
from urllib.parse import urlsplit

from rapidfuzz.distance import OSA

from detection.compiling import once
from detection.normalise import fold, normalise
from index.profiles import Profile

Technique = Literal["other_suffix", "look_alike", "slip", "split", "embedded", "with_word"]

LONGEST_HOST = 253
"""Bytes; DNS has no longer names."""
_SLIP_FROM = 6
"""Labels of at least this length are compared with one slip; shorter ones are too close to other words."""
_SURE_SLIP_FROM = 8
_TWO_SLIPS_FROM = 12
_SURE_FROM = 6
"""A shorter name, or one with ordinary meanings, under another suffix is anybody's."""
_LURES = frozenset(
    re.findall(
        r"\w+",
        "ai app apps apk android ios pc mac web www win windows download downloads down dl xiazai anzhuang azb install "
        "setup official gw guanwang guanfang zhengban cn china zh zhongwen hk tw us eu global intl asia chat bot gpt "
        "login signin sign log account accounts user pay vip pro plus max free mianfei online zaixian wangye secure "
        "security verify auth update client desktop mobile store shop com net org api platform portal cloud premium "
        "support help service kefu zhushou home site go get my the try use r1 v3 v4 new latest",
    )
)
"""What look-alike sites put beside a brand's name: English, and Chinese in pinyin."""
_KEY = str.maketrans("i1|!0534\u01bf\u0138\u014b\u0259\u0269", "lllloseapknel")
_CYRILLIC = str.maketrans("аьсԁеԍһіјкӏмортѕѵԝхуԛ", "abcdeghijklmoptsvwxyq")
"""Letters that look like Latin ones: a whole name may be written in them, where no mixture of scripts tells."""
_PAIRS = (("rn", "m"), ("vv", "w"), ("nn", "m"), ("cl", "d"), ("dl", "d"), ("lb", "d"), ("lc", "k"))
"""Letters, and pairs of them, that are the same to the eye."""
_LETTER = re.compile(
    r"LATIN (?:SMALL )?LETTER (?:SMALL CAPITAL |SCRIPT |DOTLESS |OPEN |LONG |REVERSED |TURNED )*([A-Z])(?: WITH .*)?$"
)
"""Unicode calls a letter with a hook or bar by its base letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resemblance:
    """A host that resembles a genuine domain."""

    profile: Profile
    host: str
    """As people read it: decoded where it is internationalised."""
    genuine: str
    """The collected domain."""
    technique: Technique
    sure: bool
    """False where an honest owner may well use such a name."""


@dataclass(frozen=True, slots=True)
class _Label:
    """A brand's own label ('deepseek' of www.deepseek.com, 'yuanbao' of yuanbao.tencent.com)."""

    text: str
    profile: Profile
    genuine: str
    common: bool
    """Short, or an ordinary word besides."""


class Domains:
    """The collected domains of all profiles."""

    def __init__(self, profiles: Mapping[str, Profile]) -> None:
        self._own: dict[str, list[Profile]] = defaultdict(list)
        self._plain: dict[str, list[_Label]] = defaultdict(list)
        self._keyed: dict[str, list[_Label]] = defaultdict(list)
        self._near: dict[str, list[_Label]] = defaultdict(list)
        self._hosts: dict[str, list[_Label]] = defaultdict(list)
        for profile in profiles.values():
            for domain in profile.domains:
                self._add(profile, domain)

    def _add(self, profile: Profile, domain: str) -> None:
        host = readable(domain)
        if not host:
            return
        below, middle, suffix = _parts(host)
        self._own[f"{middle}.{suffix}"].append(profile)
        ordinary = {fold(name) for meaning in profile.ordinary_meanings for name in meaning.names}
        names = {middle, *(label for label in below.split(".") if label in {fold(name.text) for name in profile.names})}
        names |= {label for label in below.split(".") if label not in _LURES and len(label) >= _SLIP_FROM}
        for text in names:
            label = _Label(text, profile, domain, len(text) < _SURE_FROM or text in ordinary)
            self._plain[text].append(label)
            self._keyed[_key(text)].append(label)
            self._hosts[f"{text}.{suffix}"].append(label)
            if len(text) >= _SLIP_FROM:
                for shorter in _deletes(_key(text)):
                    self._near[shorter].append(label)

    def owners(self, host: str) -> tuple[Profile, ...]:
        """Profiles whose own registered domain the host stands under."""
        _, middle, suffix = _parts(readable(host))
        return tuple(self._own.get(f"{middle}.{suffix}", ()))

    def resembling(self, host: str) -> tuple[Resemblance, ...]:
        """What the host resembles, at most one entry per profile, the surest first. Nothing for genuine hosts."""
        shown = readable(host)
        below, middle, suffix = _parts(shown)
        if not middle or f"{middle}.{suffix}" in self._own:
            return ()
        best: dict[str, Resemblance] = {}
        for label, technique, sure in self._found(below, middle, suffix):
            known = best.get(label.profile.id)
            if known is None or (sure and not known.sure):
                best[label.profile.id] = Resemblance(
                    profile=label.profile, host=shown, genuine=label.genuine, technique=technique, sure=sure
                )
        return tuple(sorted(best.values(), key=lambda one: not one.sure))

    def _found(self, below: str, middle: str, suffix: str) -> Iterator[tuple[_Label, Technique, bool]]:
        hosted = _hosting(suffix)
        for label in self._plain.get(middle, ()):
            yield label, "other_suffix", not (label.common or hosted)
        closed = middle.replace("-", "")
        if closed != middle:
            for label in self._plain.get(closed, ()):
                yield label, "split", not label.common
        yield from self._disguised(middle)
        if below:  # deep.seek.com reads like deepseek.com; so does deepseek.com.somewhere.else
            joined = f"{below.rpartition('.')[2]}{middle}".replace("-", "")
            for label in self._plain.get(joined, ()):
                yield label, "split", not label.common
            labels = below.split(".")
            for first, second in zip(labels, [*labels[1:], middle], strict=True):
                for label in self._hosts.get(f"{first}.{second}", ()):
                    yield label, "embedded", True
        yield from self._worded(middle)

    def _disguised(self, middle: str) -> Iterator[tuple[_Label, Technique, bool]]:
        """The same to the eye, or a slip of the finger away."""
        for label in self._keyed.get(_key(middle), ()):
            if label.text != middle:
                yield label, "look_alike", True
        if not _SLIP_FROM - 1 <= len(middle) <= 63:
            return
        key = _key(middle)
        for shorter in _deletes(key):
            for label in self._near.get(shorter, ()):
                most = 1 if len(label.text) < _TWO_SLIPS_FROM else 2
                if label.text != middle and 0 < OSA.distance(key, _key(label.text), score_cutoff=most) <= most:
                    ends = (key[0], key[-1]) == (_key(label.text)[0], _key(label.text)[-1])  # 'deepsea' is a word
                    yield label, "slip", ends and len(label.text) >= _SURE_SLIP_FROM

    def _worded(self, middle: str) -> Iterator[tuple[_Label, Technique, bool]]:
        """The brand's label beside other words: sure where each of them is one that look-alike sites use."""
        tokens = [token.rstrip("0123456789") or token for token in re.split(r"[-_]", middle) if token]
        if len(tokens) > 1:
            for at, token in enumerate(tokens):
                rest = tokens[:at] + tokens[at + 1 :]
                for label in self._plain.get(token, ()):
                    yield label, "with_word", all(_lure(word) for word in rest)
                if len(token) >= _SLIP_FROM and all(_lure(word) for word in rest):
                    yield from ((label, "with_word", sure) for label, _, sure in self._disguised(token))
        closed = middle.replace("-", "")
        for cut in range(2, len(closed) - 1):
            for name, beside in ((closed[:cut], closed[cut:]), (closed[cut:], closed[:cut])):
                for label in self._plain.get(name, ()):
                    if _lure(beside):
                        yield label, "with_word", len(name) >= 4 or "-" in middle


def readable(host: str) -> str:
    """The host of a host or address as people read it: lower case, decoded, without port; '' where there is none."""
    try:
        name = (urlsplit(host).hostname or "") if "//" in host[:12] else host.partition("/")[0].partition(":")[0]
    except ValueError:
        return ""
    name = name.strip().strip(".").lower()
    if not name or len(name) > LONGEST_HOST:
        return ""
    return ".".join(_decoded(label) for label in re.split(r"[.\u3002\uff0e\uff61]", name))


def _decoded(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode") if len(label) <= 63 else label
    except (UnicodeError, ValueError, OverflowError):
        return label


@cache
def _extract() -> Any:
    import tldextract  # noqa: PLC0415 - only where hosts are judged

    return tldextract.TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True)


def _parts(host: str) -> tuple[str, str, str]:
    """What stands below the registered domain, its own label, and its public suffix, from the list that ships."""
    found = _extract()(host)
    return found.subdomain, found.domain, found.suffix


@cache
def _icann() -> Any:
    import tldextract  # noqa: PLC0415 - as above

    return tldextract.TLDExtract(cache_dir=None, suffix_list_urls=())


def _hosting(suffix: str) -> bool:
    """Whether names below the suffix are given away by a platform (github.io)."""
    return "." in suffix and bool(_icann()(f"x.{suffix}").suffix != suffix)


def _key(label: str) -> str:
    """What is the same to the eye has the same key."""
    text = label if label.isascii() else "".join(map(_base, fold(normalise(label).skeleton).translate(_CYRILLIC)))
    for pair, single in _PAIRS:
        text = text.replace(pair, single)
    return text.translate(_KEY)


@cache
def _base(char: str) -> str:
    """The Latin letter that a decorated one is made of."""
    named = None if char.isascii() else _LETTER.match(unicodedata.name(char, ""))
    return named[1].lower() if named else char


def _deletes(text: str) -> set[str]:
    """The text, and with any one letter left out: two texts one slip apart have one of these in common."""
    return {text, *(text[:at] + text[at + 1 :] for at in range(len(text)))}


def _lure(rest: str) -> bool:
    """Whether nothing but such words is left: 'ai', 'aidownload', 'v3'."""
    if rest in _LURES or rest.isdigit():
        return True
    return any(rest[:cut] in _LURES and rest[cut:] in _LURES for cut in range(2, len(rest) - 1))


@once
def compiled(profiles: Mapping[str, Profile]) -> Domains:
    """The compiled form of these very profiles; the last few are kept."""
    return Domains(profiles)
