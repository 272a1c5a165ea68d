"""`copycatch brands check`: reads profiles strictly, runs their own examples, and says what is odd about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from console.exits import Exit
from console.terminal import JsonFlag, complain, emit, home, out, remark
from detection.judge import judge
from detection.subject import Subject
from index.messages import t
from index.model import Listing
from index.profile_lint import lint
from index.profiles import SHIPPED, Example, Profile, load_profiles, read_profile
from index.reading import ReadError
from index.times import utc


def check(
    files: Annotated[list[Path] | None, typer.Argument(help=t("cli.brands.files"), show_default=False)] = None,
    *,
    json: JsonFlag = False,
) -> int:
    """Failures end with exit code 1; remarks are for somebody to look at."""
    own = home().brands
    paths = files or [*sorted(SHIPPED.glob("*.yml")), *sorted(own.glob("*.yml"))]
    read = {path: _read(path) for path in paths}
    odd = _odd({one.id: one for one in read.values() if isinstance(one, Profile)}, own if files else None)
    failures = 0
    for path, found in read.items():
        wrong = [*_wrong(path, found), *odd[found.id if isinstance(found, Profile) else "", True]]
        worth_a_look = odd[found.id, False] if isinstance(found, Profile) else []
        failures += bool(wrong)
        if json:
            emit({"file": path.name, "ok": not wrong, "failures": wrong, "remarks": worth_a_look})
        for failure in wrong:
            complain(failure)
        if not json:
            for told in worth_a_look:
                remark(told)
            if not wrong:
                out().print(t("cli.brands.fine", file=path.name))
    return Exit.FAILURES if failures else Exit.DONE


def _read(path: Path) -> Profile | ReadError:
    try:
        return read_profile(path, origin="shipped" if path.parent == SHIPPED else "own")
    except ReadError as error:
        return error


def _odd(profiles: Mapping[str, Profile], beside: Path | None) -> Mapping[tuple[str, bool], list[str]]:
    """Brand and graveness -> remarks. Single files are compared with the profiles that they would stand beside."""
    others: dict[str, Profile] = {}
    if beside is not None:
        try:
            others = load_profiles(beside)
        except ReadError as error:
            complain(str(error))
    told: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for one in lint({**others, **profiles}, utc()[:10]):
        words = t(f"brands_onboarding.lint.{one.message}", **one.values)
        told[one.brand, one.grave].append(f"{one.brand}.yml: {one.field}: {words}")
    return told


def _wrong(path: Path, found: Profile | ReadError) -> Iterator[str]:
    if isinstance(found, ReadError):
        yield str(found)
        return
    for example in found.should_match:
        if not _imitates(found, example):
            yield t("cli.brands.missed", file=path.name, title=example.title)
    for example in found.should_not_match:
        if _imitates(found, example):
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
