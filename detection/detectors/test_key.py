"""A sample under a brand's name or package, signed with a key that everybody has."""

from __future__ import annotations

from collections.abc import Iterator

from detection.brands import compiled, is_head
from detection.identity import identity, package_of
from detection.look import look
from detection.saying import said
from detection.subject import Subject
from index.model import Evidence

GROUP = "counterfeit"
_STRENGTH = 4.6


def detect(subject: Subject) -> Iterator[Evidence]:
    """Yields one evidence per brand."""
    sample = subject.fingerprint
    keys = [signer.known_test_key for signer in sample.signature.signers if signer.known_test_key] if sample else []
    if not keys:
        return
    named = [hit.profile for field, hit in look(subject).names if is_head(field.text, hit)]
    owners = compiled(subject.profiles).owners_of(package_of(subject))
    for profile in {profile.id: profile for profile in (*named, *owners)}.values():
        if identity(subject, profile).signer != "match":
            yield said(
                "test_key",
                detector="test_key",
                violation="p2-6a",
                strength=_STRENGTH,
                observed=keys[0],
                brand=profile.names[0].text,
            )
