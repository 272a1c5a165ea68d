"""Offers of shell services: a brand's name beside mirror sites, pooled accounts, cracked builds."""

from __future__ import annotations

from collections.abc import Iterator

from detection.identity import identity
from detection.look import look
from detection.saying import quoted, spoken_against
from detection.subject import Subject
from index.model import Evidence

GROUP = "shell"
_HERE = ("p2-6a", "p2-6c")


def detect(subject: Subject) -> Iterator[Evidence]:
    """Yields one evidence per rule and field, and what speaks against; nothing for the brand's own listing."""
    seen = look(subject)
    hits = [hit for hit in seen.hits if hit.rule.violation in _HERE]
    if not hits or any(identity(subject, name.profile).cleared for _, name in seen.brand_words):
        return
    for hit in hits:
        for violation in (hit.rule.violation, *hit.rule.also):
            yield quoted(
                "shell_offer_beside" if hit.beside else "shell_offer",
                hit.field,
                hit.view,
                hit.start,
                hit.end,
                detector="shell_offer",
                violation=violation,
                strength=hit.rule.strength,
                beside="”“".join(hit.beside),
            )
    concerned = dict.fromkeys(violation for hit in hits for violation in (hit.rule.violation, *hit.rule.also))
    yield from spoken_against(seen.frames, detector="shell_offer", violations=concerned)
