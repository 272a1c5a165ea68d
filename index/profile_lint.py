"""What is odd about profiles beside what cannot be read at all: each remark names file and field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from index.profiles import PARTS, Profile, last_day

SHORT_LATIN, SHORT_HAN = 5, 2
"""Letters up to which a name of one word is likely to mean something else as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One odd thing."""

    brand: str
    field: str
    """'names, number 2'."""
    grave: bool
    """True: it can accuse wrongly, or hides something; False: somebody should look at it."""
    message: str
    """Id below 'brands_onboarding.lint.'."""
    values: Mapping[str, str]


def lint(profiles: Mapping[str, Profile], today: str) -> Iterator[Remark]:
    """Remarks about all profiles, and about what they have in common."""
    day = date.fromisoformat(today)
    yield from _shared_names(profiles)
    yield from _shared_packages(profiles)
    for profile in profiles.values():
        yield from _ended(profile, day)
        yield from _future(profile, day)
        yield from _ordinary(profile)
        yield from _unfounded(profile)
        yield from _strays(profile)
        for field in ("should_match", "should_not_match"):
            if not getattr(profile, field):
                yield _remark(profile, field, "no_example", grave=True)


def _remark(
    profile: Profile, field: str, message: str, number: int = 0, *, grave: bool = False, **values: str
) -> Remark:
    where = f"{field}, number {number}" if number else field
    return Remark(brand=profile.id, field=where, grave=grave, message=message, values=values)


def _shared_names(profiles: Mapping[str, Profile]) -> Iterator[Remark]:
    seen: dict[str, str] = {}
    for profile in profiles.values():
        for number, name in enumerate(profile.names, start=1):
            key = "".join(name.text.casefold().split())
            other = seen.setdefault(key, profile.id)
            if other != profile.id:
                yield _remark(profile, "names", "shared_name", number, grave=True, name=name.text, other=other)


def _shared_packages(profiles: Mapping[str, Profile]) -> Iterator[Remark]:
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for profile in profiles.values():
        for package in profile.packages:
            owners[package.platform, package.id].add(profile.id)
    for profile in profiles.values():
        for number, package in enumerate(profile.packages, start=1):
            if others := owners[package.platform, package.id] - {profile.id}:
                others_said = ", ".join(sorted(others))
                yield _remark(
                    profile, "packages", "shared_package", number, grave=True, package=package.id, other=others_said
                )


def _ended(profile: Profile, day: date) -> Iterator[Remark]:
    for field in ("marks", "partners"):
        for number, part in enumerate(getattr(profile, field), start=1):
            if part.expires is None:
                yield _remark(profile, field, "no_end", number, name=part.name)
            elif last_day(part.expires) < day:
                yield _remark(profile, field, "ended", number, name=part.name, day=part.expires)


def _future(profile: Profile, day: date) -> Iterator[Remark]:
    """A check that lies ahead was not made."""
    for field in PARTS:
        for number, part in enumerate(getattr(profile, field), start=1):
            checked = getattr(part, "checked", None)
            if checked and _first_day(checked) > day:
                yield _remark(profile, field, "future", number, grave=True, day=checked)


def _first_day(written: str) -> date:
    return date.fromisoformat((written + "-01-01")[:10]) if len(written) < 10 else date.fromisoformat(written)


def _ordinary(profile: Profile) -> Iterator[Remark]:
    """A name that is a word, or so short that it is likely to be one, and nobody said what else it means."""
    covered = {name for meaning in profile.ordinary_meanings for name in meaning.names}
    if any(not meaning.names for meaning in profile.ordinary_meanings):
        return
    for number, name in enumerate(profile.names, start=1):
        if name.kind in {"misspelling", "former"} or name.text in covered:
            continue
        if name.text in _words():
            yield _remark(profile, "names", "ordinary_word", number, grave=True, name=name.text)
        elif _short(name.text):
            yield _remark(profile, "names", "short_name", number, name=name.text)


def _short(name: str) -> bool:
    if name.isascii():
        return name.isalpha() and len(name) <= SHORT_LATIN
    return len(name) <= SHORT_HAN


@cache
def _words() -> Mapping[str, Any]:
    """Chinese words and phrases that a dictionary of readings knows (47,000 or so)."""
    from pypinyin.phrases_dict import phrases_dict  # noqa: PLC0415 - large

    return dict(phrases_dict)


def _unfounded(profile: Profile) -> Iterator[Remark]:
    """Values that may accuse although nobody says where they come from."""
    for field in ("packages", "developers", "signers"):
        for number, part in enumerate(getattr(profile, field), start=1):
            may_accuse = part.confidence in {"confirmed", "probable"}
            if may_accuse and not part.source and not profile.sources:
                yield _remark(profile, field, "no_source", number, grave=True)
    for number, _ in enumerate(profile.known_bad, start=1):
        if profile.confidence in {"unverified", "none"} and not profile.sources:
            yield _remark(profile, "known_bad", "no_source", number, grave=True)


def _strays(profile: Profile) -> Iterator[Remark]:
    """Parts that speak of something the profile does not have."""
    packages = {package.id for package in profile.packages}
    for number, pin in enumerate(profile.signers, start=1):
        if pin.package not in packages:
            yield _remark(profile, "signers", "stray_pin", number, grave=True, package=pin.package)
    for number, wrong in enumerate(profile.wrong_ids, start=1):
        if wrong in packages:
            yield _remark(profile, "wrong_ids", "wrong_and_own", number, grave=True, package=wrong)
    names = {name.text for name in profile.names}
    for number, meaning in enumerate(profile.ordinary_meanings, start=1):
        for name in sorted(set(meaning.names) - names):
            yield _remark(profile, "ordinary_meanings", "stray_meaning", number, name=name)
