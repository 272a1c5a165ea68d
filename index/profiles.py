"""Brand profiles: what genuine looks like, one YAML file per brand. An empty field is 'not collected', never 'none'."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml

from index.profile_parts import (
    Confidence,
    Developer,
    Example,
    Filing,
    GenuineIcon,
    Mark,
    Name,
    OrdinaryMeaning,
    Package,
    Partner,
    Pin,
)
from index.reading import ReadError, read

__all__ = [
    "PARTS",
    "SHIPPED",
    "Confidence",
    "Developer",
    "Example",
    "Filing",
    "GenuineIcon",
    "Mark",
    "Name",
    "OrdinaryMeaning",
    "Package",
    "Partner",
    "Pin",
    "Profile",
    "last_day",
    "load_profiles",
    "parse_profile",
    "read_profile",
]

SHIPPED = Path(__file__).parent / "brands"
LARGEST = 1 << 20
"""Bytes of one profile."""


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
    icons: tuple[GenuineIcon, ...] = ()
    marks: tuple[Mark, ...] = ()
    partners: tuple[Partner, ...] = ()
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


PARTS: dict[str, type] = {
    "names": Name,
    "packages": Package,
    "developers": Developer,
    "signers": Pin,
    "filings": Filing,
    "icons": GenuineIcon,
    "marks": Mark,
    "partners": Partner,
    "ordinary_meanings": OrdinaryMeaning,
    "should_match": Example,
    "should_not_match": Example,
}
"""Fields that are lists of parts."""
_DIGESTS = {"sha256": 64, "sha1": 40, "md5": 32, "hex_md5": 32, "rsa_modulus_md5": 32}
_DAYS = ("since", "until", "checked", "expires")
_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # a base chosen when it starts
    """Safe, and with days and numbers as the text that was written: 2026-01-02, 0123."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, shape) for tag, shape in known if tag.rpartition(":")[2] not in {"timestamp", "int", "float"}]
    for first, known in _Loader.yaml_implicit_resolvers.items()
}


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
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise ReadError(f"{path.name}: larger than {LARGEST >> 20} MB")
        return parse_profile(text.decode(), path.name, origin=origin)
    except (OSError, UnicodeDecodeError) as error:
        raise ReadError(f"{path.name}: {error}") from error


def parse_profile(text: str, place: str, *, origin: Literal["shipped", "own"] = "own") -> Profile:
    """The profile that `text` writes; `place` is the name of its file. Raises ReadError naming file and field."""
    try:
        if "*" in text and any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, _Loader)):
            raise ReadError(f"{place}: references (*name) are refused: a few of them can stand for gigabytes")
        raw = yaml.load(text, _Loader)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise error if isinstance(error, ReadError) else ReadError(f"{place}: {error}") from error
    if not isinstance(raw, dict):
        raise ReadError(f"{place}: expected a brand profile (fields and values)")
    for name, kind in PARTS.items():
        _check_parts(raw.get(name, []), kind, f"{place}, {name}")
    profile = read(Profile, {**raw, "origin": origin}, place)
    for wrong in _wrong(profile, place):
        raise ReadError(f"{place}: {wrong}")
    return profile


def last_day(written: str) -> date:
    """The last day that '2026', '2026-11' or '2026-11-25' means. Raises ValueError."""
    wrong = ValueError(f"{written[:20]!r} is no day: expected 2026, 2026-11 or 2026-11-25")
    if (found := _DAY.fullmatch(written)) is None:
        raise wrong
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        first = date(year or 0, month or 12, day or 1)
    except ValueError:
        raise wrong from None
    return first if day else first.replace(day=monthrange(first.year, first.month)[1])


def _check_parts(parts: object, kind: type, place: str) -> None:
    if not isinstance(parts, list):
        raise ReadError(f"{place}: expected a list")
    for number, part in enumerate(parts, start=1):
        read(kind, part, f"{place}, number {number}")


def _wrong(profile: Profile, place: str) -> Iterator[str]:
    """What the types cannot say."""
    if f"{profile.id}.yml" != place:
        yield f"id is {profile.id!r}, expected {place.removesuffix('.yml')!r} as the file is called"
    if not profile.names or not all(name.text.strip() for name in profile.names):
        yield "names: at least one is needed, and none may be empty"
    for field in PARTS:
        for number, part in enumerate(getattr(profile, field), start=1):
            for wrong in _wrong_part(part):
                yield f"{field}, number {number}: {wrong}"
    for number, digest in enumerate(profile.known_bad, start=1):
        if not re.fullmatch(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}", digest):
            yield f"known_bad, number {number}: expected an MD5, SHA-1 or SHA-256 in lower-case hexadecimal digits"


def _wrong_part(part: Any) -> Iterator[str]:
    for name in _DAYS:
        if (written := getattr(part, name, None)) is not None:
            try:
                last_day(written)
            except ValueError as error:
                yield f"{name}: {error}"
                return
    if isinstance(part, Name) and part.since and part.until and last_day(part.since) > last_day(part.until):
        yield f"since {part.since} is after until {part.until}"
    elif isinstance(part, Pin):
        yield from _wrong_pin(part)
    elif isinstance(part, Partner) and not all(re.fullmatch("[0-9a-f]{64}", signer) for signer in part.signers):
        yield "signers: expected SHA-256 in 64 lower-case digits"
    elif isinstance(part, Mark) and not all(re.fullmatch("[1-9]|[1-3][0-9]|4[0-5]", one) for one in part.classes):
        yield "classes: expected Nice classes from 1 to 45"
    elif isinstance(part, GenuineIcon) and not re.fullmatch(r"i1:[\w-]{448}", part.descriptor, re.ASCII):
        yield "descriptor: expected 'i1:' and 448 characters, as scan prints them"


def _wrong_pin(pin: Pin) -> Iterator[str]:
    digests = {kind: getattr(pin, kind) for kind in _DIGESTS if getattr(pin, kind) is not None}
    if not digests:
        yield f"a pin of {pin.package} has no digest"
    for kind, digest in digests.items():
        if not re.fullmatch(rf"[0-9a-f]{{{_DIGESTS[kind]}}}", digest):
            yield f"{kind} of {pin.package} is not {_DIGESTS[kind]} lower-case digits"
