"""Hostile text made harmless for people's eyes: what could move a cursor, hide or reorder text becomes visible."""

from __future__ import annotations

import re

# Control characters (C0 without tab and line feed, DEL, C1), line and paragraph separators, lone surrogates, and every
# invisible format character that changes how its neighbours look (bidirectional controls, zero width, tags). The
# zero-width joiner stays: emoji need it.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def plain(text: str) -> str:
    """`text` with harmful characters as '<U+202E>'; carriage returns before line feeds are dropped."""
    if text.isprintable():  # most texts are, and nothing harmful is
        return text
    return _HARMFUL.sub(lambda found: f"<U+{ord(found[0]):04X}>", text.replace("\r\n", "\n"))


def line(text: str, width: int | None = None) -> str:
    """The same in one line, at most `width` characters (the rest becomes '…')."""
    flat = plain(" ".join(text.split()))
    return flat if width is None or len(flat) <= width else flat[: width - 1] + "…"


def ascii_json(encoded: bytes) -> bytes:
    """JSON text in which the harmful characters are escaped: the same document, harmless to look at."""
    if encoded.isascii() and b"\x7f" not in encoded:
        return encoded
    return _HARMFUL.sub(_escape, encoded.decode()).encode()


def _escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
