"""The sample, or the page itself, shows an icon that is nearly one of a brand's, and is not the brand's own.

Only icons that are confirmed or probable may accuse; a plain letter or shape is everybody's. An icon alone is a lead:
names, packages and signers say more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from detection.brands import sure
from detection.compiling import once
from detection.domains import compiled
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
    shown = dict(_shown(subject))
    if not shown or not any(profile.icons for profile in subject.profiles.values()):
        return
    nearest: dict[str, tuple[Near[_Key], str]] = {}
    for icon, near in _near(shown, subject.profiles):
        brand = near.key[0]
        if brand not in nearest or near.distance.structure < nearest[brand][0].distance.structure:
            nearest[brand] = near, icon
    place = "site_" if subject.listing.source_kind == "site" else ""
    for brand, (near, icon) in nearest.items():
        profile = subject.profiles[brand]
        if _another(subject, profile):
            genuine = profile.icons[near.key[1]]
            same = near.distance.structure <= _SAME
            yield said(
                f"lookalikes.{place}icon_near{'_colours' if near.distance.same_colours else ''}",
                detector="brand_icon",
                violation="p2-6a",
                strength=_SAME_STRENGTH if same else _NEAR_STRENGTH,
                observed=icon,
                expected=genuine.descriptor,
                icon=short(genuine),
                source=genuine.source or "-",
                distance=round(near.distance.structure * 100),
                brand=profile.names[0].text,
            )


def short(icon: GenuineIcon) -> str:
    """What a person can compare: its name, and twelve digits of the descriptor's SHA-256."""
    return f"{icon.name} {hashlib.sha256(icon.descriptor.encode()).hexdigest()[:12]}".strip()


def _shown(subject: Subject) -> Iterator[tuple[str, str]]:
    """Descriptor of each icon, and which one it is: the page's by its address, the sample's by their hash."""
    if subject.icon:
        yield subject.icon, subject.listing.icon_url or ""
    sample = subject.fingerprint
    for icon in (sample.icon, *sample.icons) if sample else ():
        if icon and icon.descriptor:
            yield icon.descriptor, f"SHA-256 {icon.sha256}"


def _near(shown: Mapping[str, str], profiles: Mapping[str, Profile]) -> Iterator[tuple[str, Near[_Key]]]:
    from detection.icons import DescriptorError, plain, read  # noqa: PLC0415 - as below

    for text, icon in shown.items():
        try:
            descriptor = read(text)
        except DescriptorError:  # of an older scheme
            continue
        if not plain(descriptor):
            yield from ((icon, near) for near in _compiled(profiles).find(descriptor) if near.distance.close)


def _another(subject: Subject, profile: Profile) -> bool:
    """Whether it is known not to be the brand's: a site by its domain, an app by package or publisher, as far as these
    are collected.
    """
    if subject.listing.source_kind == "site":
        domains = compiled(subject.profiles)
        return bool(profile.domains) and profile not in domains.owners(subject.listing.url)
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
