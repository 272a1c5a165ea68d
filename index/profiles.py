"""Brand profiles: what genuine looks like, one YAML file per brand. An empty field is 'not collected', never 'none'."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

from index.reading import ReadError, read

SHIPPED = Path(__file__).parent / "brands"

Confidence = Literal["confirmed", "probable", "unverified", "none"]
"""How sure a value is. 'unverified' values may clear a listing but never accuse one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What the brand is called."""

    text: str
    lang: str | None = None
    """BCP 47 tag; None when the name is the same everywhere."""
    kind: Literal["official", "alias", "nickname", "transliteration", "model", "former", "misspelling"] = "official"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A genuine application id."""

    id: str
    platform: Literal["android", "ios", "harmonyos"] = "android"
    scope: str = "main"
    """Market it serves ('main', 'international', 'mainland China')."""
    confidence: Confidence = "unverified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Developer:
    """A legal entity or display name the genuine app is published under."""

    name: str
    complete: bool = True
    """False for a short form that still has to be completed from a register; it matches as a part."""
    store: str | None = None
    """Store that displays it; None for the legal entity."""
    confidence: Confidence = "unverified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A signing certificate of the genuine app; digests are lower-case hexadecimal, at least one is given."""

    package: str
    store: str
    """Where the pin is valid: the same app may carry another certificate elsewhere."""
    sha256: str | None = None
    sha1: str | None = None
    md5: str | None = None
    checked: str | None = None
    """Day of the last check, ISO 8601."""
    confidence: Confidence = "unverified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """A filing of the brand at a register."""

    registry: Literal["generative_ai", "algorithm", "app", "icp"]
    number: str
    entity: str | None = None
    confidence: Confidence = "unverified"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What the genuine brand looks like."""

    id: str
    """Also the name of its file."""
    names: tuple[Name, ...]
    confidence: Confidence = "none"
    """Of the profile as a whole."""
    category: Literal["assistant", "image", "video", "voice", "search", "companion", "tool"] = "assistant"
    packages: tuple[Package, ...] = ()
    developers: tuple[Developer, ...] = ()
    signers: tuple[Pin, ...] = ()
    domains: tuple[str, ...] = ()
    filings: tuple[Filing, ...] = ()
    ordinary_meanings: tuple[OrdinaryMeaning, ...] = ()
    wrong_ids: tuple[str, ...] = ()
    """Ids that circulate as this brand's but are not: neither allow-listed nor proof of counterfeiting."""
    known_bad: tuple[str, ...] = ()
    """Hashes (MD5, SHA-1 or SHA-256) of samples published as malicious under this brand's name."""
    should_match: tuple[Example, ...] = ()
    should_not_match: tuple[Example, ...] = ()
    note: str = ""
    sources: tuple[str, ...] = ()
    """Where the values come from."""
    origin: Literal["shipped", "own"] = "shipped"
    """Set by the loader: shipped with copycatch, or the operator's own."""


_PARTS: dict[str, type] = {
    "names": Name,
    "packages": Package,
    "developers": Developer,
    "signers": Pin,
    "filings": Filing,
    "ordinary_meanings": OrdinaryMeaning,
    "should_match": Example,
    "should_not_match": Example,
}
_DIGESTS = {"sha256": 64, "sha1": 40, "md5": 32}


def load_profiles(*folders: Path) -> dict[str, Profile]:
    """The shipped profiles by id, then those of `folders` (missing ones are passed over): a later id wins.

    Raises ReadError naming file and field.
    """
    profiles: dict[str, Profile] = {}
    for folder in (SHIPPED, *folders):
        for path in sorted(folder.glob("*.yml")):
            profile = read_profile(path, origin="shipped" if folder == SHIPPED else "own")
            profiles[profile.id] = profile
    return profiles


def read_profile(path: Path, *, origin: Literal["shipped", "own"] = "own") -> Profile:
    """One profile. Raises ReadError naming file and field."""
    place = path.name
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        raw = yaml.load(path.read_text("utf-8"), Loader=loader)  # noqa: S506 - both loaders are safe ones
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ReadError(f"{place}: {error}") from error
    if not isinstance(raw, dict):
        raise ReadError(f"{place}: expected a brand profile (fields and values)")
    for name, kind in _PARTS.items():
        _check_parts(raw.get(name, []), kind, f"{place}, {name}")
    profile = read(Profile, {**raw, "origin": origin}, place)
    _check(profile, path)
    return profile


def _check_parts(parts: object, kind: type, place: str) -> None:
    if not isinstance(parts, list):
        raise ReadError(f"{place}: expected a list")
    for number, part in enumerate(parts, start=1):
        read(kind, part, f"{place}, number {number}")


def _check(profile: Profile, path: Path) -> None:
    """What the types cannot say."""
    if profile.id != path.stem:
        raise ReadError(f"{path.name}: id is {profile.id!r}, expected {path.stem!r} as the file is called")
    if not profile.names or not all(name.text.strip() for name in profile.names):
        raise ReadError(f"{path.name}: names: at least one is needed, and none may be empty")
    for pin in profile.signers:
        digests = {kind: getattr(pin, kind) for kind in _DIGESTS if getattr(pin, kind) is not None}
        if not digests:
            raise ReadError(f"{path.name}: signers: a pin of {pin.package} has no digest")
        for kind, digest in digests.items():
            if not re.fullmatch(rf"[0-9a-f]{{{_DIGESTS[kind]}}}", digest):
                raise ReadError(
                    f"{path.name}: signers: {kind} of {pin.package} is not {_DIGESTS[kind]} lower-case digits"
                )
