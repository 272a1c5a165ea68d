"""The brand that a judgement concerns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from detection.brands import compiled
from detection.identity import identity, package_of
from detection.look import look
from detection.subject import Subject
from index.model import Evidence
from index.profiles import Profile

_PACKAGES = frozenset({"brand_package", "brand_row"})
"""Detectors whose evidence expects a brand's package."""
_LOOKS = frozenset({"lookalike_site", "brand_icon"})
"""Detectors whose evidence expects a brand's domain or icon."""


def brand_of(subject: Subject, evidence: Sequence[Evidence]) -> str | None:
    """The brand it concerns: one that is named and not cleared, else by package, domain or icon, else any named."""
    return next((profile.id for profile in _concerned(subject, evidence)), None)


def _concerned(subject: Subject, evidence: Sequence[Evidence]) -> Iterator[Profile]:
    seen = look(subject)
    named = [hit.profile for _, hit in seen.names]
    for profile in named:
        if not identity(subject, profile).cleared:
            yield profile
    expected = [one.expected for one in evidence if one.detector in _PACKAGES]
    for package in (package_of(subject), *expected):
        yield from compiled(subject.profiles).owners_of(package)
    looks = {one.expected for one in evidence if one.detector in _LOOKS and one.strength > 0}
    for profile in subject.profiles.values() if looks else ():
        if not looks.isdisjoint({*profile.domains, *(icon.descriptor for icon in profile.icons)}):
            yield profile
    yield from named
    if any(one.detector == "shell_offer" for one in evidence):
        yield from (hit.profile for _, hit in seen.brand_words)
