"""Names of legal entities compared: how sure two of them are one filer. Different firms often differ by one word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from index.profiles import Profile

SAME, LIKE = 0.85, 0.6
"""From here on the same filer; from here on too alike to say that it is another one."""
LONGEST = 200
"""Characters; no entity has a longer name."""
_FORM = re.compile(
    r"(?:股份有限公司|有限责任公司|集团有限公司|有限公司|股份公司|集团公司|公司|集团|研究院|研究所|研究中心|实验室|大学|学院|学校|"
    r"医院|中心|委员会|协会|学会|基金会|图书馆|出版社|报社|电视台|广播电视总台|银行|事务所|合伙企业|有限合伙|合作社|工作室|厂|局|院|社)$"
)
_ENGLISH_FORM = re.compile(
    r"(?:\b(?:co|company|inc|incorporated|llc|ltd|limited|corp|corporation|gmbh|pbc|pte|plc|sas|bv|university|institute)\b[\s.,]*)+$"
)
_REGION = re.compile(
    r"^(?:北京|天津|上海|重庆|河北|山西|内蒙古|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|四川|"
    r"贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆|香港|澳门|台湾|深圳|广州|杭州|南京|苏州|成都|武汉|西安|合肥|厦门|青岛|长沙|"
    r"珠海|东莞|佛山|无锡|宁波|郑州|济南|福州|大连|沈阳|中国)(?:省|市|自治区|特别行政区)?"
)
_TRADE = re.compile(
    r"信息服务|信息技术|信息科技|网络科技|网络技术|人工智能|智能科技|计算机|电子商务|文化传媒|文化传播|科技发展|数字科技|"
    r"软件|网络|科技|技术|信息|智能|数据|通信|互联网|传媒|文化|服务|发展|管理|咨询|有限|集团|控股|投资|教育|健康|医疗|基础"
)


@lru_cache(maxsize=16384)
def key(name: str) -> str:
    """The name without letter case, width, spaces, brackets and punctuation: equal keys are one spelling."""
    folded = unicodedata.normalize("NFKC", name[:LONGEST]).casefold()
    return "".join(char for char in folded if char.isalnum())


def is_entity(name: str) -> bool:
    """Whether the name ends as legal entities of the mainland do."""
    flat = key(name)
    return len(flat) >= 4 and _FORM.search(flat) is not None


@dataclass(frozen=True, slots=True)
class Likeness:
    """How sure two names are the same filer, and by what."""

    confidence: float
    """0..1."""
    via: str
    """'same', 'form' (legal form aside), 'region', 'alike', 'group:<profile>', 'unlike', 'incomparable'."""

    @property
    def same(self) -> bool:
        """Whether both names are of one entity."""
        return self.confidence >= SAME

    @property
    def other(self) -> bool:
        """Whether it may be said that these are different filers."""
        return self.via == "unlike"


def compare(shown: str, filed: str, profiles: Mapping[str, Profile]) -> Likeness:
    """`shown` on a page against `filed` in a register; profiles tell whose firms belong together."""
    ours, theirs = _core(shown), _core(filed)
    if key(shown) == key(filed):
        found = Likeness(1.0, "same")
    elif group := next((p.id for p in profiles.values() if owns(p, filed) and owns(p, shown)), None):
        found = Likeness(0.9, f"group:{group}")
    elif ours == theirs and len(ours) >= 2:
        found = Likeness(0.95, "form")
    elif not (is_entity(shown) and is_entity(filed)):
        # A display name or an English one says nothing about the Chinese register, unless it is part of the name.
        found = Likeness(0.7 if len(ours) >= 2 and ours in key(filed) else 0.0, "incomparable")
    else:
        found = _alike(_REGION.sub("", ours), _REGION.sub("", theirs))
    return found


def _alike(ours: str, theirs: str) -> Likeness:
    """Of names without region and legal form; words of the trade, which thousands share, count for nothing."""
    if ours == theirs:
        return Likeness(0.8, "region")
    ours, theirs = _TRADE.sub("", ours) or ours, _TRADE.sub("", theirs) or theirs
    ratio = fuzz.ratio(ours, theirs) / 100
    confidence = round(ratio * 0.75, 2)
    return Likeness(confidence, "alike" if confidence >= LIKE else "unlike")


def owns(profile: Profile, name: str) -> bool:
    """Whether `name` is one of the brand's entities: its developers, or who filed for it."""
    flat = key(name)
    if not flat:
        return False
    for developer in profile.developers:
        known = key(developer.name)
        if flat == known or (not developer.complete and len(known) >= 2 and known in flat and is_entity(name)):
            return True
    return any(filing.entity and key(filing.entity) == flat for filing in profile.filings)


@lru_cache(maxsize=16384)
def _core(name: str) -> str:
    """The key without its legal form."""
    folded = unicodedata.normalize("NFKC", name[:LONGEST]).casefold()
    return _FORM.sub("", key(_ENGLISH_FORM.sub("", folded.strip())))
