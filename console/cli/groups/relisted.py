"""`copycatch groups relisted`: what came again after it was confirmed or gone."""

from __future__ import annotations

from typing import Annotated

import typer

from console.exits import CommandError, Exit
from console.group_desk import desk
from console.group_pages import relisting_lines
from console.terminal import JsonFlag, emit, out, remark
from crawler.since import cutoff
from index.messages import t
from takedown.relisting import Relistings


def run(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help=t("cli.groups.listings"), show_default=False)
    ] = None,
    *,
    since: Annotated[
        str | None, typer.Option("--since", help=t("cli.groups.since"), metavar="SPAN", show_default=False)
    ] = None,
    json: JsonFlag = False,
) -> int:
    """One paragraph, or one JSON document, for each; newest first."""
    try:
        start = cutoff(since) or ""
    except ValueError as error:
        raise CommandError(t("groups.no_span", given=since)) from error
    with desk() as held:
        if names:
            wanted = [held.listing(name) for name in names]
            known = Relistings(held.index, held.records, held.profiles, only=wanted).of(wanted)
            found = [one for one in known.values() if one.seen_at >= start]
        else:
            found = Relistings(held.index, held.records, held.profiles).every(start)
    for one in found:
        if json:
            emit(one)
        else:
            for part in relisting_lines(one):
                out().print(part, overflow="fold")
    if not json:
        remark(t("groups.relisted_total", count=len(found)))
    return Exit.DONE
