"""Documents that the server will never take, with its reasons: kept in a file, so that one of them stops nobody."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Sequence
from pathlib import Path

from index.elastic.bulk import Refusal
from index.elastic.writing import expect_none
from index.messages import t
from index.protocol import IndexUnavailable
from index.reading import encode
from index.times import utc

FOR_GOOD = frozenset({400, 413})
"""Of HTTP: the document does not fit its mapping, or is too large."""
LARGEST = 256 << 20
"""Bytes of the file. Once it is full nothing more is rejected quietly: writing fails, as something is badly wrong."""

logger = logging.getLogger(__name__)


class Rejected:
    """The file. Many processes at once."""

    def __init__(self, path: Path) -> None:
        """Touches nothing yet."""
        self.path = path

    def take(self, refusals: Sequence[Refusal]) -> None:
        """Keeps what was refused for good, a JSON object a line, on the disk once this returns.

        Raises IndexUnavailable for what was refused for other reasons, and where the file is full; OSError.
        """
        kept = [one for one in refusals if one.status in FOR_GOOD]
        if kept:
            lines = [_line(one) for one in kept]
            self._append(lines)
            logger.error("%s", t("elastic.rejected", count=len(kept), path=self.path, reason=kept[0].reason))
        expect_none([one for one in refusals if one.status not in FOR_GOOD])

    def size(self) -> int:
        """Bytes of the file; 0 where nothing was ever rejected."""
        return self.path.stat().st_size if self.path.exists() else 0

    def _append(self, lines: Sequence[bytes]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(self.path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600), "ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if file.tell() + sum(map(len, lines)) > LARGEST:
                raise IndexUnavailable(t("elastic.rejected_full", path=self.path))
            file.write(b"".join(lines))
            file.flush()
            os.fsync(file.fileno())


def _line(one: Refusal) -> bytes:
    action = one.action
    said = {"at": utc(), "status": one.status, "reason": one.reason, "op": action.op, "index": action.index}
    return encode({**said, "id": action.id, "document": action.document}) + b"\n"
