"""What a check found, and reading the file that is checked: always in pieces, always within bounds."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, NamedTuple

CHUNK = 1 << 20
"""Bytes read at once."""
SMALL = 64 << 20
"""Bytes of a file that is read whole."""
LONGEST_LINE = 1 << 18
MOST = 100
"""Places that are told; the others are counted."""
BROKEN = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, struct.error, zlib.error)
"""What reading nonsense raises."""


class Member(NamedTuple):
    """One file of a ZIP."""

    name: str
    at: int
    """Where its bytes begin in the file that is checked."""
    size: int
    sha256: str


class Wrong(Exception):  # noqa: N818 - what it is
    """Something behind which a part cannot be understood."""

    def __init__(self, code: str, where: str, detail: object = "") -> None:
        super().__init__(code)
        self.told = (code, where, detail)


class Report:
    """What was found, and the file."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.size = os.fstat(stream.fileno()).st_size
        self.wrong: list[tuple[str, str, str]] = []
        """Code (see `words`), where, particulars."""
        self.more = 0
        self.seal = self.custody_sha256 = self.created_at = ""
        self.members = self.pages = 0
        self.missing: list[dict[str, Any]] = []
        """What the bundle itself says is not in it."""
        self.stamp: dict[str, str] | None = None
        self.inflated = 0
        """Bytes so far: what a bomb would drive up."""

    def say(self, code: str, where: str, detail: object = "") -> None:
        """Notes what is wrong, once for a place."""
        if any(told[:2] == (code, where) for told in self.wrong[-3:]):
            return
        if len(self.wrong) < MOST:
            self.wrong.append((code, where, str(detail)[:200]))
        else:
            self.more += 1

    def attempt(self, where: str, step: Callable[..., None], *given: Any) -> None:
        """Takes a step of checking. What cannot be understood is something wrong; the next step follows."""
        try:
            step(self, *given)
        except Wrong as wrong:
            self.say(*wrong.told)
        except BROKEN as error:
            self.say("unreadable", where, f"{type(error).__name__}: {error}")

    def read(self, at: int, size: int) -> bytes:
        """Bytes of the file; fewer where it ends."""
        self.stream.seek(at)
        return self.stream.read(max(0, size))

    def chunks(self, at: int, size: int) -> Iterator[bytes]:
        """The same, piece by piece."""
        while size > 0:
            chunk = self.read(at, min(size, CHUNK))
            if not chunk:
                return
            yield chunk
            at, size = at + len(chunk), size - len(chunk)

    def whole(self, member: Member) -> bytes:
        """All of a small member."""
        if member.size > SMALL:
            raise Wrong("too_large", member.name, f"{member.size} bytes")
        return self.read(member.at, member.size)

    def lines(self, member: Member) -> Iterator[bytes]:
        """The lines of a member with their ends, however long it is."""
        rest = b""
        for chunk in self.chunks(member.at, member.size):
            whole = (rest + chunk).split(b"\n")
            rest = whole.pop()
            for line in whole:
                yield line + b"\n"
            if len(rest) > LONGEST_LINE:
                raise Wrong("too_large", member.name, "a line")
        if rest:
            yield rest
