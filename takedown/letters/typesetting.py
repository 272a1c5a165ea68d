"""A letter as PDF, set by typst: one compiled library, no system package, fonts from pinned packages (decision 26).

Every PDF is PDF/A-2u: fonts embedded, text that can be copied, and a typesetter that refuses a character that no font
has. So a letter with boxes instead of characters cannot come out: such characters are written as '<U+D55C>'.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from index.messages import t
from takedown.exporting import ExportError, PartMissingError
from takedown.letters.model import Letter
from takedown.letters.words import Words

SHEET = Path(__file__).parent / "letter.typ"
PACKAGES = ("pylopdf_fonts_zh_cn", "manimgx_fonts")
"""Packages that are nothing but fonts: Chinese; emoji, symbols and further scripts."""
CHINESE = frozenset({"Noto Serif SC", "Noto Serif CJK SC"})
ROUNDS = 8
"""Times the typesetter may find characters that it has not."""
_NO_GLYPH = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]{1,6})\}|\\(.)")


def typeset(letter: Letter, now: str) -> bytes:
    """The letter as PDF, the same bytes for the same letter and time. Raises PartMissingError, ExportError."""
    typst, fonts = _typst(), _fonts()
    if not CHINESE & set(fonts.families()):
        raise PartMissingError(t("letter.failed.font"))
    said = msgspec.to_builtins(letter)
    said["page"] = Words(letter.language).t("page", page="{page}", pages="{pages}")
    data = json.dumps(said, ensure_ascii=False)
    seconds = int(datetime.fromisoformat(now).timestamp())
    for _ in range(ROUNDS):
        try:
            made = typst.compile(
                SHEET.read_bytes(),
                sys_inputs={"letter": data},
                font_paths=fonts,
                timestamp=seconds,
                pdf_standards=["a-2u"],
                format="pdf",
            )
        except typst.TypstError as error:
            unknown = sorted(set(_unknown(f"{error.message}\n{error.diagnostic}")))
            if not unknown:
                raise ExportError(t("letter.failed.typeset", reason=error.message)) from error
            for character in unknown:
                data = data.replace(character, f"<U+{ord(character):04X}>")
        else:
            return bytes(made)
    raise ExportError(t("letter.failed.typeset", reason=", ".join(f"U+{ord(each):04X}" for each in unknown)))


def _unknown(said: str) -> Iterator[str]:
    """Characters beyond ASCII that the typesetter's message says it cannot show."""
    for quoted in _NO_GLYPH.findall(said):
        plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], quoted)
        yield from (character for character in plain if not character.isascii())


@cache
def _fonts() -> Any:
    """The typesetter's own fonts and those of the packages; those of the system only where a package is not there."""
    found = [spec for spec in map(find_spec, PACKAGES) if spec and spec.origin]
    folders = [str(Path(str(spec.origin)).parent) for spec in found]
    return _typst().Fonts(include_system_fonts=len(found) < len(PACKAGES), font_paths=folders)


def _typst() -> Any:
    try:
        import typst  # noqa: PLC0415 - a large library that only letters need
    except ImportError as error:
        raise PartMissingError(t("letter.failed.library", format="pdf", package="typst")) from error
    return typst
