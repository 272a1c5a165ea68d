"""Listings under a licence of the brand: cleared until it ends, a lead afterwards."""

from __future__ import annotations

from collections.abc import Iterator

from detection.brands import compiled
from detection.identity import identity, licensed, package_of
from detection.look import look
from detection.saying import said
from detection.subject import Subject
from index.model import Evidence

GROUP = "counterfeit"
_LICENSED = -6.0
_ENDED = 2.9
"""About one in two: it may have been renewed, and only the brand's owner knows."""


def detect(subject: Subject) -> Iterator[Evidence]:
    """Yields one evidence per brand whose name or package the listing carries and whose partner published it."""
    named = [hit.profile for _, hit in look(subject).names]
    owners = compiled(subject.profiles).owners_of(package_of(subject))
    for profile in {profile.id: profile for profile in (*named, *owners) if profile.partners}.values():
        who = identity(subject, profile)
        if who.partner is None or who.own_package or who.owner:
            continue
        holds = licensed(who.partner, subject.day)
        yield said(
            _message(holds, who.partner.expires),
            detector="brand_partner",
            violation="p2-6a",
            strength=_LICENSED if holds else _ENDED,
            observed=who.partner.name,
            brand=profile.names[0].text,
            until=who.partner.expires or "",
        )


def _message(holds: bool, expires: str | None) -> str:  # noqa: FBT001 - a private word for two outcomes
    if not holds:
        return "brands_onboarding.licence_ended"
    return "brands_onboarding.licence_holds" if expires else "brands_onboarding.licence_without_end"
