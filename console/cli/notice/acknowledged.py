"""`copycatch notice acknowledged`: the recipient confirmed that it has the notice."""

from __future__ import annotations

from console.acting import AsFlag
from console.after_sending import AtFlag, DueFlag, FilesFlag, NoteFlag, NoticeId, ReceiptFlag, sending
from console.terminal import JsonFlag


def run(
    notice: NoticeId,
    *,
    receipt: ReceiptFlag = "",
    files: FilesFlag = None,
    at: AtFlag = None,
    due: DueFlag = None,
    note: NoteFlag = "",
    name: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """Writes the number or the picture down."""
    with sending(name) as work:
        found = work.after.book.get(notice)
        said = work.said(found, at=at, due=due, files=files, note=note, receipt=receipt)
        return work.tell(work.after.acknowledged(found, said, now=work.now, by=work.by), json=json)
