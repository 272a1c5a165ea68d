"""A text read in another way, with the way back to `joined`."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple


class Piece(NamedTuple):
    """A part of `joined` that reads as something else."""

    start: int
    """Offsets in `joined` of what was written."""
    end: int
    reads: str
    before: int = 0
    """Separators directly before it that fall away."""
    after: int = 0
    """The same directly after."""


class _Patch(NamedTuple):
    at: int
    """Where it begins in the reading."""
    until: int
    piece: Piece


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """`joined` with some pieces replaced."""

    how: str
    """The step it adds to the decode path."""
    string: str
    patches: tuple[_Patch, ...]

    def in_joined(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in `joined` of [start, end); a piece is quoted whole."""
        if not self.patches:
            return start, end
        return self._place(start)[0], self._place(end - 1)[1]

    def touches(self, start: int, end: int) -> bool:
        """Whether [start, end) has to do with a piece: all else is known from `joined`."""
        nearest = bisect_right(self.patches, end - 1, key=attrgetter("at")) - 1
        return nearest >= 0 and self.patches[nearest].until > start

    def _place(self, at: int) -> tuple[int, int]:
        nearest = bisect_right(self.patches, at, key=attrgetter("at")) - 1
        if nearest < 0:
            return at, at + 1
        patch = self.patches[nearest]
        if at < patch.until:
            return patch.piece.start, patch.piece.end
        here = at - patch.until + patch.piece.end + patch.piece.after
        return here, here + 1


def rewritten(how: str, joined: str, pieces: Iterable[Piece], spoken: str | None = None) -> Reading:
    """`joined` with the pieces replaced; they come in order and do not overlap.

    `spoken`: what stands between them instead of `joined`, of the same length.
    """
    rest = joined if spoken is None else spoken
    out: list[str] = []
    patches: list[_Patch] = []
    here = length = 0
    for piece in pieces:
        if piece.start < here:
            continue
        between = rest[here : max(here, piece.start - piece.before)]
        out += (between, piece.reads)
        length += len(between) + len(piece.reads)
        patches.append(_Patch(length - len(piece.reads), length, piece))
        here = piece.end + piece.after
    if not patches:
        return Reading(how, rest, ())
    out.append(rest[here:])
    return Reading(how, "".join(out), tuple(patches))
