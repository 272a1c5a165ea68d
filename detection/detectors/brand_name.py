"""The listing or its sample carries a brand's name, or one made to look or sound like it."""

from __future__ import annotations

from collections.abc import Iterator

from detection.brands import NameHit, is_head, sure
from detection.brands.reading import EXPLAINING, kinds
from detection.fields import Field
from detection.identity import identity
from detection.look import look
from detection.saying import quoted, spoken_against
from detection.subject import Subject
from index.model import Evidence

GROUP = "counterfeit"
_APP_PLACES = {"app_store", "site"}
_DISGUISED = {"look_alike": 5.2, "misspelling": 4.8, "typo": 4.4, "homophone": 4.4}
"""Strength of a name that is not the brand's but made to be taken for it: needs nothing of the genuine side."""
_NAME_OF_MODEL = 2.8
"""Strength of a model's name: those who build on it like to be called after it."""
_DISGUISED_ELSEWHERE = 0.7
"""The same where no app is offered, or inside a longer title."""


def detect(subject: Subject) -> Iterator[Evidence]:
    """Yields evidence for every brand whose name stands there and whose listing it is not; then what speaks against."""
    seen = look(subject)
    accused = False
    for field, hit in seen.names:
        for evidence in _judge(subject, field, hit):
            accused = True
            yield evidence
    if accused:
        against = [found for found in seen.frames if found[0].id in EXPLAINING]
        yield from spoken_against(against, detector="brand_name", violations=("p2-6a",))


def _judge(subject: Subject, field: Field, hit: NameHit) -> Iterator[Evidence]:
    who = identity(subject, hit.profile)
    if who.cleared or who.own_package:  # the brand's package with somebody else's signature is for brand_signer to say
        return
    app = who.package is not None or subject.listing.source_kind in _APP_PLACES
    head = is_head(field.text, hit)
    brand = hit.name.text if hit.name.kind != "misspelling" else hit.profile.names[0].text
    message, strength, expected = "", 0.0, brand
    if hit.how in _DISGUISED:
        message = f"name_{hit.how}"
        strength = _DISGUISED[hit.how] * (1 if head and app else _DISGUISED_ELSEWHERE)
    elif head and app:
        own = dict.fromkeys(package.id for package in hit.profile.packages if sure(package.confidence))
        if who.package and own:
            strength = _NAME_OF_MODEL if hit.name.kind == "model" else 4.8
            message, expected = "name_other_package", " / ".join(own)
        elif who.package is None and who.owner is False:
            owners = [developer.name for developer in hit.profile.developers if sure(developer.confidence)]
            message, strength, expected = "name_other_developer", 3.2, " / ".join(owners)
    elif app and hit.start == 0 and who.package and _leads(field, hit):
        message, strength = "name_leads", 2.2
    if message:
        yield quoted(
            message,
            field,
            hit.view,
            hit.start,
            hit.end,
            detector="brand_name",
            violation="p2-6a",
            strength=strength,
            expected=expected,
            brand=brand,
            package=who.package or "",
            seller=subject.listing.seller or "",
        )


def _leads(field: Field, hit: NameHit) -> bool:
    """Whether a longer name that begins with the brand's may accuse: 'DeepSeek 教程' says itself what it is."""
    known = any(sure(package.confidence) for package in hit.profile.packages)
    return known and not kinds(field.text.plain, hit.profile)
