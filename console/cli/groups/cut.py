"""`copycatch groups cut`: what does not belong together is taken apart, and stays apart."""

from __future__ import annotations

from typing import Annotated

import typer

from console.acting import AsFlag, acting
from console.exits import Exit
from console.group_cuts import pairs_of
from console.group_desk import desk
from console.terminal import JsonFlag, emit, out
from index.messages import t
from index.plain import plain
from index.times import utc
from takedown.cuts import cut_all


def run(
    first: Annotated[str, typer.Argument(metavar="A", help=t("cli.groups.first"), show_default=False)],
    second: Annotated[str | None, typer.Argument(metavar="B", help=t("cli.groups.second"), show_default=False)] = None,
    *,
    reason: Annotated[str, typer.Option("--reason", help=t("cli.groups.reason"), show_default=False)],
    who: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """Two listings, a listing and its group, or a value for one listing or for all."""
    person = acting(who, "decide")
    with desk(write=True) as held:
        of, pairs = pairs_of(held, first, second)
        made = cut_all(held.records, pairs, kind_of=of, at=utc(), by=person.name, reason=reason)
    if json:
        emit({"of": of, "cuts": pairs, "new": len(made), "by": person.name, "reason": reason})
    else:
        said = {"new": len(made), "known": len(pairs) - len(made)}
        out().print(plain(t("groups.cut_said", **said)), soft_wrap=True)
    return Exit.DONE
