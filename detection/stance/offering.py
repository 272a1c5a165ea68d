"""Whether a stretch of text is denied or forbidden, whether a sentence sells, whether a listing asks for money."""

from __future__ import annotations

import re

from index.model import Listing

_NEGATED_BEFORE = re.compile(
    r"(?:不(?!限|封|用|需|要钱|掉)|没有?|(?<!毫)无(?!需|痕|视)|非|勿|别|(?<!防)反|防)[提供支持做教卖接含带能会要想碰得有涉及任何的了于进行到再是]{0,6}$"
    r"|(?:不提供|不支持|不存在|谈不上|不做|不教|不接|不卖|不含|不是|不得|不涉及|禁止|严禁|拒绝|杜绝|抵制|谨防|警惕|当心|小心|打击|查处|整治|"
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
    r"(?:不用|无需|不需要?|不必|免|无须|没有|不看|不要|没经过?|去掉|去除|不打|不写|没|无|不带|不标)[^，。,!；;\n]{0,3}$|"
    r"\b(?:no|without|skip|need no)\s[^,.;\n]{0,8}$",
    re.ASCII,
)
"""Before a frame's words: 'without consent' is no consent."""
_SELLING = frozenset({"app_store", "shop", "second_hand"})
"""Places where whatever is shown is offered."""
_FREE = re.compile(r"^\W*(?:免费|免費|free|0(?:\.0+)?(?:元)?|none|-|面议|面議|)\W*$", re.IGNORECASE)


def negated(joined: str, start: int, end: int) -> bool:
    """Whether the words around [start, end) deny it, forbid it or fight it."""
    return bool(
        _NEGATED_BEFORE.search(joined[max(0, start - 30) : start]) or _NEGATED_AFTER.search(joined[end : end + 30])
    )


def offers(joined: str) -> bool:
    """Whether a sentence has a sign of selling: a price, an order word, a way to get in touch."""
    return bool(_OFFER.search(joined))


def priced(listing: Listing) -> bool:
    """Whether the listing is an offer by itself: it asks for money, or stands where things are sold or installed."""
    return listing.source_kind in _SELLING or asks_money(listing)


def asks_money(listing: Listing) -> bool:
    """Whether a price is stated that is not nought."""
    return listing.price is not None and not _FREE.match(listing.price)


def waived(joined: str, start: int) -> bool:
    """Whether the words before `start` waive what begins there: 'without consent' is no consent."""
    return bool(_WAIVED.search(joined[max(0, start - 12) : start]))
