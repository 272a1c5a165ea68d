"""Why a row was matched, in words."""

from __future__ import annotations

from detection.brands.match import Match
from index.messages import text
from index.plain import line

_LONGEST_VALUE = 120
"""Characters of a name or package that a reason repeats."""


def reason(match: Match, lang: str) -> str:
    """One sentence, the weightiest reasons first."""
    signs = sorted(match.signs, key=lambda sign: -abs(sign.strength))
    return text("brand_match.between", lang).join(
        text(f"brand_match.{sign.message}", lang, **{name: line(v, _LONGEST_VALUE) for name, v in sign.values.items()})
        for sign in signs
    )
