"""Offers of shell services: a brand's name beside mirror sites, pooled accounts, cracked builds, and schemes."""

from __future__ import annotations

from collections.abc import Iterator

from detection.identity import identity
from detection.look import look
from detection.saying import quoted
from detection.subject import Subject
from detection.weighing import lawful, schemed, traded, unfitting
from index.model import Evidence

GROUP = "shell"
WORDS = True
_HERE = ("p2-6a", "p2-6c")


def detect(subject: Subject) -> Iterator[Evidence]:
    """Yields one evidence per rule and field, one per scheme, what speaks against; nothing for the brand's own hand."""
    seen = look(subject)
    hits = [hit for hit in seen.hits if hit.rule.violation in _HERE]
    schemes = [violation for violation in seen.schemes if violation in _HERE]
    if not (hits or schemes) or any(identity(subject, name.profile).cleared for _, name in seen.brand_words):
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
                strength=hit.strength,
                beside="”“".join(hit.beside),
                reads=hit.reads,
            )
    yield from schemed(seen, detector="shell_offer", violations=schemes)
    concerned = [violation for hit in hits for violation in (hit.rule.violation, *hit.rule.also)]
    considered = dict.fromkeys((*concerned, *schemes))
    yield from traded(seen, detector="shell_offer", violations=considered)
    yield from unfitting(seen, detector="shell_offer", violations=considered)
    yield from lawful(seen, detector="shell_offer", violations=considered, trade_words=bool(hits))
