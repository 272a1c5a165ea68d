"""`copycatch notice due`: which answers are due, and what waits for somebody here."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from console.after_sending import shown, zone
from console.exits import Exit
from console.notices import desk
from console.terminal import JsonFlag, emit, out, remark, table
from index.messages import t
from index.times import utc
from takedown.lifecycle.duties import Waiting, waiting

COLUMNS = ("due", "duty", "notice", "recipient", "targets", "receipt", "since")


def run(
    *,
    overdue: Annotated[bool, typer.Option("--overdue", help=t("life.option.overdue"))] = False,
    ours: Annotated[bool, typer.Option("--ours", help=t("life.option.ours"))] = False,
    json: JsonFlag = False,
) -> int:
    """Lists it, overdue first."""
    with desk(write=False) as held:
        found = waiting(held.book.every(), utc())
        where = zone(held)
    found = [each for each in found if (each.overdue or not overdue) and (each.ours or not ours)]
    if json:
        for each in found:
            emit(document(each))
    elif not found:
        remark(t("life.nothing_due"))
    else:
        rows = []
        for each in found:
            open_end = t("life.without_delay") if each.due_rule == "without_delay" else "-"
            day = shown(each.due_at, where)[:10] or open_end
            late = Text(t("life.overdue", day=day), style="bold red") if each.overdue else Text(day)
            content = each.notice.content
            duty = t(f"life.duty.{each.duty}")
            rest = (content.recipient, str(len(content.targets)), each.receipt, shown(each.since, where)[:10])
            rows.append((late, duty, each.notice.id[:15], *rest))
        headings = [t(f"life.column.{name}") for name in COLUMNS]
        out().print(table(headings, rows, wide={headings[1]: 3, headings[5]: 2}))
    return Exit.DONE


def document(each: Waiting) -> dict[str, object]:
    """The contract of `notice due --json` (docs/schema/notice_due.json)."""
    return {
        "id": each.notice.id,
        "state": each.notice.state,
        "recipient": each.notice.content.recipient,
        "duty": each.duty,
        "ours": each.ours,
        "since": each.since,
        "due_at": each.due_at or None,
        "due_rule": each.due_rule,
        "overdue": each.overdue,
        "receipt": each.receipt,
        "targets": len(each.notice.content.targets),
    }
