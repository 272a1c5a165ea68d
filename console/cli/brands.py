"""`copycatch brands`: the brand profiles, and whether they do what they promise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import typer

from console.brand_match import match
from console.exits import CommandError, Exit
from console.terminal import JsonFlag, complain, emit, home, out, table
from detection.judge import judge
from detection.subject import Subject
from index.messages import t
from index.model import Listing
from index.plain import plain
from index.profiles import SHIPPED, Example, Profile, load_profiles, read_profile
from index.reading import ReadError


def list_brands(*, json: JsonFlag = False) -> int:
    """All profiles, one line each."""
    profiles = load_profiles(home().brands)
    if json:
        for profile in profiles.values():
            emit(_summary(profile))
        return Exit.DONE
    columns = ("id", "names", "packages", "signers", "developers", "confidence", "origin")
    rows = [_row(profile) for profile in profiles.values()]
    out().print(table([t(f"cli.brands.column.{name}") for name in columns], rows))
    return Exit.DONE


def show(
    brand: Annotated[str, typer.Argument(help=t("cli.brands.id"), show_default=False)], *, json: JsonFlag = False
) -> int:
    """One profile with everything collected about the genuine side."""
    profiles = load_profiles(home().brands)
    if brand not in profiles:
        raise CommandError(t("cli.brands.unknown", id=brand, known=", ".join(sorted(profiles))))
    profile = profiles[brand]
    if json:
        emit(profile)
        return Exit.DONE
    for field in fields(profile):
        if field.name not in EXAMPLES:
            _print_field(field.name, getattr(profile, field.name))
    return Exit.DONE


def check(
    files: Annotated[list[Path] | None, typer.Argument(help=t("cli.brands.files"), show_default=False)] = None,
    *,
    json: JsonFlag = False,
) -> int:
    """Reads profiles strictly and runs their own examples; failures are listed."""
    failures = 0
    own = home().brands
    for path in files or [*sorted(SHIPPED.glob("*.yml")), *sorted(own.glob("*.yml"))]:
        wrong = list(_wrong(path))
        failures += bool(wrong)
        if json:
            emit({"file": path.name, "ok": not wrong, "failures": wrong})
        for failure in wrong:
            complain(failure)
        if not json and not wrong:
            out().print(t("cli.brands.fine", file=path.name))
    return Exit.FAILURES if failures else Exit.DONE


EXAMPLES = {"should_match", "should_not_match"}
"""What only `brands check` needs."""

RUN = {"list": list_brands, "show": show, "check": check, "match": match}


def _wrong(path: Path) -> Iterator[str]:
    try:
        profile = read_profile(path)
    except ReadError as error:
        yield str(error)
        return
    for example in profile.should_match:
        if not _imitates(profile, example):
            yield t("cli.brands.missed", file=path.name, title=example.title)
    for example in profile.should_not_match:
        if _imitates(profile, example):
            yield t("cli.brands.false_alarm", file=path.name, title=example.title)


def _imitates(profile: Profile, example: Example) -> bool:
    listing = Listing(
        marketplace="brands_check",
        native_id="",
        url="",
        title=example.title,
        source_kind=example.kind,
        description=example.description,
        seller=example.seller,
        package_name=example.package,
    )
    judgement = judge(Subject(listing=listing, profiles={profile.id: profile}))
    return judgement.brand == profile.id and judgement.verdict != "benign"


def _summary(profile: Profile) -> dict[str, Any]:
    return {
        "id": profile.id,
        "names": [name.text for name in profile.names],
        "packages": [package.id for package in profile.packages],
        "signers": len(profile.signers),
        "developers": [developer.name for developer in profile.developers],
        "confidence": profile.confidence,
        "origin": profile.origin,
    }


def _row(profile: Profile) -> list[str]:
    """What nobody collected yet is said so, never shown as 'none'."""
    missing = t("cli.brands.not_collected")
    shown = _summary(profile).values()
    return [_words(value) if value or isinstance(value, str) else missing for value in shown]


def _print_field(name: str, value: Any) -> None:
    """'name: value', a list as one part per line; what nobody collected is said so."""
    label = t(f"cli.brands.field.{name}")
    if isinstance(value, tuple) and value:
        out().print(f"{label}:")
        for part in value:
            out().print(plain(f"  - {_part(part)}"), soft_wrap=True)
    else:
        out().print(plain(f"{label}: {value or t('cli.brands.not_collected')}"), soft_wrap=True)


def _part(part: Any) -> str:
    """The part's main value, then whatever else is said about it."""
    if isinstance(part, str):
        return part
    main, *others = fields(part)
    told = [_told(field.name, getattr(part, field.name)) for field in others]
    said = "; ".join(word for word in told if word)
    return f"{getattr(part, main.name)}  ({said})" if said else str(getattr(part, main.name))


def _told(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "" if value else f"not {name}"
    return ", ".join(value) if isinstance(value, tuple) else str(value or "")


def _words(value: Any) -> str:
    """A cell of the list."""
    return ", ".join(value) if isinstance(value, list) else str(value)
