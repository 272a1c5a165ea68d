"""`copycatch notice export`: writes a notice as files, once every gate is open."""

from __future__ import annotations

import shutil
import tempfile
from hashlib import file_digest
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal

import typer

from console.acting import AsFlag, acting
from console.exits import CommandError, Exit
from console.notice_page import show_refusals
from console.notices import Desk, desk
from console.terminal import JsonFlag, emit, out
from index.messages import t
from index.plain import plain
from index.times import utc
from takedown.exporters import notice_exporters
from takedown.exporting import Context, ExportError, PartMissingError
from takedown.gates import passes
from takedown.notice import Notice, Step
from takedown.recipients import recipients

FORMATS = notice_exporters()


def _format(given: list[str]) -> list[str]:
    for one in given:
        if one not in FORMATS:
            raise typer.BadParameter(t("cli.export.unknown_format", format=one, known=", ".join(sorted(FORMATS))))
    return given


def run(
    name: Annotated[str, typer.Argument(metavar="ID", help=t("cli.notice.id"), show_default=False)],
    *,
    formats: Annotated[
        list[str],
        typer.Option(
            "--format",
            metavar="|".join(sorted(FORMATS)),
            help=t("cli.notice.format"),
            callback=_format,
            show_default=False,
        ),
    ],
    target: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help=t("cli.notice.out"), show_default=False)
    ] = None,
    language: Annotated[
        Literal["zh", "en"] | None, typer.Option("--language", help=t("cli.notice.language"), show_default=False)
    ] = None,
    by: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """Writes the files, notes their hashes with the notice, and only then puts them where they were asked for."""
    person = acting(by, "send")
    with desk() as held:
        notice = held.book.get(name)
        found = held.refusals(notice, utc())
        if not passes(found):
            show_refusals(notice, found, json=json)
            return Exit.FAILURES
        folder = target or held.place.exports / notice.id[:15]
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".") as rest:
            files = _written(held, notice, formats, language, Path(rest))
            step = Step(state="exported", at=utc(), by=person.name, digest=notice.content.digest, files=files)
            notice = held.book.step(notice, step, by=person.name)
            for each in Path(rest).iterdir():
                _move(each, folder / each.name)
    if json:
        emit({"id": notice.id, "folder": str(folder), "digest": notice.content.digest, "files": files})
    else:
        out().print(plain(t("notice.exported", folder=folder, count=len(files))), soft_wrap=True)
        for one, digest in files.items():
            out().print(plain(f"  {one}  sha256 {digest}"), soft_wrap=True)
    return Exit.DONE


def _written(
    held: Desk, notice: Notice, formats: list[str], language: Literal["zh", "en"] | None, folder: Path
) -> dict[str, str]:
    """Path below the folder -> SHA-256, of everything the exporters wrote. Raises CommandError."""
    recipient = recipients(held.place.recipients).get(notice.content.recipient)
    context = Context(
        now=utc(),
        version=version("copycatch"),
        language=language,
        recipient=recipient,
        form=recipient.form(notice.content.form) if recipient else None,
        file=held.file,
    )
    for one in dict.fromkeys(formats):
        try:
            FORMATS[one].export_notice(notice, context, folder)
        except PartMissingError as error:
            raise CommandError(str(error), Exit.MISSING) from error
        except ExportError as error:
            raise CommandError(str(error), Exit.FAILURES) from error
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): _sha256(path) for path in files}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _move(source: Path, target: Path) -> None:
    """Takes the place of what an earlier export left there."""
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    source.replace(target)
