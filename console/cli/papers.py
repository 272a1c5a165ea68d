"""`copycatch papers`: licences, certificates, authorisations that notices rest on, with their end."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from mimetypes import guess_type
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from console.acting import AsFlag, acting
from console.exits import CommandError, Exit
from console.page_parts import facts_lines
from console.terminal import JsonFlag, emit, home, out, remark, table
from index.messages import t
from index.open import open_decisions
from index.records import Overtaken
from index.times import utc
from takedown.lifecycle.keeping import keep
from takedown.notices import NoticeError
from takedown.papers import Paper, PaperBook, PaperError, PaperKind

COLUMNS = ("id", "kind", "title", "brand", "number", "regions", "owner", "valid_to", "state")
STYLES = {"expired": "bold red", "removed": "dim", "expiring": "yellow", "not_yet": "yellow"}


def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=t("cli.papers.file"), show_default=False)],
    *,
    kind: Annotated[PaperKind, typer.Option("--kind", help=t("cli.papers.kind"), show_default=False)],
    title: Annotated[str, typer.Option("--title", help=t("cli.papers.title"), show_default=False)],
    brand: Annotated[str, typer.Option("--brand", help=t("cli.papers.brand"), show_default=False)] = "",
    number: Annotated[str, typer.Option("--number", help=t("cli.papers.number"), show_default=False)] = "",
    classes: Annotated[
        list[int] | None, typer.Option("--class", help=t("cli.papers.class"), show_default=False)
    ] = None,
    regions: Annotated[
        list[str] | None, typer.Option("--region", help=t("cli.papers.region"), show_default=False)
    ] = None,
    owner: Annotated[str, typer.Option("--owner", help=t("cli.papers.owner"), show_default=False)] = "",
    agent: Annotated[str, typer.Option("--agent", help=t("cli.papers.agent"), show_default=False)] = "",
    valid_from: Annotated[str, typer.Option("--from", help=t("cli.papers.from"), show_default=False)] = "",
    valid_to: Annotated[str, typer.Option("--to", help=t("cli.papers.until"), show_default=False)] = "",
    original: Annotated[str, typer.Option("--original", help=t("cli.papers.original"), show_default=False)] = "",
    by: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """Copies the file into the home, readable by nobody else, and keeps what it says."""
    person = acting(by, "manage")
    place = home().prepare()
    try:
        said = Paper(
            id="new",
            kind=kind,
            title=title,
            brand=brand,
            number=number,
            classes=tuple(classes or ()),
            regions=tuple(one.upper() for one in regions or ()),
            owner=owner,
            agent=agent,
            valid_from=valid_from,
            valid_to=valid_to,
            original_url=original,
        )
    except ValueError as error:
        raise CommandError(t("papers.impossible", reason=error)) from error
    file_type = guess_type(file.name)[0] or "application/octet-stream"
    try:
        kept = keep(file, place.papers)
    except NoticeError as error:
        raise CommandError(str(error)) from error
    paper = replace(said, file_name=kept.name, sha256=kept.sha256, size=kept.size, media_type=file_type)
    with closing(open_decisions(place)) as records:
        _print(PaperBook(records).add(paper, at=utc(), by=person.name), json=json)
    return Exit.DONE


def list_all(
    *,
    everything: Annotated[bool, typer.Option("--all", help=t("cli.papers.all"))] = False,
    json: JsonFlag = False,
) -> int:
    """One row, or one JSON document, for each. Exit code 1 where one has expired."""
    now = utc()
    with closing(open_decisions(home(), write=False)) as records:
        papers = [paper for paper in PaperBook(records).every() if everything or not paper.removed]
    if json:
        for paper in papers:
            emit(_document(paper, now))
    elif papers:
        out().print(table([t(f"papers.column.{name}") for name in COLUMNS], [_row(paper, now) for paper in papers]))
    else:
        remark(t("papers.none"))
    return Exit.FAILURES if any(_state(paper, now) == "expired" for paper in papers) else Exit.DONE


def show(
    name: Annotated[str, typer.Argument(metavar="ID", help=t("cli.papers.id"), show_default=False)],
    *,
    json: JsonFlag = False,
) -> int:
    """All that is known of one."""
    with closing(open_decisions(home(), write=False)) as records:
        paper = _found(records, name)
    _print(paper, json=json)
    return Exit.DONE


def remove(
    name: Annotated[str, typer.Argument(metavar="ID", help=t("cli.papers.id"), show_default=False)],
    *,
    by: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """Takes it out: notices that rest on it are refused from now on. The file stays for those that were sent."""
    person = acting(by, "manage")
    with closing(open_decisions(home())) as records:
        try:
            paper = PaperBook(records).remove(name, at=utc(), by=person.name)
        except (PaperError, Overtaken) as error:
            raise CommandError(str(error)) from error
    _print(paper, json=json)
    return Exit.DONE


RUN = {"add": add, "list": list_all, "show": show, "remove": remove}


def _found(records: Any, name: str) -> Paper:
    try:
        return PaperBook(records).get(name)
    except PaperError as error:
        raise CommandError(str(error)) from error


def _state(paper: Paper, now: str) -> str:
    return "removed" if paper.removed else paper.state(now)


def _document(paper: Paper, now: str) -> dict[str, object]:
    """The contract of `papers --json` (docs/schema/papers.json)."""
    return {**{name: getattr(paper, name) for name in Paper.__slots__}, "state": _state(paper, now)}


def _row(paper: Paper, now: str) -> list[str | Text]:
    state = _state(paper, now)
    return [
        paper.id,
        t(f"papers.kind.{paper.kind}"),
        paper.title,
        paper.brand or "-",
        paper.number or "-",
        " ".join((*paper.regions, *map(str, paper.classes))) or "-",
        paper.owner or "-",
        paper.valid_to or "-",
        Text(t(f"papers.state.{state}"), style=STYLES.get(state, "")),
    ]


def _print(paper: Paper, *, json: bool) -> None:
    now = utc()
    if json:
        emit(_document(paper, now))
        return
    said = {
        **_document(paper, now),
        "kind": t(f"papers.kind.{paper.kind}"),
        "state": t(f"papers.state.{_state(paper, now)}"),
    }
    for one in facts_lines([(t(f"papers.column.{name}"), value) for name, value in said.items() if name != "removed"]):
        out().print(one, soft_wrap=True)
