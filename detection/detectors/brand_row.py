"""An app page whose name, package and developer together imitate a brand, where no name in it stands out by itself.

Slips in short names, other characters of that sound, ordinary words under somebody else's package: what the name alone
cannot say, see `detection.brands.match`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from detection.brands.match import Match, Row, matcher
from detection.brands.reading import EXPLAINING
from detection.brands.reasons import reason
from detection.identity import identity, package_of
from detection.look import look
from detection.saying import spoken_against
from detection.scoring import PRIOR
from detection.subject import Subject
from index.messages import LANGUAGES, text
from index.model import Evidence

GROUP = "counterfeit"
_AT_MOST = 4.8
"""Strength of the surest row: as much as the name and another package have in `brand_name`."""


def detect(subject: Subject) -> Iterator[Evidence]:
    """Yields one evidence where `brand_name` has not spoken of that brand; then what speaks against it."""
    listing, package = subject.listing, package_of(subject)
    if listing.source_kind != "app_store" or package is None or not listing.title.strip():
        return
    found = matcher(subject.profiles).match(Row(listing.title, package, listing.seller or ""))
    if found.kind != "imitation" or found.profile is None or "own_package" in found.signs[0].message:
        return
    seen, who = look(subject), identity(subject, found.profile)
    if who.cleared or any(hit.profile.id == found.profile.id for _, hit in seen.names):
        return
    yield _evidence(found, listing.title, found.package or "")
    against = [frame for frame in seen.frames if frame[0].id in EXPLAINING]
    yield from spoken_against(against, detector="brand_row", violations=("p2-6a",))


def _evidence(found: Match, title: str, expected: str) -> Evidence:
    assert found.profile is not None  # noqa: S101 - for the type checker: an imitation is one of somebody
    brand = found.profile.names[0].text
    words = {lang: text("brand_match.suspected", lang, brand=brand, why=reason(found, lang)) for lang in LANGUAGES}
    odds = math.log(found.probability / (1 - found.probability))
    return Evidence(
        detector="brand_row",
        violation="p2-6a",
        strength=round(min(_AT_MOST, odds - PRIOR), 2),
        observed=title,
        expected=expected,
        field="title",
        quote=title,
        start=0,
        end=len(title),
        zh=words["zh"],
        en=words["en"],
    )
