"""JSON Lines: every hit exactly as it is stored, for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from index.protocol import Kind, Stored
from index.reading import encode

FORMAT = "jsonl"


def export(rows: Iterable[Stored], out: BinaryIO, kind: Kind) -> int:  # noqa: ARG001 - a hit says itself what it is
    """Writes all rows; returns their number."""
    written = 0
    for hit in rows:
        out.write(encode(hit) + b"\n")
        written += 1
    return written
