"""What a brand profile consists of. Days are ISO 8601, as exactly as they are known: 2026, 2026-11 or 2026-11-25."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Confidence = Literal["confirmed", "probable", "unverified", "none"]
"""How sure a value is. 'unverified' values may clear a listing but never accuse one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What the brand is called."""

    text: str
    lang: str | None = None
    """BCP 47 tag; None when the name is the same everywhere."""
    kind: Literal["official", "alias", "nickname", "transliteration", "model", "former", "misspelling"] = "official"
    since: str | None = None
    """Day from which the brand is called so; None when it is not collected."""
    until: str | None = None
    """Last day on which it was; None while it is, or when that is not collected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A genuine application id."""

    id: str
    platform: Literal["android", "ios", "harmonyos"] = "android"
    scope: str = "main"
    """Market it serves ('main', 'international', 'mainland China')."""
    confidence: Confidence = "unverified"
    source: str = ""
    """Where the value comes from; empty: see the sources of the profile."""
    checked: str | None = None
    """Day of the last check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Developer:
    """A legal entity or display name the genuine app is published under."""

    name: str
    complete: bool = True
    """False for a short form that still has to be completed from a register; it matches as a part."""
    store: str | None = None
    """Store that displays it; None for the legal entity."""
    confidence: Confidence = "unverified"
    source: str = ""
    checked: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A signing certificate of the genuine app; digests are lower-case hexadecimal, at least one is given."""

    package: str
    store: str
    """Where the pin is valid: the same app may carry another certificate elsewhere. 'vendor' and 'vendor_assetlinks':
    stated by the vendor for every store; 'app_filing': the certificate of its APP备案 record."""
    sha256: str | None = None
    sha1: str | None = None
    md5: str | None = None
    hex_md5: str | None = None
    """MD5 of the certificate written as lower-case hexadecimal text: Xiaomi's releaseKeyHash."""
    rsa_modulus_md5: str | None = None
    """MD5 of the public key's modulus as upper-case hexadecimal text: what an APP备案 record calls 公钥."""
    checked: str | None = None
    """Day of the last check."""
    confidence: Confidence = "unverified"
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """A filing of the brand at a register."""

    registry: Literal["generative_ai", "algorithm", "app", "icp"]
    number: str
    entity: str | None = None
    confidence: Confidence = "unverified"
    source: str = ""
    checked: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A registered trademark."""

    name: str
    number: str
    """Registration number as the register writes it."""
    region: str = "CN"
    """ISO 3166 code, or 'EU', 'WO'."""
    classes: tuple[str, ...] = ()
    """Nice classes, '1' to '45'."""
    holder: str | None = None
    expires: str | None = None
    """Last day of protection; None: not collected."""
    source: str = ""
    checked: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GenuineIcon:
    """What an icon of the genuine app looks like; the picture itself is not kept."""

    descriptor: str
    """As `apk_analysis.icon_descriptor` writes it: 'i1:' and 448 characters."""
    name: str = ""
    """Which icon: 'launcher 2026', 'mark on white'."""
    source: str = ""
    """Package and version, or file, that it was computed from."""
    checked: str | None = None
    confidence: Confidence = "unverified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """Somebody who may use the brand by licence: what it publishes is cleared until the licence ends."""

    name: str
    """As stores display it, or the legal entity."""
    packages: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    """Certificate SHA-256; where they are collected, a sample with another signer is not cleared."""
    scope: str = ""
    """What the licence is for."""
    expires: str | None = None
    """Last day of the licence; None: not collected, and then nothing is said about its end."""
    source: str = ""
    checked: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinaryMeaning:
    """What the brand's name means besides the brand."""

    meaning: str
    """In English: 'food', 'zodiac sign', 'first name'."""
    names: tuple[str, ...] = ()
    """Which of the brand's names it concerns; empty for all."""
    words: tuple[str, ...] = ()
    """Words near the name that tell this meaning apart; matched after normalising."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A listing that must, or must not, be proposed as an imitation of this brand; the tests run them all."""

    title: str
    package: str | None = None
    seller: str | None = None
    description: str = ""
    kind: Literal["app_store", "shop", "second_hand", "forum", "channel", "site"] = "app_store"
