"""The one tokeniser rule, for every engine and for texts and queries alike.

One token per Han character; runs of letters, digits and their marks, case-folded after NFKC; one boundary token
wherever punctuation or symbols stand, so that no phrase crosses them. Blanks separate and leave no trace; invisible
format characters are dropped.
"""

from __future__ import annotations

import re
import unicodedata

BOUNDARY = "¶"
"""Stands for any run of punctuation. No text can forge another token with it: it is punctuation itself."""

_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_IS_HAN = re.compile(f"[{_HAN}]")
_BOUNDARIES = re.compile(f"{BOUNDARY}(?:\\s+{BOUNDARY})+")
# Characters whose NFKC form never depends on their neighbours: the rest takes the slow way through normalize().
_SIMPLE = re.compile(
    "[\x00-\u02ff\u2000-\u20cf\u2100-\u2bff\u3000-\u3029\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uff01-\uff5e]*"
)


class _Folding(dict[int, str]):
    """Code point -> what it becomes; filled as characters are met (the table stays as small as Unicode)."""

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", chr(code)).casefold())
        self[code] = value = "".join(map(_one, folded))
        return value


def _one(char: str) -> str:
    if _IS_HAN.match(char):
        return f" {char} "
    if char.isspace():
        return " "
    category = unicodedata.category(char)
    if category[0] in "LNM":
        return char
    return "" if category == "Cf" else f" {BOUNDARY} "


_FOLDING = _Folding()


def tokenise(text: str) -> str:
    """The tokens of `text`, separated by blanks."""
    if not _SIMPLE.fullmatch(text):
        text = unicodedata.normalize("NFKC", text)
    return _BOUNDARIES.sub(BOUNDARY, text.translate(_FOLDING))


def phrase(text: str) -> tuple[str, ...]:
    """The tokens to look for when `text` is searched: without boundaries at either end."""
    found = tokenise(text).split()
    while found and found[0] == BOUNDARY:
        found = found[1:]
    while found and found[-1] == BOUNDARY:
        found = found[:-1]
    return tuple(found)


def fold(text: str) -> str:
    """How keywords (ids, hashes, package names, addresses) are kept and compared: NFKC, case-folded, at most 512 long."""
    clean = text.encode("utf-8", "replace").decode().replace("\0", "")
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", clean[:512]).casefold())[:512]
