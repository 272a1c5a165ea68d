"""`copycatch groups export`: groups as a table or as JSON, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from console.exits import CommandError, Exit
from console.group_desk import desk, named
from console.terminal import JsonFlag, emit, out, raw_output
from index.messages import t
from index.plain import plain
from index.reading import encode
from index.times import utc
from takedown.exporting import write
from takedown.groups.sheet import csv_of


def run(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help=t("cli.groups.ids"), show_default=False)
    ] = None,
    *,
    form: Annotated[Literal["csv", "json"], typer.Option("--format", help=t("cli.groups.format"))] = "csv",
    target: Annotated[Path | None, typer.Option("--out", help=t("cli.export.out"), show_default=False)] = None,
    json: JsonFlag = False,
) -> int:
    """All groups, or those that are named."""
    if json and target == Path("-"):
        raise CommandError(t("cli.export.json_to_stdout"))
    now = utc()
    with desk() as held:
        found = held.groups()
        wanted = [named(found, name) for name in names] if names else list(found.groups)
        place = held.place
    wanted = list({group.id: group for group in wanted}.values())
    content = csv_of(wanted) if form == "csv" else encode({"as_of": now, "groups": wanted}) + b"\n"
    if target == Path("-"):
        with raw_output() as stream:
            stream.write(content)
        return Exit.DONE
    stamp = now.replace("-", "").replace(":", "")
    path = target or place.prepare().exports / f"groups-{stamp}.{form}"
    try:
        write(path, content)
    except OSError as error:
        reason = error.strerror or error
        raise CommandError(t("cli.export.failed", path=path, reason=reason), Exit.FAILURES) from error
    if json:
        emit({"file": str(path), "format": form, "groups": len(wanted)})
    else:
        out().print(plain(t("groups.written", groups=len(wanted), path=path)), soft_wrap=True)
    return Exit.DONE
