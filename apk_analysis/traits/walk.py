"""The walk of an automaton over bytes. Several lanes at once: one alone would wait for memory at every byte."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from apk_analysis.compiled import COMPILED, compiled
from apk_analysis.traits.automaton import Ints, Tables, Words

LANES = 4
BLOCK = 1 << 18 if COMPILED else 1 << 22
"""Bytes per round."""
WIDTH = 1 << 12
"""Lanes when NumPy walks them, all in step."""

Data = NDArray[np.uint8]


class Found(NamedTuple):
    """Hits of one walk, in the order of their ends."""

    pattern: NDArray[np.int32]
    start: Ints
    """Offset of the first byte."""
    wide: NDArray[np.bool_]
    """Whether it stands in UTF-16."""
    cut: NDArray[np.int64]
    """Patterns of which there are more hits than were kept."""


class Walker:
    """Walks with room for at most `room` hits. Holds its scratch memory: one per thread."""

    def __init__(self, tables: Tables, room: int = 1 << 16) -> None:
        self.tables = tables
        self._out = np.empty(room, np.int32), np.empty(room, np.int64), np.empty(room, np.bool_)
        self._scratch = np.empty((2, BLOCK), np.uint32)
        self._counts = np.zeros(len(tables.fold), np.int64)
        self._cut = np.zeros(len(tables.fold), np.bool_)

    def walk(self, data: bytes, span: tuple[int, int], kind: int) -> Found:
        """Hits between the two offsets of `data`, a text of `kind` (one bit)."""
        begin, stop = max(0, span[0]), min(len(data), span[1])
        if begin >= stop:
            return Found(self._out[0][:0], self._out[1][:0], self._out[2][:0], np.empty(0, np.int64))
        self._counts[:], self._cut[:] = 0, False
        whole = np.frombuffer(data, np.uint8, stop - begin, begin)
        kept = 0
        for at, state in self._candidates(whole):
            kept = _confirm(self.tables, whole, at, state, kind, self._counts, self._cut, *self._out, kept)
        pattern, start, wide = self._out
        return Found(pattern[:kept].copy(), start[:kept] + begin, wide[:kept].copy(), np.flatnonzero(self._cut))

    def _candidates(self, data: Data) -> Iterator[tuple[Words, Words]]:
        """(offsets, states) where accepting states are reached."""
        find = _lanes if COMPILED else _lanes_in_step
        tables = self.tables
        for begin in range(0, len(data), BLOCK):
            stop = min(len(data), begin + BLOCK)
            count = find(tables.column, tables.step, tables.accepting, tables.reach, data, begin, stop, self._scratch)
            order = np.argsort(self._scratch[0, :count])  # lanes come mixed, and only the first hits are kept
            yield self._scratch[0, order], self._scratch[1, order]


@compiled
def _lanes(  # noqa: PLR0917 - positional, for numba
    column: Words, step: Words, accepting: int, reach: int, data: Data, begin: int, stop: int, scratch: Words
) -> int:
    """Fills `scratch` with offsets and states and returns how many; at most one per byte."""
    size = (stop - begin) // LANES
    at, state = scratch[0], scratch[1]
    b, c, d, e = begin + size, begin + 2 * size, begin + 3 * size, begin + 4 * size
    lane0, lane1, lane2, lane3 = data[begin:b], data[b:c], data[c:d], data[d:e]
    s0, s1 = _warm(column, step, reach, data, begin), _warm(column, step, reach, data, b)
    s2, s3 = _warm(column, step, reach, data, c), _warm(column, step, reach, data, d)
    edge, count = np.uint32(accepting), 0
    for i in range(size):
        s0, s1 = step[s0 + column[lane0[i]]], step[s1 + column[lane1[i]]]
        s2, s3 = step[s2 + column[lane2[i]]], step[s3 + column[lane3[i]]]
        if s0 >= edge or s1 >= edge or s2 >= edge or s3 >= edge:
            if s0 >= edge:
                at[count], state[count] = begin + i, s0
                count += 1
            if s1 >= edge:
                at[count], state[count] = b + i, s1
                count += 1
            if s2 >= edge:
                at[count], state[count] = c + i, s2
                count += 1
            if s3 >= edge:
                at[count], state[count] = d + i, s3
                count += 1
    for i in range(e, stop):
        s3 = step[s3 + column[data[i]]]
        if s3 >= edge:
            at[count], state[count] = i, s3
            count += 1
    return count


@compiled
def _warm(column: Words, step: Words, reach: int, data: Data, begin: int) -> np.uint32:
    """The state in which a lane begins: what a walk from far enough before it would have reached."""
    state = np.uint32(0)
    for at in range(max(0, begin - reach), begin):
        state = step[state + column[data[at]]]
    return state


def _lanes_in_step(  # noqa: PLR0917 - the arguments of _lanes
    column: Words, step: Words, accepting: int, reach: int, data: Data, begin: int, stop: int, scratch: Words
) -> int:
    """The same without a compiler: NumPy moves WIDTH lanes by one byte at a time."""
    size = -(-(stop - begin) // WIDTH)
    starts = np.arange(begin, stop, size)
    state = np.zeros(len(starts), np.uint32)
    count = 0
    for i in range(-reach, size):
        places = starts + i
        inside = (places >= 0) & (places < stop)
        state = np.where(inside, step[state + column[data[np.where(inside, places, 0)]]], np.uint32(0))
        if i < 0:
            continue
        hits = np.flatnonzero(state >= accepting)
        scratch[0, count : count + len(hits)], scratch[1, count : count + len(hits)] = places[hits], state[hits]
        count += len(hits)
    return count


@compiled
def _confirm(  # noqa: PLR0917 - positional, for numba
    tables: Tables,
    data: Data,
    ats: Words,
    states: Words,
    kind: int,
    counts: Ints,
    cut: NDArray[np.bool_],
    pattern: NDArray[np.int32],
    start: Ints,
    wide: NDArray[np.bool_],
    kept: int,
) -> int:
    """Appends what really stands at the candidates to the three output arrays. Returns how much they hold."""
    for candidate in range(len(ats)):
        at = np.int64(ats[candidate])
        if data[at] == 0:
            continue  # the automaton only waits here
        row = (np.int64(states[candidate]) - tables.accepting) // tables.columns
        for place in range(tables.output_start[row], tables.output_start[row + 1]):
            number = tables.output[place]
            if tables.kinds[number] & kind == 0:
                continue
            if counts[number] >= tables.most[number] or kept >= len(pattern):
                cut[number] = True
                continue
            for gap in range(1, 3 if tables.wide[number] else 2):
                first = _stands(tables, data, number, at, gap)
                if first >= 0:
                    pattern[kept], start[kept], wide[kept] = number, first, gap == 2
                    kept += 1
                    counts[number] += 1
                    break
    return kept


@compiled
def _stands(tables: Tables, data: Data, number: int, at: np.int64, gap: int) -> np.int64:
    """Where pattern `number` begins when it ends at `at` with `gap - 1` NUL between its bytes; -1 when it does not."""
    text, size = tables.text_start[number], tables.text_start[number + 1] - tables.text_start[number]
    first = np.int64(at - (size - 1) * gap)
    if first < 0:
        return np.int64(-1)
    for i in range(size):
        byte = data[first + i * gap]
        if tables.fold[number] and 65 <= byte <= 90:
            byte += 32
        if byte != tables.text[text + i]:
            return np.int64(-1)
        if gap == 2 and i > 0 and data[first + i * gap - 1] != 0:
            return np.int64(-1)
    return first
