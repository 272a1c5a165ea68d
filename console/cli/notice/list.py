"""`copycatch notice list`: all notices and where they stand."""

from __future__ import annotations

from contextlib import closing, nullcontext
from typing import Annotated, get_args

import typer

from console.exits import CommandError, Exit
from console.notice_page import notice_row, notices_table
from console.notices import summary
from console.terminal import JsonFlag, emit, home, out, remark
from index.messages import t
from index.open import has_decisions, open_decisions
from takedown.notice import State
from takedown.notices import NoticeBook


def run(
    *,
    state: Annotated[list[str] | None, typer.Option("--state", help=t("cli.notice.state"), show_default=False)] = None,
    to: Annotated[str | None, typer.Option("--to", help=t("cli.notice.to"), show_default=False)] = None,
    json: JsonFlag = False,
) -> int:
    """One row, or one JSON document, for each; newest last."""
    if wrong := [one for one in state or () if one not in get_args(State)]:
        raise CommandError(t("notice.no_state", state=wrong[0], known=", ".join(get_args(State))))
    place = home()
    rows = []
    with closing(open_decisions(place, write=False)) if has_decisions(place) else nullcontext() as records:
        for notice in NoticeBook(records).every() if records else ():
            if (state and notice.state not in state) or to not in {None, notice.content.recipient}:
                continue
            if json:
                emit(summary(notice))
            else:
                rows.append(notice_row(notice))  # and not the notice, which may hold thousands of targets
    if rows:
        out().print(notices_table(rows))
    elif not json:
        remark(t("notice.none"))
    return Exit.DONE
