"""How a text speaks: does it offer, deny, warn, report, ask? Offers and denials by sentence, frames by listing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import ahocorasick
import yaml

from detection.contacts import contacts
from detection.fields import Field
from detection.normalise import fold, stands_alone
from index.model import Listing
from index.reading import ReadError, read

FRAMES = Path(__file__).parent / "frames.yml"

_NEGATED_BEFORE = re.compile(
    r"(?:不(?!限|封|用|需|要钱|掉)|没有?|(?<!毫)无(?!需|痕|视)|非|勿|别|(?<!防)反|防)[提供支持做教卖接含带能会要想碰得有涉及任何的了于进行到再是]{0,6}$"
    r"|(?:不提供|不支持|不做|不教|不接|不卖|不含|不是|不得|不涉及|禁止|严禁|拒绝|杜绝|抵制|谨防|警惕|当心|小心|打击|查处|整治|"
    r"(?<![反过防])检测|(?<![反过防])识别|拦截|防范|防止|举报|封禁|屏蔽)[^，。,！!；;\n]{0,24}$"
    r"|\b(?:no|not|never|without|don'?t|doesn'?t|won'?t|can'?t|cannot|refuse|against|anti|stop|prevent|detect|detects|block|blocks|ban|avoid|"
    r"banned|beware of|report|fight|fights|combat)\b[^,.;!\n]{0,24}$",
    re.ASCII,
)
_NEGATED_AFTER = re.compile(
    r"^[^，。,！!；;\n]{0,6}(?:勿扰|免谈|不做|不接|别来|绕行|不卖|不教|勿拍|一律不|会被封|骗局|诈骗|检测|识别仪|防护)"
    r"|^[^,.;!\n]{0,12}\b(?:not allowed|prohibited|is illegal|not supported|detection|detector|scams?)\b",
    re.ASCII,
)
_OFFER = re.compile(
    r"代[做过办刷发开写弄处理]|接[单活刷]|包[过会教学赔售]|出售|转让|转手|贩售|批发|私[聊信我]|加[微v我]|\+v|vx|v信|扣扣|滴滴我|dd我|"
    r"下单|拍下|自动发货|秒发|发卡|卡密|月卡|年卡|永久|终身|一次性|[一首]单|\d\s*[元块u]|元起|价[格目]|收费|付费|报价|套餐|包月|"
    r"日结|返[点佣现]|先[过做看]后[付款]|失败.{0,2}退|不过.{0,2}退|没过.{0,3}(?:退|不要)|招(?:代理|收|募)|代理|加盟|进群|入群|收徒|包更新|售后|"
    r"出一套|出几套|在线接|长期接|现货|站内信|懂的来|主页有|看主页|有需要|需要的|想要的|要的来|老板|"
    r"\b(?:dm|pm) ?me\b|\bdm\b|\bfor sale\b|\bselling\b|\b(?:order|buy|price|prices|lifetime|subscribe|telegram|"
    r"whatsapp|pay|paid|cheap|discount|bulk|reseller|per month|monthly)\b|\$\s?\d|\busdt\b|@[a-z0-9_]{5,}",
    re.ASCII,
)
_WAIVED = re.compile(
    r"(?:不用|无需|不需要?|不必|免|无须|没有|不看|不要)[^，。,!；;\n]{0,3}$|"
    r"\b(?:no|without|skip|need no)\s[^,.;\n]{0,8}$",
    re.ASCII,
)
"""Before a frame's words: 'without consent' is no consent."""
_FREE = re.compile(r"^\W*(?:免费|免費|free|0(?:\.0+)?(?:元)?|none|-|面议|面議|)\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A way of speaking that speaks against an offer: news, warning, complaint, job ..."""

    id: str
    strength: float
    """Log-odds it takes away."""
    strong: tuple[str, ...] = ()
    """One of these shows the frame."""
    weak: tuple[str, ...] = ()
    """Two different ones of these show it."""
    places: tuple[str, ...] = ()
    """Kinds of source where it can hold; empty for all."""
    beaten_by_contact: bool = False
    """True if a way to buy in the same listing makes it a sham ('just a warning ... add me')."""
    hits: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()


@cache
def frames() -> tuple[Frame, ...]:
    """All frames. Raises ReadError naming file and frame."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    raw = yaml.load(FRAMES.read_text("utf-8"), Loader=loader)  # noqa: S506 - both loaders are safe ones
    if not isinstance(raw, dict):
        raise ReadError(f"{FRAMES.name}: expected frames by id")
    return tuple(read(Frame, {**row, "id": name}, f"{FRAMES.name}, {name}") for name, row in raw.items())


@cache
def _words() -> Any:
    """Automaton over the words of all frames; each gives (length, ((frame, strong), ...))."""
    by_word: dict[str, dict[tuple[int, bool], None]] = {}
    for number, frame in enumerate(frames()):
        for words, strong in ((frame.strong, True), (frame.weak, False)):
            for word in words:
                by_word.setdefault(fold(word), {})[number, strong] = None
    automaton = ahocorasick.Automaton()
    for word, uses in by_word.items():
        automaton.add_word(word, (word, tuple(uses)))
    automaton.make_automaton()
    return automaton


def negated(joined: str, start: int, end: int) -> bool:
    """Whether the words around [start, end) deny it, forbid it or fight it."""
    return bool(
        _NEGATED_BEFORE.search(joined[max(0, start - 30) : start]) or _NEGATED_AFTER.search(joined[end : end + 30])
    )


def offers(joined: str) -> bool:
    """Whether a sentence has a sign of selling: a price, an order word, a way to get in touch."""
    return bool(_OFFER.search(joined))


def priced(listing: Listing) -> bool:
    """Whether the listing is an offer by itself: it asks for money, or is an app to be installed."""
    return listing.source_kind == "app_store" or (listing.price is not None and not _FREE.match(listing.price))


def frames_of(listing: Listing, texts: Sequence[Field]) -> list[tuple[Frame, Field, int, int]]:
    """Frames that hold in the seller's own words, each with field and joined offsets of the words that show it."""
    own = [text for text in texts if text.own_words]
    shown: dict[int, tuple[Field, int, int]] = {}
    weak: dict[int, str] = {}
    for text in own:
        for last, (word, uses) in _words().iter(text.text.joined):
            start, end = last - len(word) + 1, last + 1
            if not stands_alone(text.text.joined, start, end) or _WAIVED.search(
                text.text.joined[max(0, start - 12) : start]
            ):
                continue
            for number, strong in uses:
                if strong or weak.setdefault(number, word) != word:
                    shown.setdefault(number, (text, start, end))
    held = [(frames()[number], *place) for number, place in sorted(shown.items())]
    if any(frame.beaten_by_contact for frame, *_ in held) and _reachable(own):
        held = [one for one in held if not one[0].beaten_by_contact]
    return [one for one in held if not one[0].places or listing.source_kind in one[0].places]


def _reachable(texts: Sequence[Field]) -> bool:
    return any(next(contacts(text.text.plain), None) for text in texts)
