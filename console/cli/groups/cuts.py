"""`copycatch groups cuts`: what was taken apart, and why."""

from __future__ import annotations

from console.exits import Exit
from console.group_desk import desk
from console.terminal import JsonFlag, emit, out, remark, table
from index.messages import t
from takedown.cuts import standing_cuts

COLUMNS = ("a", "b", "reason")


def run(*, json: JsonFlag = False) -> int:
    """The cuts of listings and values that stand, oldest first."""
    with desk() as held:
        standing = [one for one in standing_cuts(held.records) if one.of != "finding"]
    if json:
        for one in standing:
            emit(one)
    elif standing:
        rows = [(one.a, one.b, one.reason) for one in standing]
        out().print(table([t(f"groups.column.{name}") for name in COLUMNS], rows))
    else:
        remark(t("groups.no_cuts"))
    return Exit.DONE
