"""`copycatch groups list`: all groups, the largest first."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from console.exits import Exit
from console.group_desk import desk
from console.group_pages import groups_table
from console.terminal import JsonFlag, emit, out, remark, table
from index.messages import t
from index.ties import kind_of
from takedown.groups import Group, Groups

VALUES = ("key", "why", "listings")


def run(
    *,
    brand: Annotated[str | None, typer.Option("--brand", help=t("cli.groups.brand"), show_default=False)] = None,
    marketplace: Annotated[
        str | None, typer.Option("--marketplace", help=t("cli.groups.marketplace"), show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help=t("cli.groups.limit"))] = 50,
    values: Annotated[bool, typer.Option("--values", help=t("cli.groups.values"))] = False,
    json: JsonFlag = False,
) -> int:
    """One row, or one JSON document, for each."""
    with desk() as held:
        found = held.groups()
    if values:
        return _values(found, limit, json=json)
    wanted = [
        group for group in found.groups if brand in {None, *group.brands} and marketplace in {None, *group.marketplaces}
    ]
    if json:
        for group in wanted[:limit]:
            emit(_summary(group))
        return Exit.DONE
    if wanted:
        out().print(groups_table(wanted[:limit]))
    shown = {"shown": min(limit, len(wanted)), "total": len(wanted), "listings": found.looked_at}
    remark(t("groups.total", **shown))
    if found.tie_nobody:
        remark(t("groups.nobody", count=len(found.tie_nobody)))
    return Exit.DONE


def _summary(group: Group) -> dict[str, object]:
    """The contract of `groups list --json` (docs/schema/groups_list.json)."""
    return {
        "id": group.id,
        "members": len(group.members),
        "beside": len(group.beside),
        "marketplaces": group.marketplaces,
        "brands": group.brands,
        "ties": Counter(tie.kind for tie in group.ties if tie.joins),
        "first_seen": group.first_seen,
        "last_seen": group.last_seen,
        "open": group.open,
        "confirmed": group.confirmed,
        "dismissed": group.dismissed,
    }


def _values(found: Groups, limit: int, *, json: bool) -> int:
    """What suspected listings share and what joins nobody, the most widely shared first."""
    wanted = sorted(found.tie_nobody.items(), key=lambda one: (-one[1][1], one[0]))[:limit]
    if json:
        for key, (why, count) in wanted:
            emit({"key": key, "kind": kind_of(key), "why": why, "listings": count})
    elif wanted:
        rows = [(key, t(f"groups.why.{why}"), str(count)) for key, (why, count) in wanted]
        out().print(table([t(f"groups.column.{name}") for name in VALUES], rows))
    else:
        remark(t("groups.no_values"))
    return Exit.DONE
