"""Emoji that stand for a word: read as that word in a view of its own, since mostly they are ornament."""

from __future__ import annotations

import re

from detection.normalise.folds import HAN
from detection.normalise.readings import Piece, Reading, rewritten

_WORDS = {
    "👗👚👔👕🧥👖👘🥻": "衣",
    "👙🩱": "泳衣",
    "🩲🩳": "裤",
    "🧑👤👥🧍👦": "人",
    "😶🙂😀😊🧖": "脸",
    "👩👧": "女",
    "👨": "男",
    "👄💋👅": "嘴",
    "👀👁": "眼",
    "🗣": "声",
    "🔊🔉🎙": "声音",
    "🎤": "麦",
    "🎭": "变脸",
    "🔄🔁♻": "换",
    "📱📲🤳": "手机",
    "📷📸": "拍",
    "🎥📹": "视频",
    "🖼": "图片",
    "🐴🐎": "马",
    "🐔🐓": "鸡",
    "🐮🐂🐄": "牛",
    "🐑🐏": "羊",
    "🐟🐠": "鱼",
    "🚗🚙": "车",
    "🚢": "船",
    "🔫": "枪",
    "💣": "炸弹",
    "💊": "药",
    "💰💵💴💸🤑": "钱",
    "💳": "卡",
    "🆔🪪": "证",
    "🔞": "成人",
    "🔥": "火",
    "🌊💧💦": "水",
    "🎣": "钓鱼",
    "🔑🗝": "钥匙",
    "🔓": "解锁",
    "🚪": "门",
    "🏠🏡": "家",
    "🏦": "银行",
    "📞☎": "电话",
    "✉📧💌": "信",
    "💬": "聊天",
    "🤖": "机器人",
    "💇": "剪",
    "✂": "剪",
    "🖌": "刷",
    "🪥": "刷",
    "🧹": "扫",
    "🛁🚿🧼": "洗",
    "📝": "稿",
    "📄": "文",
    "🐙": "章",
    "🥚": "蛋",
    "🍵": "茶",
    "🌶": "辣",
    "🍉": "瓜",
    "🥬": "菜",
    "🍎": "苹果",
    "🍑": "桃",
    "👻": "鬼",
    "☁": "云",
    "🌟⭐": "星",
    "🌙": "月",
    "☀": "日",
    "🈚": "无",
    "🈳": "空",
    "🈲": "禁",
}
WORDS = {emoji: word for many, word in _WORDS.items() for emoji in many}
_CLASS = "".join(WORDS)
_WRITTEN = re.compile(rf"(?:(?<=[{HAN}])(?P<before>[\s·]{{1,2}}))?(?P<emoji>[{_CLASS}])(?P<after>[\s·]{{1,2}}(?=[{HAN}{_CLASS}]))?")


def by_emoji(joined: str) -> Reading | None:
    """The text with emoji named; None if there are none."""
    if joined.isascii() or WORDS.keys().isdisjoint(joined):
        return None
    pieces = [
        Piece(*match.span("emoji"), WORDS[match["emoji"]], len(match["before"] or ""), len(match["after"] or ""))
        for match in _WRITTEN.finditer(joined)
    ]
    return rewritten("emoji", joined, pieces)
