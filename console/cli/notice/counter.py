"""`copycatch notice counter`: somebody answered the notice with a counter-notice."""

from __future__ import annotations

from console.acting import AsFlag
from console.after_sending import AtFlag, DueFlag, FilesFlag, NoteFlag, NoticeId, ReasonFlag, ReceiptFlag, sending
from console.terminal import JsonFlag


def run(
    notice: NoticeId,
    *,
    reason: ReasonFlag = "",
    receipt: ReceiptFlag = "",
    files: FilesFlag = None,
    at: AtFlag = None,
    due: DueFlag = None,
    note: NoteFlag = "",
    name: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """Writes it down and counts until when we must have complained or sued."""
    with sending(name) as work:
        found = work.after.book.get(notice)
        said = work.said(found, at=at, due=due, files=files, reason=reason, receipt=receipt, note=note)
        return work.tell(work.after.countered(found, said, now=work.now, by=work.by), json=json)
