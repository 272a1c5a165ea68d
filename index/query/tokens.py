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
_SINGLE = re.compile(f"([{_HAN}{BOUNDARY}]+)")
"""Runs of characters that are a token each."""
_PLAIN = re.compile(
    "[\t\n\r -~\u4e00-\u9fff\u3001\u3002\u300a-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f\uffe5…“”‘’]*"
)
"""Most texts: only such characters as need no normalising."""
_PLAIN_MARKS = re.compile("[^a-z0-9\u4e00-\u9fff\t\n\r ][^a-z0-9\u4e00-\u9fff]*")
_BOUNDARIES = re.compile(f"{BOUNDARY}[{BOUNDARY}\\s]*")


class _Folding(dict[int, str]):
    """Code point -> what it becomes; filled as characters are met (the table stays as small as Unicode)."""

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", chr(code)).casefold())
        self[code] = value = "".join(map(_one, folded))
        return value


def _one(char: str) -> str:
    if char.isspace():
        return " "
    category = unicodedata.category(char)
    if category[0] in "LNM":
        return char
    return "" if category == "Cf" else BOUNDARY


_FOLDING = _Folding()


def tokenise(text: str) -> str:
    """The tokens of `text`, separated by white space."""
    if not text:
        return ""
    if _PLAIN.fullmatch(text):
        marked = _PLAIN_MARKS.sub(BOUNDARY, text.lower())
    else:
        marked = _BOUNDARIES.sub(BOUNDARY, unicodedata.normalize("NFKC", text).translate(_FOLDING))
    parts = _SINGLE.split(marked)
    parts[1::2] = map(" ".join, parts[1::2])
    return " ".join(parts).strip()


def phrase(text: str) -> tuple[str, ...]:
    """The tokens to look for when `text` is searched: without boundaries at either end."""
    found = tokenise(text).split()
    while found and found[0] == BOUNDARY:
        found = found[1:]
    while found and found[-1] == BOUNDARY:
        found = found[:-1]
    return tuple(found)


def fold(text: str) -> str:
    """How keywords (ids, hashes, names, addresses) are kept and compared: NFKC, case-folded, at most 512 long."""
    text = text[:512]
    if text.isascii():
        return text.lower().replace("\0", "")
    clean = text.encode("utf-8", "replace").decode().replace("\0", "")
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", clean).casefold())[:512]
