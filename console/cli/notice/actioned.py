"""`copycatch notice actioned`: the recipient says that it acted, or a person saw that the targets are gone."""

from __future__ import annotations

from typing import Annotated

import typer

from console.acting import AsFlag
from console.after_sending import (
    AtFlag,
    FilesFlag,
    NoticeId,
    ReasonFlag,
    ReceiptFlag,
    TargetsFlag,
    Watch,
    sending,
)
from console.terminal import JsonFlag
from index.messages import t
from takedown.lifecycle.outcome import proposal


def run(
    notice: NoticeId,
    *,
    targets: TargetsFlag = None,
    reason: ReasonFlag = "",
    receipt: ReceiptFlag = "",
    saw: Annotated[str, typer.Option("--saw", help=t("life.option.saw"), show_default=False)] = "",
    files: FilesFlag = None,
    at: AtFlag = None,
    name: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """Writes it down; where looks show it already, the notice moves at once."""
    with sending(name) as work:
        found = work.after.book.get(notice)
        said = work.said(found, at=at, files=files, targets=targets, reason=reason, receipt=receipt, note=saw)
        done = work.after.acted(found, said, now=work.now, by=work.by, witness=bool(saw.strip()))
        if step := proposal(done, Watch(work.held).of(done), now=work.now):
            done = work.after.book.step(done, step, by="copycatch")
        return work.tell(done, json=json)
