"""Offers of illegal AI tools and services: trade words of the lexicon, weighed by how the text speaks."""

from __future__ import annotations

from collections.abc import Iterator

from detection.look import look
from detection.saying import quoted, spoken_against
from detection.subject import Subject
from detection.terms import Hit
from index.model import Evidence
from index.taxonomy import taxonomy

GROUP = None
"""The group is that of the violation."""
_NOT_HERE = {"shell", "counterfeit"}
_OTHERS_WORDS = 0.6
"""Weight of what reviews and questions say."""


def detect(subject: Subject) -> Iterator[Evidence]:
    """Yields one evidence per rule, field and violation, and what speaks against an offer."""
    seen = look(subject)
    concerned: dict[str, None] = {}
    told: dict[tuple[str, str], list[Hit]] = {}
    for hit in sorted(seen.hits, key=lambda hit: hit.start - hit.end):
        for violation in (hit.rule.violation, *hit.rule.also):
            here = told.setdefault((violation, hit.field.name), [])
            within = any(other.start <= hit.start and hit.end <= other.end for other in here)
            if within or taxonomy()[violation].group in _NOT_HERE:
                continue
            here.append(hit)
            concerned[violation] = None
            yield quoted(
                "illegal_tool_beside" if hit.beside else "illegal_tool",
                hit.field,
                hit.view,
                hit.start,
                hit.end,
                detector="illegal_tool",
                violation=violation,
                strength=hit.rule.strength * (1 if hit.field.own_words else _OTHERS_WORDS),
                beside="”“".join(hit.beside),
            )
    yield from spoken_against(seen.frames if concerned else (), detector="illegal_tool", violations=concerned)
