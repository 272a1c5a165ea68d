"""What clears a listing: the brand's own package with the brand's own signer or developer."""

from __future__ import annotations

from collections.abc import Iterator

from detection.brands import compiled
from detection.identity import identity, package_of
from detection.saying import said
from detection.subject import Subject
from index.model import Evidence

GROUP = "counterfeit"
_SIGNED = -12.0
_PUBLISHED = -8.0


def detect(subject: Subject) -> Iterator[Evidence]:
    """Yields negative evidence for a genuine listing."""
    for profile in compiled(subject.profiles).owners_of(package_of(subject)):
        who = identity(subject, profile)
        if not who.genuine:
            continue
        signed = who.signer == "match"
        yield said(
            "genuine_signer" if signed else "genuine_developer",
            detector="genuine",
            violation="p2-6a",
            strength=_SIGNED if signed else _PUBLISHED,
            observed=who.package or "",
            brand=profile.names[0].text,
            seller=subject.listing.seller or "",
        )
