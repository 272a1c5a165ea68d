"""Memory that is free but still held by this process, given back to the system. Without effect where glibc is not."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

MUCH = 224 << 20
"""Resident bytes below which nothing is worth the milliseconds."""
_STATE = Path("/proc/self/statm")


def give_back() -> None:
    """After one part of an analysis that held much, before another that will."""
    trim = _trim()
    if trim is not None and _resident() > MUCH:
        trim(0)


def _resident() -> int:
    return int(_STATE.read_text("ascii").split()[1]) * os.sysconf("SC_PAGESIZE")


@cache
def _trim() -> Callable[[int], int] | None:
    if not _STATE.exists():
        return None
    found: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return found
