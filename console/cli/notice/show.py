"""`copycatch notice show`: one notice, with everything a second person reads before approving."""

from __future__ import annotations

from typing import Annotated

import typer

from console.exits import Exit
from console.notice_page import notice_page
from console.notices import desk
from console.terminal import JsonFlag, emit, out
from index.messages import language, t
from takedown.recipients import recipients


def run(
    name: Annotated[str, typer.Argument(metavar="ID", help=t("cli.notice.id"), show_default=False)],
    *,
    json: JsonFlag = False,
) -> int:
    """Prints it."""
    with desk(write=False) as held:
        notice = held.book.get(name)
        known = recipients(held.place.recipients).get(notice.content.recipient)
    if json:
        emit(notice)
    else:
        out().print(notice_page(notice, known.name(language()) if known else notice.content.recipient))
    return Exit.DONE
