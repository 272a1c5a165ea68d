"""Offers of illegal AI tools and services: trade words of the lexicon and schemes, weighed by how the text speaks."""

from __future__ import annotations

from collections.abc import Iterator

from detection.look import look
from detection.saying import quoted
from detection.scoring import BRANDED
from detection.subject import Subject
from detection.terms import Hit
from detection.weighing import lawful, schemed, traded, unfitting
from index.model import Evidence
from index.taxonomy import taxonomy

GROUP = None
"""The group is that of the violation."""
WORDS = True
_OTHERS_WORDS = 0.6
"""Weight of what reviews and questions say."""


def detect(subject: Subject) -> Iterator[Evidence]:
    """Yields one evidence per rule, field and violation, one per scheme, and what speaks against an offer."""
    seen = look(subject)
    concerned: dict[str, None] = {}
    told: dict[tuple[str, str], list[Hit]] = {}
    for hit in sorted(seen.hits, key=lambda hit: hit.start - hit.end):
        for violation in (hit.rule.violation, *hit.rule.also):
            here = told.setdefault((violation, hit.field.name), [])
            within = any(other.start <= hit.start and hit.end <= other.end for other in here)
            if within or taxonomy()[violation].group in BRANDED or seen.stance(hit).against:
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
                strength=hit.strength * (1 if hit.field.own_words else _OTHERS_WORDS),
                beside="”“".join(hit.beside),
                reads=hit.reads,
            )
    schemes = [violation for violation in seen.schemes if taxonomy()[violation].group not in BRANDED]
    yield from schemed(seen, detector="illegal_tool", violations=schemes)
    considered = dict.fromkeys((*concerned, *schemes))
    yield from traded(seen, detector="illegal_tool", violations=considered)
    yield from unfitting(seen, detector="illegal_tool", violations=considered)
    yield from lawful(seen, detector="illegal_tool", violations=considered, trade_words=bool(concerned))
