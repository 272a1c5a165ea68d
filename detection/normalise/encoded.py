"""Runs of a raw text that are another text in disguise: base64, hexadecimal, percent signs, escapes, entities."""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator
from operator import attrgetter
from urllib.parse import unquote_to_bytes

from detection.normalise.folds import fold
from detection.normalise.readings import Piece, Reading, rewritten
from detection.normalise.text import Normalised

_FORMS = (
    ("base64", "", re.compile(r"[A-Za-z0-9+/_\-]{8,}={0,2}")),
    ("hex", "", re.compile(r"[0-9A-Fa-f]{2}[ ,](?:[0-9A-Fa-f]{2}[ ,]){4,}[0-9A-Fa-f]{2}")),
    ("percent", "%", re.compile(r"(?:%[0-9A-Fa-f]{2}){3,}")),
    ("hex", "x", re.compile(r"(?:(?:0x|\\x)[0-9A-Fa-f]{2}[ ,]?){3,}")),
    ("escapes", "u", re.compile(r"(?:\\u\{?[0-9A-Fa-f]{2,5}\}?){2,}")),
    ("escapes", "U+", re.compile(r"(?:U\+[0-9A-Fa-f]{4,5}\s?){2,}")),
    ("entities", "&#", re.compile(r"(?:&#[xX]?[0-9A-Fa-f]{2,6};){2,}")),
)
"""Kind, what a text must contain for it, and its runs."""
_LONG = re.compile(r"[A-Za-z0-9+/_\-]{8,}={0,2}")
_MARKED = re.compile(r"%[0-9A-Fa-f]|\\[ux]|&#|U\+|[0-9A-Fa-f]{2}[ ,][0-9A-Fa-f]{2}[ ,]|0x")
"""One of them is in every such run, and most texts have neither."""
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_ESCAPE = re.compile(r"(?:\\[ux]\{?|U\+)([0-9A-Fa-f]{2,5})\}?\s?")
_LONGEST_RUN = 4096
_LEAST_READABLE = 0.9
"""Share of letters, digits and spaces in what is taken for a text."""
_LEAST_LATIN = 8
"""Characters of a decoded text without Chinese: shorter ones come about by chance."""


def may_be_encoded(raw: str) -> bool:
    """Whether a raw text can hold such a run at all."""
    return not all(map(_is_word, _LONG.findall(raw))) or bool(_MARKED.search(raw))


def _is_word(run: str) -> bool:
    return run.isalpha() and (run.islower() or run.istitle())


def by_decoding(text: Normalised) -> Reading | None:
    """The text with its encoded runs decoded; None if there are none."""
    pieces: list[Piece] = []
    for kind, sign, form in _FORMS:
        if sign in text.raw:
            pieces += _pieces(text, kind, form)
    return rewritten("encoded", text.joined, sorted(pieces, key=attrgetter("start"))) if pieces else None


def _pieces(text: Normalised, kind: str, form: re.Pattern[str]) -> Iterator[Piece]:
    for match in form.finditer(text.raw):
        run = match[0]
        if len(run) > _LONGEST_RUN or _is_word(run):
            continue
        decoded = _decoded("hex" if _HEX.fullmatch(run) else kind, run)
        if decoded and _readable(decoded):
            start, end = (at + text.base for at in match.span())
            yield Piece(*text.in_joined(start, end), Normalised(decoded).joined)


def _decoded(kind: str, run: str) -> str:
    """The text of a run, '' if it is none."""
    try:
        match kind:
            case "percent":
                return unquote_to_bytes(run).decode("utf-8")
            case "entities":
                return html.unescape(run)
            case "escapes":
                codes = [int(code, 16) for code in _ESCAPE.findall(run)]
                return bytes(codes).decode("utf-8") if max(codes) < 256 else "".join(map(chr, codes))
            case "hex":
                return bytes.fromhex(re.sub(r"0x|\\x|[ ,]", "", run)).decode("utf-8")
            case _:
                run = run.rstrip("=").translate(_STANDARD)
                return base64.b64decode(run + "=" * (-len(run) % 4), validate=True).decode("utf-8")
    except (ValueError, UnicodeError, OverflowError, binascii.Error):
        return ""


_STANDARD = str.maketrans("-_", "+/")


def _readable(decoded: str) -> bool:
    """Whether it is a text somebody would read: Chinese, or a good many Latin letters."""
    plain = fold(decoded)
    good = sum(char.isalnum() or char in " \n.,:/-@，。" for char in plain)
    if good < _LEAST_READABLE * max(1, len(plain)):
        return False
    if any("\u4e00" <= char <= "\u9fff" for char in plain):
        return True
    letters = sum("a" <= char <= "z" for char in plain)
    return len(plain) >= _LEAST_LATIN and plain.isascii() and letters >= len(plain) // 2
