"""`copycatch notice check`: what keeps a notice in the house."""

from __future__ import annotations

from typing import Annotated

import typer

from console.exits import Exit
from console.notice_page import show_refusals
from console.notices import desk
from console.terminal import JsonFlag
from index.messages import t
from index.times import utc
from takedown.gates import passes


def run(
    name: Annotated[str, typer.Argument(metavar="ID", help=t("cli.notice.id"), show_default=False)],
    *,
    json: JsonFlag = False,
) -> int:
    """Asks all gates; exit code 1 where one is closed."""
    with desk(write=False) as held:
        notice = held.book.get(name)
        found = held.refusals(notice, utc())
        show_refusals(notice, found, json=json)
    return Exit.DONE if passes(found) else Exit.FAILURES
