"""`copycatch evaluate`: how well detection does on labelled listings, and whether it has become worse."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from console.exits import CommandError, Exit
from console.terminal import JsonFlag, complain, emit, home, out, table
from detection.evaluation.figures import Judged
from detection.evaluation.predict import predict, read, write
from detection.evaluation.report import document
from detection.text_model.mixture import described
from detection.training.data import PREDICTIONS, digest, labelled
from detection.training.unread import read_unread
from index.messages import t
from index.profiles import load_profiles
from index.reading import ReadError


def run(
    files: Annotated[
        list[Path] | None, typer.Argument(help=t("cli.evaluate.files"), metavar="FILE", show_default=False)
    ] = None,
    *,
    keep: Annotated[Path | None, typer.Option("--keep", help=t("cli.evaluate.keep"), show_default=False)] = None,
    against: Annotated[
        Path | None, typer.Option("--against", help=t("cli.evaluate.against"), show_default=False)
    ] = None,
    json: JsonFlag = False,
) -> int:
    """Judges labelled listings; without files the shipped ones, each by a model that has not read its writer."""
    try:
        rows = labelled(files or ())
        before = read(against or PREDICTIONS) if against or not files else None
    except ReadError as error:
        raise CommandError(str(error)) from error
    if not rows:
        raise CommandError(t("cli.evaluate.nothing"))
    stale = not files and described()["trained_on"] != digest()
    profiles = load_profiles(home().brands)
    judged = Judged(rows, predict(rows, profiles, None if files else read_unread()))
    if keep:
        write(keep, judged.predictions)
    report = document(judged, before)
    if json:
        emit(report)
    else:
        _print(report)
    if stale:
        complain(t("cli.evaluate.stale"))
    if report["worse"]:
        complain(t("cli.evaluate.worse", **report["difference"]))
    return Exit.FAILURES if stale or report["worse"] else Exit.DONE


def _print(report: dict[str, Any]) -> None:
    columns = [t(f"cli.evaluate.column.{name}") for name in ("figure", "value", "interval", "listings")]
    rows = [
        [name, f"{one['value']:.3f}", f"{one['low']:.3f}-{one['high']:.3f}", str(one["of"])]
        for name, one in report["figures"].items()
    ]
    out().print(table(columns, rows))
    if report["untested"]:
        few = ", ".join(f"{name} ({count})" for name, count in report["untested"].items())
        out().print(t("cli.evaluate.untested", few=few))
    if report["difference"]:
        out().print(t("cli.evaluate.difference", **report["difference"]))
