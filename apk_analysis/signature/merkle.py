"""Merkle trees over pages of 4 KiB, in the form of fs-verity: the kernel checks a file by them while it is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

PAGE = 4096


@dataclass(frozen=True, slots=True)
class Tree:
    """A finished tree."""

    root: bytes
    """Hash of its top page."""
    pages: bytes
    """All levels, the top one first, each padded with zeros to whole pages."""


def tree(pieces: Iterable[bytes], salt: bytes) -> Tree:
    """The tree over a content that comes in pieces of any size. `salt` goes in front of every page that is hashed.

    The level above the content takes 32 bytes for each of its pages: 1/128 of its size in memory.
    """
    level, waiting = bytearray(), b""
    for piece in pieces:
        data = waiting + piece if waiting else piece
        whole = len(data) - len(data) % PAGE
        level += _page_hashes(data, whole, salt)
        waiting = data[whole:]
    if waiting:
        level += _page_hashes(_padded(waiting), PAGE, salt)
    levels = [_padded(bytes(level))]
    while len(levels[0]) > PAGE:
        levels.insert(0, _padded(_page_hashes(levels[0], len(levels[0]), salt)))
    return Tree(hashlib.sha256(salt + levels[0]).digest(), b"".join(levels))


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % PAGE)


def _page_hashes(data: bytes, stop: int, salt: bytes) -> bytes:
    salted = hashlib.sha256(salt)
    digests = []
    with memoryview(data) as view:
        for at in range(0, stop, PAGE):
            state = salted.copy()
            state.update(view[at : at + PAGE])
            digests.append(state.digest())
    return b"".join(digests)
