"""`copycatch brands list` and `show`: what is collected of the genuine side, what is not, and what is old."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Annotated, Any

import typer
from rich.text import Text

from console.exits import CommandError, Exit
from console.terminal import JsonFlag, emit, home, out, table
from index.completeness import Line, completeness, share, stores
from index.messages import t
from index.plain import plain
from index.profiles import Profile, load_profiles
from index.times import utc

EXAMPLES = {"should_match", "should_not_match"}
"""What only `brands check` needs."""
_COLOURS = {"collected": "green", "unsure": "yellow", "old": "yellow", "ended": "red", "not_collected": "dim"}
_IN_WORDS = ("since", "until", "expires", "checked", "source", "store", "holder")
"""Fields of parts that need a word before their value."""
_LONGEST = 200
"""Characters of a value; what an icon looks like is longer and for programs only."""


def list_brands(*, json: JsonFlag = False) -> int:
    """All profiles, one line each."""
    profiles, today = load_profiles(home().brands), utc()[:10]
    if json:
        for profile in profiles.values():
            emit({**_summary(profile), "completeness": completeness(profile, today)})
        return Exit.DONE
    columns = [t(f"cli.brands.column.{name}") for name in ("id", "names", "packages", "signers", "developers")]
    columns += [t(f"brands_onboarding.column.{name}") for name in ("stores", "complete")]
    columns += [t(f"cli.brands.column.{name}") for name in ("confidence", "origin")]
    wide = {columns[1]: 2, columns[2]: 3}
    out().print(table(columns, [_row(profile) for profile in profiles.values()], wide=wide))
    return Exit.DONE


def show(
    brand: Annotated[str, typer.Argument(help=t("cli.brands.id"), show_default=False)], *, json: JsonFlag = False
) -> int:
    """One profile with everything collected about the genuine side, and a table of what is not."""
    profile = one_of(load_profiles(home().brands), brand)
    if json:
        emit(profile)
        return Exit.DONE
    for field in fields(profile):
        if field.name not in EXAMPLES:
            _print_field(field.name, getattr(profile, field.name))
    print_completeness(completeness(profile, utc()[:10]))
    return Exit.DONE


def one_of(profiles: dict[str, Profile], brand: str) -> Profile:
    """The profile of that id. Raises CommandError that lists the known ones."""
    if brand not in profiles:
        raise CommandError(t("cli.brands.unknown", id=brand, known=", ".join(sorted(profiles))))
    return profiles[brand]


def print_completeness(lines: Iterable[Line]) -> None:
    """Field, store, state, how many, newest check."""
    columns = [t(f"brands_onboarding.column.{name}") for name in ("field", "store", "state", "count", "checked")]
    rows = [
        (
            t(f"cli.brands.field.{one.field}"),
            one.store or t("brands_onboarding.any_store"),
            Text(t(f"brands_onboarding.state.{one.state}"), style=_COLOURS[one.state]),
            str(one.count),
            one.checked or "-",
        )
        for one in lines
    ]
    out().print(table(columns, rows))


def _summary(profile: Profile) -> dict[str, Any]:
    return {
        "id": profile.id,
        "names": [name.text for name in profile.names],
        "packages": [package.id for package in profile.packages],
        "signers": len(profile.signers),
        "developers": [developer.name for developer in profile.developers],
        "stores": stores(profile),
        "complete": round(share(profile), 2),
        "confidence": profile.confidence,
        "origin": profile.origin,
    }


def _row(profile: Profile) -> list[str]:
    """What nobody collected yet is said so, never shown as 'none'."""
    said = _summary(profile)
    missing = t("cli.brands.not_collected")
    said.update(complete=f"{said['complete']:.0%}", developers=len(profile.developers), stores=len(stores(profile)))
    return [_words(value) if value or isinstance(value, str) else missing for value in said.values()]


def _words(value: Any) -> str:
    """A cell of the list."""
    return ", ".join(value) if isinstance(value, list) else str(value)


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
    value = str(getattr(part, main.name))
    value = value if len(value) <= _LONGEST else f"{value[:40]}…"
    return f"{value}  ({said})" if said else value


def _told(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "" if value else f"not {name}"
    said = ", ".join(value) if isinstance(value, tuple) else str(value or "")
    return t(f"brands_onboarding.part.{name}", value=said) if said and name in _IN_WORDS else said
