"""What this recipient asked back earlier: shown before the next notice goes to it, and no obstacle."""

from __future__ import annotations

from collections.abc import Iterator

from index.plain import line
from takedown.gating import Case, Refusal, refusal

NAME = "asked"
OVERRIDABLE = False
MOST = 3
"""Newest answers that are shown."""


def check(case: Case) -> Iterator[Refusal]:
    """Says what it wanted, in its own words."""
    for ask in case.asks[:MOST]:
        wanted = " / ".join(line(one, 200) for one in (*ask.asked, ask.reason) if one.strip())
        yield refusal(NAME, "asked", blocks=False, at=ask.at[:10], wanted=wanted, notice=ask.notice[:15])
