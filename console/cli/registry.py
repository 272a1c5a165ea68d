"""`copycatch registry`: import public registers of filings, and check the numbers that listings show against them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from console.exits import CommandError, Exit
from console.offers import read_offers
from console.terminal import JsonFlag, complain, emit, home, out
from detection.fields import Field, fields
from detection.filings import Claim, claims_in, says_it_calls
from detection.normalise import normalise
from index.messages import t
from index.open import open_registry
from index.plain import plain
from index.profiles import Profile, load_profiles
from index.registry.check import Checked, check
from index.registry.importing import Imported, Unreadable, import_file
from index.registry.model import REGISTERS, CopyState, Registry
from index.registry.store import Shelf

COUNTS = ("new", "known", "changed")
MOST_TOLD = 200
"""Rows that are listed on the terminal; `--json` prints all."""


def import_lists(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help=t("cli.registry.files"), show_default=False)],
    *,
    registry: Annotated[
        Literal["generative_ai", "algorithm", "app", "icp", "registration"],
        typer.Option("--registry", help=t("cli.registry.register"), show_default=False),
    ],
    as_of: Annotated[str | None, typer.Option("--as-of", help=t("cli.registry.as_of"), show_default=False)] = None,
    json: JsonFlag = False,
) -> int:
    """Adds the lists to the copy; what cannot be read is listed with its line and reason."""
    day = _day(as_of)
    unreadable = 0
    with closing(Shelf(home().prepare().registry)) as shelf:
        for path in files:
            done = import_file(path, registry, shelf, today=date.today().isoformat(), as_of=day)  # noqa: DTZ011 - the user's day
            unreadable += len(done.unreadable)
            for row in done.unreadable[:MOST_TOLD]:
                reason = t(f"registry.reason.{row.reason}")
                complain(t("registry.import.unreadable", file=path, place=row.place, reason=reason, detail=row.detail))
            if (rest := len(done.unreadable) - MOST_TOLD) > 0:
                complain(t("registry.import.more", file=path, count=rest))
            if json:
                emit(_imported(path, done))
            else:
                _print_imported(path, done)
    return Exit.FAILURES if unreadable else Exit.DONE


def check_numbers(
    what: Annotated[
        str | None, typer.Argument(metavar="NUMBER|TEXT", help=t("cli.registry.text"), show_default=False)
    ] = None,
    *,
    entity: Annotated[str | None, typer.Option("--entity", help=t("cli.registry.entity"), show_default=False)] = None,
    listing: Annotated[
        Path | None, typer.Option("--listing", help=t("cli.registry.listing"), show_default=False)
    ] = None,
    json: JsonFlag = False,
) -> int:
    """Prints the outcome of every number with its record and the date of the copy."""
    if (what is not None and listing is not None) or not (what or listing or entity):
        raise CommandError(t("registry.check.what"))
    place = home()
    registry, profiles = open_registry(place), load_profiles(place.brands)
    if what is None and listing is None:
        what = "\n".join(_numbers_of(entity or "", registry))
    found = False
    for source, name, texts in _texts(what, listing):
        for claim in claims_in(texts, every=True):
            found = True
            done = _checked(claim, registry, profiles, entity or name)
            if json:
                emit(_document(source, entity or name, claim, done))
            else:
                _print_checked(entity or name, done)
    if not found:
        complain(t("registry.check.nothing"))
        for copy in _copies(registry):
            complain(_copy(copy))
    return Exit.DONE


RUN = {"import": import_lists, "check": check_numbers}


def _day(given: str | None) -> str | None:
    try:
        return date.fromisoformat(given).isoformat() if given else None
    except ValueError as error:
        raise CommandError(t("registry.import.bad_day", given=given)) from error


def _texts(what: str | None, listing: Path | None) -> Iterator[tuple[str | None, str | None, list[Field]]]:
    """Id of the listing, its seller and its texts; for a text typed in there is only the text."""
    if listing is None:
        yield None, None, [Field("text", what or "", normalise(what or ""), own_words=True)]
        return
    with listing.open("rb") as source:
        for offer in read_offers(source, str(listing)):
            yield offer.id, offer.seller, list(fields(offer.listing()))


def _checked(claim: Claim, registry: Registry | None, profiles: Mapping[str, Profile], entity: str | None) -> Checked:
    done = check(claim.number, registry, entity=entity, profiles=profiles)
    if done.record is None or not says_it_calls(claim, done.record):
        return done
    return check(claim.number, registry, entity=entity, profiles=profiles, calls_model=True)


def _imported(path: Path, done: Imported) -> dict[str, Any]:
    """The contract of `registry import --json` (docs/schema/registry_import.json)."""
    return {
        "file": str(path),
        "registry": done.register,
        "sha256": done.sha256,
        "as_of": done.as_of,
        "rows": done.rows,
        **{name: getattr(done, name) for name in COUNTS},
        "unreadable": [_row(row) for row in done.unreadable],
        "aside": [_row(row) for row in done.aside],
        "shifted": done.shifted,
        "tables": [{"table": one.table, "by": one.by, "columns": dict(one.columns)} for one in done.tables],
    }


def _row(row: Unreadable) -> dict[str, str]:
    return {"place": row.place, "reason": row.reason, "detail": row.detail}


def _print_imported(path: Path, done: Imported) -> None:
    counts = {name: getattr(done, name) for name in COUNTS}
    said = t(
        "registry.import.result",
        file=path,
        rows=done.rows,
        unreadable=len(done.unreadable),
        aside=len(done.aside),
        shifted=done.shifted,
        as_of=done.as_of or t("registry.import.undated"),
        **counts,
    )
    out().print(plain(said), soft_wrap=True)
    for one in done.tables:
        columns = ", ".join(f"{field} = {word}" for field, word in one.columns.items())
        by = t(f"registry.import.by.{one.by}")
        out().print(plain(t("registry.import.columns", table=one.table, by=by, columns=columns)), soft_wrap=True)


def _document(source: str | None, entity: str | None, claim: Claim, done: Checked) -> dict[str, Any]:
    """The contract of `registry check --json` (docs/schema/registry_check.json)."""
    return {
        "id": source,
        "entity": entity,
        "field": claim.field.name if claim.field else None,
        "quote": claim.quote,
        "start": claim.start,
        "end": claim.end,
        "number": done.number.text,
        "kind": done.number.kind,
        "outcome": done.outcome,
        "defect": done.number.defect,
        "record": done.record,
        "exact": done.exact,
        "confidence": done.confidence,
        "via": done.via,
        "copies": done.copies,
    }


def _print_checked(entity: str | None, done: Checked) -> None:
    number, record = done.number, done.record
    outcome = t(f"registry.outcome.{done.outcome}")
    if done.outcome == "malformed" and number.defect:
        outcome += f" ({t(f'registry.defect.{number.defect}')})"
    kind = t(f"registry.kind.{number.kind}")
    lines = [t("registry.check.number", number=number.text, kind=kind, outcome=outcome)]
    if entity:
        lines.append("  " + t("registry.check.entity", name=entity))
    if record is not None:
        said = {name: getattr(record, name) or "-" for name in ("entity", "name", "date", "file", "place")}
        lines.append(t("registry.check.record", **said))
    if done.confidence is not None:
        lines.append(t("registry.check.confidence", confidence=f"{done.confidence:.2f}"))
    lines += [_copy(copy) for copy in done.copies]
    out().print(plain("\n".join(lines)), soft_wrap=True)


def _numbers_of(name: str, registry: Registry | None) -> Iterator[str]:
    """What an entity filed, or what was filed under a name."""
    for record in (registry.of_entity(name) or registry.named(name)) if registry else ():
        if record.number:
            yield f"上线编号：{record.number}" if record.register == "registration" else record.number


def _copies(registry: Registry | None) -> list[CopyState]:
    """Every copy that we have."""
    return [state for one in REGISTERS if registry and (state := registry.state(one))]


def _copy(copy: CopyState) -> str:
    return t(
        "registry.check.copy",
        register=t(f"registry.register.{copy.register}"),
        records=copy.records,
        as_of=copy.as_of or t("registry.import.undated"),
        imported=copy.imported,
    )
