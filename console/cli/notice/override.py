"""`copycatch notice override`: a reviewer lets a notice pass a gate, with a reason that stays with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from console.acting import AsFlag, acting
from console.exits import CommandError, Exit
from console.notice_page import show_state
from console.notices import desk, summary
from console.terminal import JsonFlag
from index.messages import t
from index.plain import line
from index.times import utc
from takedown.gates import gates


def run(
    name: Annotated[str, typer.Argument(metavar="ID", help=t("cli.notice.id"), show_default=False)],
    gate: Annotated[str, typer.Argument(metavar="GATE", help=t("cli.notice.gate"), show_default=False)],
    *,
    reason: Annotated[str, typer.Option("--reason", help=t("cli.notice.reason"), show_default=False)],
    by: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """Writes the override into the notice: whoever approves it later sees it."""
    person = acting(by, "override")
    open_ones = sorted(each for each, module in gates().items() if module.OVERRIDABLE)
    if gate not in open_ones:
        raise CommandError(t("notice.no_override", gate=gate, known=", ".join(open_ones)))
    if not reason.strip():
        raise CommandError(t("notice.no_reason"))
    with desk() as held:
        notice = held.book.get(name)
        said = {**notice.content.overrides, gate: f"{person.name}: {line(reason, 1000)}"}
        changed = held.book.edit(notice, replace(notice.content, overrides=said), at=utc(), by=person.name)
        show_state(changed, json=json, document=summary(changed))
    return Exit.DONE
