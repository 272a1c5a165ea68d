"""`copycatch import`: what people bring (sheets, share texts, saved pages, samples), carried like what is crawled."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from console.exits import CommandError, Exit
from console.import_options import handed_over
from console.importing import Import
from console.terminal import JsonFlag, home
from crawler.supplied.brought import UnreadableError
from crawler.supplied.files import Asked
from crawler.supplied.kinds import FileKind, kind_of
from crawler.supplied.remembered import Remembered, said_by
from index.messages import t
from index.settings import load_settings

STDIN = Path("-")


def run(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help=t("cli.import.files"), show_default=False)],
    *,
    supplied_by: Annotated[str | None, typer.Option(help=t("cli.import.supplied_by"), show_default=False)] = None,
    channel: Annotated[str | None, typer.Option(help=t("cli.import.channel"), show_default=False)] = None,
    received: Annotated[str | None, typer.Option(help=t("cli.import.received"), show_default=False)] = None,
    mapping: Annotated[
        list[str] | None, typer.Option("--map", metavar="HEADING=FIELD", help=t("cli.import.map"), show_default=False)
    ] = None,
    url: Annotated[str | None, typer.Option(help=t("cli.import.url"), show_default=False)] = None,
    report: Annotated[Path | None, typer.Option(help=t("cli.import.report"), show_default=False)] = None,
    preview: Annotated[bool, typer.Option("--preview", help=t("cli.import.preview"))] = False,
    json: JsonFlag = False,
) -> int:
    """Takes the files one after the other; what cannot be read is listed, the rest goes on."""
    settings = load_settings()
    if len(files) > 1 and (report or url):
        raise CommandError(t("cli.import.one_file"))
    with _at_hand(files) as shown:
        kinds = {path: _kind(path) for path in shown}
        said = said_by(mapping or ())
        supplier = handed_over(
            kinds, by=supplied_by, channel=channel, at=received, settings=settings, ask=not json and not preview
        ) if not preview else ("", "", "")  # fmt: skip
        place = home()
        worst = Exit.DONE
        for path, kind in kinds.items():
            one = Import(path, shown[path], kind, place, settings, json=json)
            asked = Asked(
                received_at=supplier[2],
                columns=said,
                remembered=Remembered(place.path / "columns"),
                url=url,
                mapped=one.mapped,
            )
            if preview:
                one.preview(asked)
            else:
                worst = max(worst, one.carry(asked, supplier, report), key=_WORSE.index)
    return worst


_WORSE = (Exit.DONE, Exit.UNHEALTHY, Exit.FAILURES)


def _kind(path: Path) -> FileKind:
    try:
        return kind_of(path)
    except UnreadableError as error:
        raise CommandError(f"{path}: {error}") from error


@contextmanager
def _at_hand(files: list[Path]) -> Iterator[dict[Path, str]]:
    """Each file with its name for people; what comes through standard input ('-') lasts as long as the command."""
    if STDIN not in files:
        yield {path: str(path) for path in files}
        return
    with tempfile.TemporaryDirectory(prefix="copycatch-") as folder:
        kept = Path(folder) / "stdin.txt"
        with kept.open("wb") as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy)
        yield {kept if path == STDIN else path: str(path) for path in files}
