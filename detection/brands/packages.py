"""Application ids beside genuine ones: the id prolonged, misspelt, taken apart, or its vendor's part misspelt."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from rapidfuzz.distance import OSA

from detection.brands.near import Near
from index.profiles import Profile

Nearness = Literal["own", "disguised", "baited", "prolonged", "misspelt", "rearranged", "same_vendor", "other"]
"""How an id stands to a genuine one, most telling first after 'own'."""

LONGEST = 255
"""Android refuses longer ids."""
COMMON = frozenset(
    """
    com cn net org app apps android ai chat io pro free lite mobile bot www co me dev tv games game studio google main
    client github gitlab appspot example test my the de ru uk us jp kr tw hk inc ltd tech info
    """.split()  # noqa: SIM905 - one word beside the other is easier to read
)
"""Parts that say nothing about whose id it is."""
_LONG_VENDOR = 8
_MOST_PARTS = 12
_MOST_SHARED = 40
"""Profiles that share a part ('google') before it tells nothing; their other parts are looked up as well."""
_BAIT = re.compile(
    r"(?:^|[._])(?:free\w*|mod\w*|hack\w*|crack\w*|vip\w*|unlocked|premium|official|guanfang|zhongwen|clone\w*|fake|"
    r"download\w*|update\w*|guonei|cn|zh|china|pojie|gratis|latest|v?\d+)(?=$|[._])",
    re.ASCII,
)
_LOOK_ALIKE = str.maketrans("01345", "oleas")
_PRESSED = str.maketrans("i1|", "lll")


def nearness(package: str, genuine: str) -> Nearness:
    """How `package` stands to one genuine id; letter case tells nothing, since stores differ in it."""
    package, genuine = package[:LONGEST].lower(), genuine.lower()
    if package == genuine:
        return "own"
    if distinctive(genuine) < 4:
        return "other"
    if _pressed(package) == _pressed(genuine):
        return "disguised"
    parts, own = package.split("."), genuine.split(".")
    if _holds(parts, own) or package.startswith(genuine):
        return "baited" if _BAIT.search(package.replace(genuine, "", 1)) else "prolonged"
    return _spelling(package, genuine, parts, own)


def _spelling(package: str, genuine: str, parts: list[str], own: list[str]) -> Nearness:
    allowed = 2 if distinctive(genuine) >= 10 else 1
    close = OSA.distance(package, genuine, score_cutoff=allowed) <= allowed
    telling, seen = {part for part in own if part not in COMMON}, {part for part in parts if part not in COMMON}
    vendor, theirs = vendor_of(own), vendor_of(parts)
    slipped = (
        theirs != vendor
        and len(vendor) >= 5
        and (
            _pressed(theirs) == _pressed(vendor)
            or OSA.distance(theirs, vendor, score_cutoff=2) <= (1 if len(vendor) < _LONG_VENDOR else 2)
        )
    )
    if slipped and (telling - {vendor}) & seen:
        return "disguised"
    if close:
        return "misspelt"
    if len(telling) > 1 and telling <= seen:
        return "rearranged"
    return "same_vendor" if vendor and vendor == theirs and vendor not in COMMON and len(own) > 1 else "other"


def vendor_of(parts: list[str]) -> str:
    """The part that names whose id it is: the second one of 'com.openai.chatgpt'."""
    return parts[1] if len(parts) > 1 and parts[1] not in COMMON else ""


def distinctive(genuine: str) -> int:
    """Letters of an id that tell whose it is."""
    return sum(len(part) for part in genuine.lower().split(".") if part not in COMMON)


def _pressed(package: str) -> str:
    return package.translate(_LOOK_ALIKE).translate(_PRESSED).replace("rn", "m").replace("vv", "w")


def _holds(parts: list[str], own: list[str]) -> bool:
    """Whether the genuine id stands inside, part by part; the last part may go on ('lanternfish77')."""
    if len(own) < 2:
        return False
    first, last = own[:-1], own[-1]
    return any(
        parts[at : at + len(first)] == first and parts[at + len(first)].startswith(last)
        for at in range(len(parts) - len(first))
    )


class Packages:
    """Genuine ids of all profiles, found by one of their telling parts, a slip allowed."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self.owners: dict[str, list[Profile]] = {}
        self._parts: dict[str, dict[str, Profile]] = {}
        self._near: Near[str] = Near(most=1)
        self._beside = lru_cache(maxsize=64)(self._near_to)  # two detectors ask for the same package
        for profile in profiles:
            for package in {*(own.id for own in profile.packages), *(pin.package for pin in profile.signers)}:
                self.owners.setdefault(package, []).append(profile)
                for part in {*package.lower().split(".")} - COMMON:
                    self._add(part, profile)

    def _add(self, part: str, profile: Profile) -> None:
        if part not in self._parts:
            self._parts[part] = {}
            self._near.add(part, part)
        self._parts[part][profile.id] = profile

    def beside(self, package: str) -> list[Profile]:
        """Profiles with an own id that `package` may be near to, owners first; at most a few hundred."""
        return list(self._beside(package))

    def _near_to(self, package: str) -> tuple[Profile, ...]:
        found = {profile.id: profile for profile in self.owners.get(package, ())}
        for part in {*package[:LONGEST].lower().split(".")[:_MOST_PARTS]} - COMMON:
            for form in {part, part.rstrip("0123456789"), part.translate(_LOOK_ALIKE)}:
                spellings = {form} if form in self._parts else {right for right, _, _ in self._near.find(form)}
                for spelling in spellings:
                    if len(self._parts[spelling]) <= _MOST_SHARED:
                        found |= self._parts[spelling]
        return tuple(found.values())
