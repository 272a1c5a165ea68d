"""`copycatch groups mend`: a cut taken back."""

from __future__ import annotations

from typing import Annotated

import typer

from console.acting import AsFlag, acting
from console.exits import Exit
from console.group_cuts import cut_with, pairs_of
from console.group_desk import desk
from console.terminal import JsonFlag, emit, out
from index.messages import t
from index.plain import plain
from index.times import utc
from takedown.cuts import mend


def run(
    first: Annotated[str, typer.Argument(metavar="A", help=t("cli.groups.first"), show_default=False)],
    second: Annotated[str | None, typer.Argument(metavar="B", help=t("cli.groups.second"), show_default=False)] = None,
    *,
    reason: Annotated[str, typer.Option("--reason", help=t("cli.groups.reason"), show_default=False)],
    who: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """As it was cut."""
    person = acting(who, "decide")
    with desk(write=True) as held:
        _, pairs = pairs_of(held, first, second)
        pairs = cut_with(held, pairs)
        for a, b in pairs:
            mend(held.records, a, b, at=utc(), by=person.name, reason=reason)
    if json:
        emit({"mended": pairs, "by": person.name, "reason": reason})
    else:
        out().print(plain(t("groups.mended", count=len(pairs))), soft_wrap=True)
    return Exit.DONE
