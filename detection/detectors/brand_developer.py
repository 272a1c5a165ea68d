"""Claims to be the original, by someone who is not the brand's owner."""

from __future__ import annotations

from collections.abc import Iterator

from detection.brands import claims, sure
from detection.identity import identity
from detection.look import look
from detection.saying import quoted
from detection.stance import negated
from detection.subject import Subject
from index.model import Evidence

GROUP = "counterfeit"
_STRENGTH = 3.0
_LONG_WAY = 40
"""Characters between name and claim beyond which they do not belong together."""


def detect(subject: Subject) -> Iterator[Evidence]:
    """Yields one evidence per brand; none where the owner is not collected or the page names no seller."""
    seen = look(subject)
    named = {hit.profile.id for _, hit in seen.names}
    for field, hit in seen.brand_words if named else ():
        if hit.profile.id not in named:
            continue
        who = identity(subject, hit.profile)
        if who.cleared or who.owner is not False:
            continue
        string = field.text.joined
        for start, end in claims(string):
            near = hit.view == "joined" and abs(start - hit.start) <= _LONG_WAY
            if near and not negated(string, start, end):
                named.remove(hit.profile.id)
                owners = [developer.name for developer in hit.profile.developers if sure(developer.confidence)]
                yield quoted(
                    "claims_official",
                    field,
                    "joined",
                    start,
                    end,
                    detector="brand_developer",
                    violation="p2-6a",
                    strength=_STRENGTH,
                    expected=" / ".join(owners),
                    brand=hit.profile.names[0].text,
                    seller=subject.listing.seller or "",
                )
                break
