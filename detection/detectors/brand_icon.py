"""The sample shows an icon that is nearly one of a brand's, and is not the brand's own.

Only icons that are confirmed or probable may accuse; a plain letter or shape is everybody's. An icon alone is a lead:
names, packages and signers say more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from apk_analysis.fingerprint import Fingerprint, Icon
from detection.brands import sure
from detection.compiling import once
from detection.identity import identity
from detection.saying import said
from detection.subject import Subject
from index.model import Evidence
from index.profiles import GenuineIcon, Profile

if TYPE_CHECKING:
    from detection.icon_index import IconIndex, Near

GROUP = "counterfeit"
_SAME, _SAME_STRENGTH, _NEAR_STRENGTH = 0.12, 3.0, 2.6
"""Structural distance up to which it is the same picture; strength of that, and of what is merely near."""

_Key = tuple[str, int]
"""Profile, and number of its icon."""


def detect(subject: Subject) -> Iterator[Evidence]:
    """Yields one evidence per brand: its nearest icon, where something collected tells the app from the brand's."""
    sample = subject.fingerprint
    if sample is None or not any(profile.icons for profile in subject.profiles.values()):
        return
    nearest: dict[str, tuple[Near[_Key], Icon]] = {}
    for icon, near in _near(sample, subject.profiles):
        brand = near.key[0]
        if brand not in nearest or near.distance.structure < nearest[brand][0].distance.structure:
            nearest[brand] = near, icon
    for brand, (near, icon) in nearest.items():
        profile = subject.profiles[brand]
        if _another(subject, profile):
            genuine = profile.icons[near.key[1]]
            same = near.distance.structure <= _SAME
            yield said(
                "lookalikes.icon_near_colours" if near.distance.same_colours else "lookalikes.icon_near",
                detector="brand_icon",
                violation="p2-6a",
                strength=_SAME_STRENGTH if same else _NEAR_STRENGTH,
                observed=f"SHA-256 {icon.sha256}",
                expected=genuine.descriptor,
                icon=short(genuine),
                source=genuine.source or "-",
                distance=round(near.distance.structure * 100),
                brand=profile.names[0].text,
            )


def short(icon: GenuineIcon) -> str:
    """What a person can compare: its name, and twelve digits of the descriptor's SHA-256."""
    return f"{icon.name} {hashlib.sha256(icon.descriptor.encode()).hexdigest()[:12]}".strip()


def _near(sample: Fingerprint, profiles: Mapping[str, Profile]) -> Iterator[tuple[Icon, Near[_Key]]]:
    from detection.icons import DescriptorError, plain, read  # noqa: PLC0415 - as below

    shown = {icon.descriptor: icon for icon in (sample.icon, *sample.icons) if icon and icon.descriptor}
    for text, icon in shown.items():
        try:
            descriptor = read(text)
        except DescriptorError:  # of an older scheme
            continue
        if not plain(descriptor):
            yield from ((icon, near) for near in _compiled(profiles).find(descriptor) if near.distance.close)


def _another(subject: Subject, profile: Profile) -> bool:
    """Whether it is known not to be the brand's: by package or publisher, as far as these are collected."""
    who = identity(subject, profile)
    if who.cleared or who.own_package or who.signer == "match":
        return False
    packages = any(sure(own.confidence) for own in profile.packages)
    return who.owner is False or (who.package is not None and packages)


@once
def _compiled(profiles: Mapping[str, Profile]) -> IconIndex[_Key]:
    """The icons of these very profiles that may accuse; the last few are kept."""
    from detection.icon_index import IconIndex  # noqa: PLC0415 - loads NumPy; only where icons are known
    from detection.icons import plain, read  # noqa: PLC0415 - as above

    icons = [
        ((profile.id, number), read(icon.descriptor))
        for profile in profiles.values()
        for number, icon in enumerate(profile.icons)
        if sure(icon.confidence)
    ]
    return IconIndex([(key, icon) for key, icon in icons if not plain(icon)])
