"""Content-addressed files (samples in the quarantine, pictures): whole or not at all, readable by the owner only."""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, TypeVar

T = TypeVar("T")


class BlobError(OSError):
    """The disk is full, read-only or gone; the message names the file."""


class Blobs:
    """Files of one folder, named by SHA-256: `ab/cd/abcd...`. Unfinished ones in `partial/` survive a restart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Where the file with that SHA-256 lies or would lie."""
        return self.folder / digest[:2] / digest[2:4] / digest

    def has(self, digest: str) -> bool:
        """Whether it is there."""
        return self.path(digest).is_file()

    def partial(self, key: str) -> Path:
        """The unfinished file for `key` (a URL). Creates the folder, not the file."""
        folder = self.folder / "partial"
        _guard(folder, lambda: folder.mkdir(parents=True, exist_ok=True, mode=0o700))
        return folder / sha256(key.encode("utf-8", "surrogatepass")).hexdigest()

    def open_partial(self, path: Path, *, append: bool) -> BinaryIO:
        """Opens an unfinished file for writing. Raises BlobError."""
        flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else os.O_TRUNC) | getattr(os, "O_NOFOLLOW", 0)
        return _guard(path, lambda: os.fdopen(os.open(path, flags, 0o600), "ab" if append else "wb"))

    def keep(self, partial: Path, digest: str) -> Path:
        """Moves a finished file under its name, durably. Raises BlobError."""
        target = self.path(digest)

        def move() -> None:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            partial.chmod(0o600)
            _sync(partial)
            partial.replace(target)
            _sync(target.parent)

        _guard(target, move)
        return target

    def write(self, content: bytes) -> str:
        """Stores `content`; returns its SHA-256. Raises BlobError."""
        digest = sha256(content).hexdigest()
        if not self.has(digest):
            partial = self.partial(f"bytes:{digest}:{os.getpid()}")
            with self.open_partial(partial, append=False) as out:
                _guard(partial, lambda: out.write(content))
            self.keep(partial, digest)
        return digest


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _guard(path: Path, act: Callable[[], T]) -> T:
    try:
        return act()
    except OSError as error:
        raise BlobError(error.errno, error.strerror or str(error), str(path)) from error
