"""One spreadsheet cell from hostile text: never a formula, nothing that XML or Excel refuses, never too long."""

from __future__ import annotations

import re
import unicodedata

from index.plain import plain

Cell = str | int | float | None

LIMIT = 32_767
"""UTF-16 units that Excel keeps in one cell."""

_NOT_XML = re.compile("[\ufffe\uffff]")
# Excel reads '_x003D_' inside a text as '='; an underscore written that way itself keeps the text as it was.
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def cell(value: object) -> Cell:
    """Numbers as they are; anything else as text that no spreadsheet program takes for a formula."""
    if value is None or isinstance(value, bool):
        return None if value is None else str(value).lower()
    if isinstance(value, int | float):
        return value
    text = str(value)
    return shorten(guard(text if text.isprintable() else _NOT_XML.sub("\ufffd", plain(text))))


def guard(text: str) -> str:
    """`text`, with an apostrophe before it if a spreadsheet program could read it as a formula.

    Programs skip leading blanks and some take full-width signs for the plain ones, so both are looked through.
    """
    first = unicodedata.normalize("NFKC", text.lstrip()[:1])
    return "'" + text if (first and first in "=+-@\u2212") or text[:1] in {"\t", "\r", "\n"} else text


def literal(text: str) -> str:
    """`text` as it has to stand in a workbook, so that Excel shows it as it is."""
    return _ESCAPE.sub("_x005F_", text) if "_x" in text else text


def shorten(text: str) -> str:
    """`text` cut to what a cell holds, with the number of characters left out at its end."""
    if len(text) * 2 <= LIMIT or _units(text) <= LIMIT:
        return text
    kept = text.encode("utf-16-le")[: (LIMIT - 24) * 2].decode("utf-16-le", "ignore")
    return f"{kept} …(+{len(text) - len(kept)})"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
