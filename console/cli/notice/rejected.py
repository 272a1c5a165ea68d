"""`copycatch notice rejected`: the recipient refused; its reason is shown before the next notice to it."""

from __future__ import annotations

from typing import Annotated

import typer

from console.acting import AsFlag
from console.after_sending import (
    AtFlag,
    FilesFlag,
    NoteFlag,
    NoticeId,
    ReasonFlag,
    ReceiptFlag,
    TargetsFlag,
    sending,
)
from console.terminal import JsonFlag
from index.messages import t


def run(
    notice: NoticeId,
    *,
    reason: ReasonFlag = "",
    asked: Annotated[list[str] | None, typer.Option("--asked", help=t("life.option.asked"), show_default=False)] = None,
    targets: TargetsFlag = None,
    receipt: ReceiptFlag = "",
    files: FilesFlag = None,
    at: AtFlag = None,
    note: NoteFlag = "",
    name: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """Writes reason and wishes down."""
    with sending(name) as work:
        found = work.after.book.get(notice)
        said = work.said(
            found, at=at, files=files, targets=targets, asked=asked, reason=reason, receipt=receipt, note=note
        )
        return work.tell(work.after.rejected(found, said, now=work.now, by=work.by), json=json)
