"""Many literal texts to find in one pass over bytes: an Aho-Corasick automaton as NumPy arrays, for traits/walk.py.

Two tricks keep it to one pass. Letters of both cases share a column of the table, and what asked for its exact case is
compared again at each hit. NUL bytes do not move the automaton, so that a text is met in UTF-16 too; a hit counts only
when all its bytes stand together, or all with one NUL behind each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Words = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One text to find."""

    text: bytes
    fold: bool = False
    wide: bool = False
    """Whether it may also stand with a NUL behind each byte."""
    kinds: int = 0xFF
    """Bit set: in which kinds of text it counts."""
    most: int = 16
    """Hits kept per walk."""


class Tables(NamedTuple):
    """The automaton. A state is the offset of its row in `step`; from `accepting` on, states have outputs."""

    column: Words
    """uint32[256]: byte -> column."""
    step: Words
    """uint32[states * columns]: state + column -> next state."""
    accepting: int
    columns: int
    output_start: Ints
    """int64[accepting states + 1] into `output`."""
    output: NDArray[np.int32]
    """Numbers of patterns."""
    text: NDArray[np.uint8]
    """All patterns behind each other."""
    text_start: Ints
    """int64[patterns + 1] into `text`."""
    fold: NDArray[np.bool_]
    wide: NDArray[np.bool_]
    kinds: Ints
    most: Ints
    reach: int
    """Bytes before a hit's last one that decide about it, at most."""


def build(patterns: Sequence[Pattern]) -> Tables:
    """The automaton for `patterns`, each of at least one byte other than NUL."""
    folded = [pattern.text.replace(b"\0", b"").lower() for pattern in patterns]
    column = _columns(folded)
    children, ends = _trie(folded, column)
    columns = int(column.max()) + 1
    step, order, outputs = _connect(children, ends, columns)
    # Accepting states go last, so that one comparison per byte tells them.
    accepting = [state for state in order if outputs[state]]
    plain = [state for state in order if not outputs[state]]
    place = np.empty(len(order), np.int64)
    place[np.array([*plain, *accepting], np.int64)] = np.arange(len(order)) * columns
    moved = np.empty_like(step)
    moved[place // columns] = place[step]
    lists = [outputs[state] for state in accepting]
    texts = [pattern.text.lower() if pattern.fold else pattern.text for pattern in patterns]
    return Tables(
        column=column,
        step=moved.astype(np.uint32).ravel(),
        accepting=len(plain) * columns,
        columns=columns,
        output_start=np.cumsum([0, *map(len, lists)], dtype=np.int64),
        output=np.array([number for numbers in lists for number in numbers], np.int32),
        text=np.frombuffer(b"".join(texts), np.uint8),
        text_start=np.cumsum([0, *map(len, texts)], dtype=np.int64),
        fold=np.array([pattern.fold for pattern in patterns], np.bool_),
        wide=np.array([pattern.wide for pattern in patterns], np.bool_),
        kinds=np.array([pattern.kinds for pattern in patterns], np.int64),
        most=np.array([pattern.most for pattern in patterns], np.int64),
        reach=max((2 * len(text) for text in texts), default=0),
    )


def _columns(texts: Sequence[bytes]) -> Words:
    """Column 0 for bytes that no text has, 1 for NUL, and one for each other byte, both cases together."""
    column = np.zeros(256, np.uint32)
    column[0] = 1
    for number, byte in enumerate(sorted(set(b"".join(texts)))):
        column[byte] = number + 2
    column[ord("A") : ord("Z") + 1] = column[ord("a") : ord("z") + 1]
    return column


def _trie(texts: Sequence[bytes], column: Words) -> tuple[list[dict[int, int]], dict[int, list[int]]]:
    """Per state its children by column; the patterns that end in a state."""
    children: list[dict[int, int]] = [{}]
    ends: dict[int, list[int]] = {}
    known = column.tolist()
    for number, text in enumerate(texts):
        state = 0
        for byte in text:
            following = children[state].get(known[byte])
            if following is None:
                following = children[state][known[byte]] = len(children)
                children.append({})
            state = following
        ends.setdefault(state, []).append(number)
    return children, ends


def _connect(
    children: Sequence[dict[int, int]], ends: dict[int, list[int]], columns: int
) -> tuple[Ints, list[int], list[list[int]]]:
    """Next states (int64[states, columns]), the states breadth first, and per state all patterns that end there."""
    step = np.zeros((len(children), columns), np.int64)
    outputs: list[list[int]] = [[] for _ in children]
    fallback = [0] * len(children)
    order = [0]
    for state in order:
        if state:
            step[state] = step[fallback[state]]
        outputs[state] = [*ends.get(state, ()), *outputs[fallback[state]]]
        for place, child in children[state].items():
            fallback[child] = int(step[state, place]) if state else 0
            step[state, place] = child
            order.append(child)
    step[:, 1] = np.arange(len(children))  # a NUL changes nothing
    return step, order, outputs
