"""`copycatch groups show`: one group with its members, its ties, and what is not known."""

from __future__ import annotations

from typing import Annotated

import typer

from console.exits import Exit
from console.group_desk import desk, named
from console.group_pages import group_page
from console.terminal import JsonFlag, emit, out
from index.messages import t


def run(
    name: Annotated[str, typer.Argument(metavar="ID", help=t("cli.groups.id"), show_default=False)],
    *,
    json: JsonFlag = False,
) -> int:
    """By its id, or by that of a listing in it."""
    with desk() as held:
        group = named(held.groups(), name)
    if json:
        emit(group)
        return Exit.DONE
    for part in group_page(group):
        out().print(part, overflow="fold")
    return Exit.DONE
