"""`copycatch notice sent`: an exported notice went out, by which channel, to whom, with what proof."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from console.acting import AsFlag
from console.after_sending import AtFlag, DueFlag, FilesFlag, NoteFlag, NoticeId, ReceiptFlag, sending
from console.terminal import JsonFlag
from index.messages import t

Channel = Literal["portal", "email", "letter", "api", "other"]


def run(
    notice: NoticeId,
    *,
    channel: Annotated[
        Channel | None, typer.Option("--channel", help=t("life.option.channel"), show_default=False)
    ] = None,
    to: Annotated[str, typer.Option("--to", help=t("life.option.to"), show_default=False)] = "",
    receipt: ReceiptFlag = "",
    files: FilesFlag = None,
    at: AtFlag = None,
    due: DueFlag = None,
    note: NoteFlag = "",
    name: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """Writes it down and counts the term."""
    with sending(name) as work:
        found = work.after.book.get(notice)
        said = work.said(found, at=at, due=due, files=files, note=note, receipt=receipt, channel=channel or "", to=to)
        return work.tell(work.after.sent(found, said, now=work.now, by=work.by), json=json)
