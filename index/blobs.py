"""Content-addressed files (samples in the quarantine, pictures): whole or not at all, readable by the owner only."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

CHUNK = 1 << 20
"""Bytes read at once."""
DIGEST = re.compile(r"[0-9a-f]{64}")


class BlobError(OSError):
    """The disk is full, read-only or gone; the message names the file."""


class Blobs:
    """Files of one folder, named by SHA-256: `ab/cd/abcd...`. Unfinished ones in `partial/` survive a restart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Where the file with that SHA-256 lies or would lie. Raises ValueError for anything else: it may be a
        marketplace's word.
        """
        if not DIGEST.fullmatch(digest):
            raise ValueError(f"no SHA-256 in lower-case hexadecimal: {digest[:80]!r}")
        return self.folder / digest[:2] / digest[2:4] / digest

    def has(self, digest: str) -> bool:
        """Whether it is there; False for what is no SHA-256."""
        return DIGEST.fullmatch(digest) is not None and self.path(digest).is_file()

    def write(self, content: bytes) -> str:
        """Stores `content`; returns its SHA-256. Raises BlobError."""
        digest = sha256(content).hexdigest()
        if not self.has(digest):
            with self.partial(f"bytes:{digest}") as partial:
                partial.reset()
                partial.write(content)
                partial.keep(digest)
        return digest

    def partial(self, key: str) -> Partial:
        """The unfinished file for `key` (an address), begun now or by an earlier process. Raises BlobError."""
        return Partial(self, sha256(key.encode("utf-8", "surrogatepass")).hexdigest())


class Partial:
    """An unfinished file, locked until it is closed.

    Whoever wants one that is taken gets another that does not survive: two writers in one file would mix their bytes.
    """

    def __init__(self, blobs: Blobs, name: str) -> None:
        """Opens or makes the file. Raises BlobError."""
        self._blobs = blobs
        self.path = blobs.folder / "partial" / name
        self._own = True
        with _named(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._handle = self._open()
            while not self._lock():
                os.close(self._handle)
                self._own = False
                self.path = self.path.with_name(f"{name}-{secrets.token_hex(8)}")
                self._handle = self._open()
            self.size = os.fstat(self._handle).st_size
        self._closed = False

    def _open(self) -> int:
        return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)

    def _lock(self) -> bool:
        """Whether the file is ours alone, and still the one of that name: its last owner may just have kept it."""
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return os.path.samestat(os.fstat(self._handle), self.path.stat())
        except (BlockingIOError, FileNotFoundError):
            return False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _note_path(self) -> Path:
        return self.path.with_suffix(".note")

    @property
    def note(self) -> str | None:
        """What was noted beside it, by this process or an earlier one: the validator that lets a download go on."""
        try:
            return self._note_path.read_text("utf-8") or None
        except (OSError, UnicodeDecodeError):
            return None

    def annotate(self, text: str) -> None:
        """Notes `text` beside the file. Raises BlobError."""
        with _named(self._note_path):
            handle = os.open(self._note_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                out.write(text)

    def chunks(self) -> Iterator[bytes]:
        """What is in the file, from its beginning."""
        place = 0
        while chunk := os.pread(self._handle, CHUNK, place):
            place += len(chunk)
            yield chunk

    def head(self, length: int) -> bytes:
        """The first bytes, at most so many."""
        return os.pread(self._handle, length, 0)

    def tail(self, length: int) -> bytes:
        """The last bytes, at most so many."""
        return os.pread(self._handle, length, max(0, self.size - length))

    def write(self, chunk: bytes) -> None:
        """Appends. Raises BlobError."""
        rest = memoryview(chunk)
        with _named(self.path):
            while rest:
                written = os.write(self._handle, rest)
                rest = rest[written:]
                self.size += written

    def reset(self) -> None:
        """Begins anew: neither bytes nor note. Raises BlobError."""
        with _named(self.path):
            os.ftruncate(self._handle, 0)
            self._note_path.unlink(missing_ok=True)
        self.size = 0

    def keep(self, digest: str) -> Path:
        """Moves the finished file under its SHA-256, durably, and closes it. Raises BlobError."""
        target = self._blobs.path(digest)
        with _named(target):
            os.fsync(self._handle)
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.replace(target)
            for folder in (target.parent, target.parent.parent, self._blobs.folder):
                _sync(folder)
            self._note_path.unlink(missing_ok=True)
        self._own = True  # there is nothing left to remove
        self.close()
        return target

    def drop(self) -> None:
        """Gives the file up."""
        self._own = False
        self.close()

    def close(self) -> None:
        """Closes the file and leaves it for a later try."""
        if self._closed:
            return
        self._closed = True
        if not self._own:
            for path in (self.path, self._note_path):
                with suppress(OSError):
                    path.unlink(missing_ok=True)
        os.close(self._handle)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """OSErrors as BlobErrors that name the file."""
    try:
        yield
    except OSError as error:
        raise BlobError(error.errno, error.strerror or str(error), str(path)) from error
