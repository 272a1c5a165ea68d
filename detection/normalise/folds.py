"""Single characters folded: full width, styled and squared letters, traditional Chinese, invisible characters."""

from __future__ import annotations

import unicodedata
from functools import cache

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_SMALL_CAPITALS = dict(
    zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True),
)
_BOXED = {
    chr(first + i): chr(ord("a") + i)
    for first in (0x1F130, 0x1F150, 0x1F170, 0x1F1E6)  # squared, circled on black, squared on black, regional letters
    for i in range(26)
} | dict(
    zip(
        "🆎🆑🆒🆓🆔🆕🆖🆗🆘🆙🆚",
        ("ab", "cl", "cool", "free", "id", "new", "ng", "ok", "sos", "up", "vs"),
        strict=True,
    )
)
_EMOJI = {"🐧": "qq", "✈": "飞机", "🛰": "卫星", "🍠": "红薯"}
"""Ways to get in touch; other emoji are words in a view of their own (`normalise.emoji`)."""
_VARIANTS = dict(
    zip(
        "眀伱岀莪菿迏証寳啓羣峯乄玍エロ妳裡綫帐帳⺅⺘⺡⺣⺮⺼⻈⻐⻌⻏⻖⺌⺊⺗⺩⺭⻂⻊⻎⻒⺦⺹",
        "明你出我到达证宝启群峰为生工口你里线账账亻扌氵灬竹月讠钅辶阝阝小卜忄王礻衤足辶食丬耂",
        strict=True,
    )
)
"""Characters that stand for others by their look, and radicals that have a code point of their own."""


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
    category = unicodedata.category(char)
    if category in {"Cf", "Mn", "Me"}:
        return ""
    if category == "Cs":  # half a character: what searches texts takes whole ones only
        return "\ufffd"
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
            UNEVEN.add(char)
        return folded


FOLDS = _Folds()
UNEVEN: set[str] = set()
"""Characters met so far that fold to none or several: only texts with one of them need an offset table."""


def fold(text: str) -> str:
    """Every character folded: for terms, names and sellers that texts are compared with."""
    return text.translate(FOLDS)


def is_han(char: str) -> bool:
    """Whether a folded character is Chinese."""
    return "\u3400" <= char <= "\u9fff"


@cache
def step(char: str) -> str:
    """Name of what was done to one raw character, '' for letter case and nothing."""
    folded = FOLDS[ord(char)]
    if folded in {char.casefold(), "\ufffd"}:
        return ""
    if folded == "":
        return "combining_marks" if unicodedata.category(char) != "Cf" else "zero_width"
    if char in _EMOJI:
        return "emoji"
    if char in _VARIANTS or is_han(char):
        return "traditional" if char in _simplified() and char not in _VARIANTS else "variant_characters"
    return "full_width" if "\uff00" <= char <= "\uffef" else "styled_letters"
