"""`copycatch notice list`: all notices and where they stand."""

from __future__ import annotations

from typing import Annotated, get_args

import typer

from console.exits import CommandError, Exit
from console.notice_page import notices_table
from console.notices import desk, summary
from console.terminal import JsonFlag, emit, out, remark
from index.messages import t
from takedown.notice import State


def run(
    *,
    state: Annotated[list[str] | None, typer.Option("--state", help=t("cli.notice.state"), show_default=False)] = None,
    to: Annotated[str | None, typer.Option("--to", help=t("cli.notice.to"), show_default=False)] = None,
    json: JsonFlag = False,
) -> int:
    """One row, or one JSON document, for each; newest last."""
    if wrong := [one for one in state or () if one not in get_args(State)]:
        raise CommandError(t("notice.no_state", state=wrong[0], known=", ".join(get_args(State))))
    with desk(write=False) as held:
        found = (
            notice
            for notice in held.book.every()
            if (not state or notice.state in state) and (to is None or notice.content.recipient == to)
        )
        if json:
            for notice in found:
                emit(summary(notice))
            return Exit.DONE
        rows = list(found)
    if rows:
        out().print(notices_table(rows))
    else:
        remark(t("notice.none"))
    return Exit.DONE
