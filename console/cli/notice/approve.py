"""`copycatch notice approve`: the second pair of eyes."""

from __future__ import annotations

from typing import Annotated

import typer

from console.acting import AsFlag, acting
from console.exits import CommandError, Exit
from console.notice_page import show_refusals, show_state
from console.notices import desk, summary
from console.terminal import JsonFlag
from index.messages import t
from index.times import utc
from takedown.gates import APPROVAL, passes
from takedown.gating import authors
from takedown.notice import Step


def run(
    name: Annotated[str, typer.Argument(metavar="ID", help=t("cli.notice.id"), show_default=False)],
    *,
    note: Annotated[str, typer.Option("--note", help=t("cli.notice.note"), show_default=False)] = "",
    by: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """Approves exactly what stands there now; refused while another gate is closed."""
    person = acting(by, "approve")
    with desk() as held:
        notice = held.book.get(name)
        wrote = authors(held.records, notice)
        if person.name in {wrote.drafter, wrote.last}:
            raise CommandError(t("gate.own_approval", who=person.name))
        found = held.refusals(notice, utc(), without=APPROVAL)
        if not passes(found):
            show_refusals(notice, found, json=json)
            return Exit.FAILURES
        step = Step(state="approved", at=utc(), by=person.name, digest=notice.content.digest, note=note)
        approved = held.book.step(notice, step, by=person.name)
        show_state(approved, json=json, document=summary(approved))
    return Exit.DONE
