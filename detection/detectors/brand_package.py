"""Package names that squat beside a genuine one: the genuine id prolonged, misspelt, or its vendor's part misspelt."""

from __future__ import annotations

from collections.abc import Iterator

from rapidfuzz.distance import OSA

from detection.brands import sure
from detection.identity import identity, package_of
from detection.saying import said
from detection.subject import Subject
from index.model import Evidence

GROUP = "counterfeit"
_STRENGTH = 3.4
_LONGEST = 255
"""Android refuses longer ids."""
_COMMON = {
    "com",
    "cn",
    "net",
    "org",
    "app",
    "apps",
    "android",
    "ai",
    "chat",
    "io",
    "pro",
    "free",
    "lite",
    "mobile",
    "bot",
}


def detect(subject: Subject) -> Iterator[Evidence]:
    """Yields one evidence per brand. Ids that merely circulate wrongly (`wrong_ids`) are not held against anyone."""
    package = package_of(subject)
    if package is None:
        return
    for profile in subject.profiles.values():
        if package in profile.wrong_ids:
            continue
        for own in profile.packages:
            if own.platform != "android" or not sure(own.confidence) or not squats(package, own.id):
                continue
            who = identity(subject, profile)
            if not who.own_package and not who.owner and who.partner is None:
                yield said(
                    "package_near",
                    detector="brand_package",
                    violation="p2-6a",
                    strength=_STRENGTH,
                    observed=package,
                    expected=own.id,
                    brand=profile.names[0].text,
                )
                break


def squats(package: str, genuine: str) -> bool:
    """Whether `package` is close enough to `genuine` to be taken for it, and not it."""
    package, genuine = package[:_LONGEST].lower(), genuine.lower()
    distinctive = sum(len(part) for part in genuine.split(".") if part not in _COMMON)
    if package == genuine or distinctive < 5:
        return False
    slips = 2 if distinctive >= 10 else 1
    if package.startswith(genuine) or OSA.distance(package, genuine, score_cutoff=slips) <= slips:
        return True
    parts, own = package.split("."), genuine.split(".")
    vendor = own[1] if len(own) > 1 else ""
    if len(parts) < 2 or len(vendor) < 5 or parts[1] == vendor or OSA.distance(parts[1], vendor, score_cutoff=1) > 1:
        return False
    return bool({*parts[2:]} & ({*own[2:]} - _COMMON))
