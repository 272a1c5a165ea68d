"""Lists of apps beside brand profiles, for `copycatch brands match`: what is read, and what is said of every row.

Both lists are CSV with the columns name, package and developer; genuine apps may also come as YAML: one brand profile,
a list of them, or a list of rows, with or without a heading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from apk_analysis.fingerprint import Problem
from console.exits import CommandError, Exit
from console.terminal import JsonFlag, complain, emit, home, out, remark, table
from console.words import chance
from crawler.supplied.delimited import table_rows
from detection.brands.match import Match, Matcher, Row
from detection.brands.reasons import reason
from index.messages import language, t
from index.plain import line
from index.profiles import Developer, Name, Package, Profile, load_profiles
from index.reading import ReadError, read, yaml_of

COLUMNS = ("name", "package", "developer")
LARGEST_YAML = 16 << 20
"""Bytes; a list of five thousand brands has less than one million."""
_CELL = 4096
"""Characters of a cell beyond which the row is no app."""


def match(
    source: Annotated[Path, typer.Option("--input", help=t("brand_match.input"), show_default=False)],
    profiles: Annotated[Path | None, typer.Option(help=t("brand_match.profiles"), show_default=False)] = None,
    *,
    json: JsonFlag = False,
) -> int:
    """Says of every row, in order, whether it imitates a brand, and why. Rows that cannot be read are listed."""
    matcher = Matcher(read_genuine(profiles) if profiles else load_profiles(home().brands))
    counts: Counter[str] = Counter()
    shown = []
    for row in read_rows(source):
        if isinstance(row, Problem):
            counts["unread"] += 1
            complain(row.detail)
            if json:
                emit(unread(row))
            continue
        found = matcher.match(row)
        counts[found.kind] += 1
        if json:
            emit(document(found))
        elif found.profile is not None:
            shown.append(_cells(row, found))
    if not json:
        columns = [t(f"brand_match.column.{name}") for name in ("name", "brand", "kind", "probability", "reason")]
        out().print(table(columns, shown, wide={columns[0]: 1, columns[-1]: 3}))
    kinds = ("imitation", "genuine", "lawful_third_party", "unrelated", "unread")
    remark(t("brand_match.rows", **{kind: counts[kind] for kind in kinds}))
    return Exit.FAILURES if counts["unread"] else Exit.DONE


def _cells(row: Row, found: Match) -> tuple[str, ...]:
    assert found.profile is not None  # noqa: S101 - for the type checker: rows near to no brand are not shown
    kind = t(f"brand_match.kind.{found.kind}")
    return (
        row.name or row.package,
        found.profile.names[0].text,
        kind,
        chance(found.probability),
        reason(found, language()),
    )


def read_rows(path: Path) -> Iterator[Row | Problem]:
    """Every row in order, one at a time; a Problem, which names the line, for one that cannot be read. Raises OSError.

    Raises CommandError when the heading has no column that is known, or one that is not.
    """
    with path.open("rb") as source:
        empty = True
        for place, cells in table_rows(source, str(path), COLUMNS):
            if isinstance(cells, Problem) and place == f"{path}:1":
                raise CommandError(cells.detail)
            empty = False
            yield cells if isinstance(cells, Problem) else _row(cells, place)
        if empty:
            raise CommandError(t("brand_match.empty", path=path, columns=", ".join(COLUMNS)))


def _row(cells: dict[str, str], place: str) -> Row | Problem:
    for column, cell in cells.items():
        if "\0" in cell:
            return _bad(t("brand_match.null_byte", place=place, column=column))
        if len(cell) > _CELL:
            return _bad(t("brand_match.huge_cell", place=place, column=column, length=len(cell), most=_CELL))
    if not cells.get("name") and not cells.get("package"):
        return _bad(t("brand_match.nothing_to_compare", place=place))
    return Row(cells.get("name", ""), cells.get("package", ""), cells.get("developer", ""))


def _bad(detail: str) -> Problem:
    return Problem(part="row", kind="row_unreadable", detail=detail)


def read_genuine(path: Path) -> dict[str, Profile]:
    """Profiles of a file of genuine apps. Raises ReadError or CommandError naming file and place, or OSError."""
    if path.suffix.lower() in {".yml", ".yaml"}:
        return _by_key(_yaml(path))
    rows = []
    for row in read_rows(path):
        if isinstance(row, Problem):
            raise ReadError(row.detail)
        if not row.name:
            raise ReadError(t("brand_match.genuine_without_name", path=path, package=row.package))
        rows.append(row)
    return profiles_of(rows)


def profiles_of(rows: Iterable[Row]) -> dict[str, Profile]:
    """Profiles of genuine apps as rows, one each."""
    return _by_key(map(_profile, rows))


def _yaml(path: Path) -> list[Profile]:
    if path.stat().st_size > LARGEST_YAML:
        raise ReadError(t("brand_match.huge_file", path=path, most=LARGEST_YAML))
    try:
        raw = yaml_of(path.read_text("utf-8-sig"))
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError, ValueError) as error:
        raise ReadError(f"{path}: {line(str(error))}") from error
    if isinstance(raw, dict) and len(raw) == 1 and isinstance(inner := next(iter(raw.values())), list):
        raw = inner  # 'brands:' or what else the list is called
    parts = raw if isinstance(raw, list) else [raw]
    return [_part(part, f"{path}, {number}") for number, part in enumerate(parts, start=1)]


def _part(raw: Any, place: str) -> Profile:
    if isinstance(raw, dict) and "names" not in raw:
        row = read(Row, {"name": "", **raw}, place)
        checked = _row({name: getattr(row, name).strip() for name in COLUMNS}, place)
        if isinstance(checked, Problem):
            raise ReadError(checked.detail)
        if not row.name:
            raise ReadError(t("brand_match.genuine_without_name", path=place, package=row.package))
        return _profile(row)
    profile = read(Profile, raw, place)
    if not any(name.text.strip() for name in profile.names):
        raise ReadError(t("brand_match.genuine_without_name", path=place, package=profile.id))
    return profile


def _profile(row: Row) -> Profile:
    """What a row of a list of genuine apps says; whoever hands it in vouches for it."""
    return Profile(
        id=row.name,
        names=(Name(text=row.name),),
        packages=(Package(id=row.package, confidence="confirmed"),) if row.package else (),
        developers=(Developer(name=row.developer, confidence="confirmed"),) if row.developer else (),
        origin="own",
    )


def _by_key(profiles: Iterable[Profile]) -> dict[str, Profile]:
    """Brands may share a name: the package, then a number, tells them apart."""
    found: dict[str, Profile] = {}
    for number, profile in enumerate(profiles, start=1):
        id_ = profile.id
        if id_ in found and profile.packages:
            id_ = f"{id_} ({profile.packages[0].id})"
        if id_ in found:
            id_ = f"{id_} {number}"
        found[id_] = replace(profile, id=id_)
    return found


def document(match: Match) -> dict[str, Any]:
    """The contract of `brands match --json` (docs/schema/brands_match.json)."""
    return {
        "brand": match.profile.id if match.profile else None,
        "brand_package": match.package,
        "kind": match.kind,
        "probability": match.probability,
        "reason": reason(match, language()),
    }


def unread(problem: Problem) -> dict[str, Any]:
    """What stands in the place of a row that could not be read, so that later rows keep their number."""
    return {"brand": None, "brand_package": None, "kind": None, "probability": None, "reason": problem.detail}
