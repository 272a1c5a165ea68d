"""The files of the spool: one for each call, in the order in which the calls were made, taken away once they are done.

Each file is written beside its place, brought to the disk and then renamed: what is there is whole. Whoever carries
them out holds a lock, so that two processes do not; one that dies in between leaves the file, and the call is made
again: all calls may be made twice without harm.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from itertools import count
from pathlib import Path

from index.messages import t
from index.protocol import IndexUnavailable
from index.reading import ReadError, decode, encode
from index.spool.kept import Kept

LARGEST = 4 << 30
"""Bytes of all files. Once they are full, whoever writes has to stop; what is there stays."""
ENDING, UNREADABLE = ".json", ".unreadable"
_turns = count()


class Spool:
    """The spool of one index in the home. Many processes at once."""

    def __init__(self, folder: Path, url: str) -> None:
        """Touches nothing yet. `url`: of the index; what waits for one never goes to another."""
        self.folder = folder / blake2b(url.encode(), digest_size=6).hexdigest()

    def waiting(self) -> list[Path]:
        """Files of the calls to be made, in order."""
        if not self.folder.is_dir():
            return []
        return sorted(path for path in self.folder.iterdir() if path.suffix == ENDING)

    def keep(self, kept: Kept) -> None:
        """Adds a call; it survives a power cut once this returns. Raises IndexUnavailable when full; OSError."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        body = encode(kept)
        if size(self.folder) + len(body) > LARGEST:
            raise IndexUnavailable(t("spool.full", path=self.folder))
        path = self.folder / f"{time.time_ns():020}-{os.getpid()}-{next(_turns):06}{ENDING}"
        partial = path.with_suffix(".partial")
        with os.fdopen(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        folder = os.open(self.folder, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def carry_out(self, perform: Callable[[Kept], object]) -> bool:
        """Makes all calls that wait, oldest first; False where another process is doing so.

        A file that cannot be read is set aside under another ending, and the others go on. Raises what `perform` does:
        that call and all later ones stay.
        """
        with self._alone() as alone:
            if not alone:
                return False
            while waiting := self.waiting():
                for path in waiting:
                    try:
                        kept = decode(Kept, path.read_bytes())
                    except ReadError:
                        path.rename(path.with_suffix(UNREADABLE))
                        continue
                    perform(kept)
                    path.unlink()
        return True

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        with (self.folder / "lock").open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True


def size(folder: Path) -> int:
    """Bytes of all files in it and below."""
    found = 0
    for path in folder.rglob("*.*"):
        with suppress(FileNotFoundError):  # carried out meanwhile
            found += path.stat().st_size
    return found


def backlog(folder: Path) -> tuple[int, int]:
    """Calls that wait in all spools of a home, and files that could not be read."""
    return len(list(folder.rglob(f"*{ENDING}"))), len(list(folder.rglob(f"*{UNREADABLE}")))
