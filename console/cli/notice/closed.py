"""`copycatch notice closed`: nothing more is to be done about a notice."""

from __future__ import annotations

from console.acting import AsFlag
from console.after_sending import AtFlag, FilesFlag, NoticeId, ReasonFlag, sending
from console.terminal import JsonFlag


def run(
    notice: NoticeId,
    *,
    reason: ReasonFlag = "",
    files: FilesFlag = None,
    at: AtFlag = None,
    name: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """Writes it down."""
    with sending(name) as work:
        found = work.after.book.get(notice)
        said = work.said(found, at=at, files=files, reason=reason)
        return work.tell(work.after.closed(found, said, now=work.now, by=work.by), json=json)
