"""Character n-grams of texts as numbers: compiled, each with its place.

They stand in a vocabulary, not in buckets: of those that are not known hardly one in a billion passes for another.
Digits count as one character ('0'), so that single prices, dates and phone numbers are not learned; n-grams never cross
from one text to another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from apk_analysis.compiled import compiled

LONGEST = 5
"""Characters of the longest n-gram; the shortest has one."""
MOST_CHARACTERS = 12_000
"""Of all texts of one listing together; buyers do not read further."""
Codes = npt.NDArray[np.uint32]
Keys = npt.NDArray[np.uint64]
_GAP = 0
"""Between two texts."""
Columns = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]


class Vocabulary(NamedTuple):
    """The n-grams that are known: an open hash table, at most half full.

    What belongs to an n-gram stands in one line of memory: a text has hundreds, and fetching them takes the time.
    """

    lines: npt.NDArray[np.uint32]
    """uint32[2^k, 4]: upper half of the key (the lower leads here), position + 1 (0 is empty), idf, weight."""
    numbers: Floats
    """The same memory as float32: idf and weight are read here."""


def codes_of(texts: Sequence[str]) -> Codes:
    """uint32[n]: the code points of all texts with `_GAP` between.

    The first MOST_CHARACTERS are read. A character keeps its place: the sum of the lengths before it, and one per gap.
    """
    joined = "\0".join(texts)[:MOST_CHARACTERS]
    return np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)


def keys_of(codes: Codes) -> Keys:
    """uint64[n * LONGEST]: the key of the n-gram of each length at each place; 0 where there is none.

    Digits count as '0', white space as ' '.
    """
    keys = np.zeros(len(codes) * LONGEST, np.uint64)
    _fill(codes, keys)
    return keys


@compiled
def _fill(codes: Codes, keys: Keys) -> None:
    for at in range(len(codes)):
        key = np.uint64(0x9E3779B97F4A7C15)
        for length in range(LONGEST):
            if at + length >= len(codes) or codes[at + length] == _GAP:
                break
            code = np.uint64(codes[at + length])
            if 48 <= code <= 57:  # digits
                code = np.uint64(48)
            elif 9 <= code <= 13:  # white space
                code = np.uint64(32)
            key = (key ^ code) * np.uint64(0x100000001B3)
            key ^= key >> np.uint64(29)
            keys[at * LONGEST + length] = key


def vocabulary_of(keys: Keys, idf: Floats, weights: Floats) -> Vocabulary:
    """The vocabulary of these n-grams; their position is the one here."""
    lines = np.zeros((1 << int(len(keys) * 2).bit_length(), 4), np.uint32)
    numbers = lines.view(np.float32)
    _store(keys, idf, weights, lines, numbers)
    return Vocabulary(lines, numbers)


@compiled
def _store(keys: Keys, idf: Floats, weights: Floats, lines: npt.NDArray[np.uint32], numbers: Floats) -> None:
    mask = np.uint64(len(lines) - 1)
    for number in range(len(keys)):
        slot = keys[number] & mask
        while lines[slot, 1]:
            slot = (slot + np.uint64(1)) & mask
        lines[slot, 0], lines[slot, 1] = keys[number] >> np.uint64(32), number + 1
        numbers[slot, 2], numbers[slot, 3] = idf[number], weights[number]


def columns_of(keys: Keys, known: Vocabulary) -> Columns:
    """int32 per key: its position in the vocabulary, -1 where it is not known.

    Of each character the longer n-grams are looked up as long as the shorter ones are known: whoever has read an n-gram
    has read what it begins with.
    """
    columns = np.empty(len(keys), np.int32)
    _look_up(keys, known, columns, np.empty((len(keys), 2), np.float32))
    return columns


@compiled
def _look_up(keys: Keys, known: Vocabulary, columns: Columns, numbers: Floats) -> None:
    # All single characters first, then all pairs ...: none waits for another, and memory brings many at once.
    mask = np.uint64(len(known.lines) - 1)
    columns[:] = -1
    for first in range(LONGEST):
        for number in range(first, len(keys), LONGEST):
            if keys[number] == 0 or (first > 0 and columns[number - 1] < 0):
                continue
            slot, upper = keys[number] & mask, np.uint32(keys[number] >> np.uint64(32))
            while known.lines[slot, 1] and known.lines[slot, 0] != upper:
                slot = (slot + np.uint64(1)) & mask
            columns[number] = np.int64(known.lines[slot, 1]) - 1
            numbers[number, 0], numbers[number, 1] = known.numbers[slot, 2], known.numbers[slot, 3]


def weigh(columns: Columns, idf: Floats) -> Floats:
    """float32 per key: its share of the text's unit vector, (1 + log count) x idf / length, spread over its places.

    `idf`: float32 per key.
    """
    shares = np.empty(len(columns), np.float32)
    _weigh(columns, idf, shares)
    return shares


@compiled
def _weigh(columns: Columns, idf: Floats, shares: Floats) -> None:
    # Counts stand in a small open hash table: an array over the whole vocabulary would take longer than all the rest.
    size = 1
    while size < 2 * len(columns):
        size *= 2
    owners, counts = np.full(size, -1, np.int32), np.zeros(size, np.int32)
    slots = np.empty(len(columns), np.int32)
    for number in range(len(columns)):
        column = columns[number]
        if column >= 0:
            slot = column & (size - 1)
            while owners[slot] >= 0 and owners[slot] != column:
                slot = (slot + 1) & (size - 1)
            owners[slot] = column
            counts[slot] += 1
            slots[number] = slot
    square = 0.0
    for number in range(len(columns)):
        shares[number] = 0.0
        if columns[number] >= 0:
            count = counts[slots[number]]
            value = idf[number] if count == 1 else (1.0 + np.log(float(count))) * idf[number]
            shares[number] = value / count
            square += value * value / count
    if square > 0:
        length = np.sqrt(square)
        for number in range(len(columns)):
            shares[number] /= length


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """The n-grams of a text, and what they say."""

    columns: Columns
    """As `columns_of` gives them."""
    shares: npt.NDArray[np.float32]
    """As `weigh` gives them."""
    margin: float
    """What all n-grams add to the score that the vocabulary has weights for."""
    at: npt.NDArray[np.float32]
    """float32 per character: what it adds to it."""
    familiar: float
    """Share of the text's pairs of characters that are known; 0 where it has none."""


def read(codes: Codes, known: Vocabulary) -> Reading:
    """All at once: listings are short, and every call into compiled code costs as much as many of their characters."""
    columns = np.empty(len(codes) * LONGEST, np.int32)
    shares, at = np.empty(len(columns), np.float32), np.zeros(len(codes), np.float32)
    margin, pairs, familiar = _read(codes, known, columns, shares, at)
    return Reading(columns, shares, margin, at, familiar / max(1, pairs))


@compiled
def _read(codes: Codes, known: Vocabulary, columns: Columns, shares: Floats, at: Floats) -> tuple[float, int, int]:
    keys, numbers = np.zeros(len(columns), np.uint64), np.empty((len(columns), 2), np.float32)
    _fill(codes, keys)
    _look_up(keys, known, columns, numbers)
    _weigh(columns, numbers[:, 0], shares)
    pairs, familiar = 0, 0
    for number in range(1, len(keys), LONGEST):
        if keys[number] != 0:
            pairs += 1
            familiar += columns[number] >= 0
    return _margin(columns, numbers[:, 1], shares, at), pairs, familiar


@compiled
def _margin(columns: Columns, weights: Floats, shares: Floats, at: Floats) -> float:
    score = np.float32(0.0)
    for number in range(len(columns)):
        if columns[number] >= 0:
            value = weights[number] * shares[number]
            score += value
            start, size = number // LONGEST, number % LONGEST + 1
            for character in range(start, min(start + size, len(at))):
                at[character] += value / size
    return float(score)


def scores_of(reading: Reading, weights: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """float32[m]: what all n-grams add to each of the scores of `weights` (float32[n, m])."""
    scores = np.zeros(weights.shape[1], np.float32)
    _scores(reading.columns, reading.shares, weights, scores)
    return scores


@compiled
def _scores(
    columns: Columns,
    shares: npt.NDArray[np.float32],
    weights: npt.NDArray[np.float32],
    scores: npt.NDArray[np.float32],
) -> None:
    for number in range(len(columns)):
        column = columns[number]
        if column >= 0:
            for score in range(len(scores)):
                scores[score] += weights[column, score] * shares[number]


def densest(at: npt.NDArray[np.float32], width: int) -> tuple[int, float]:
    """Where the `width` characters begin that add most (all of a shorter text), and what they add; 0, 0 for no text."""
    return _densest(at, min(width, len(at)))


@compiled
def _densest(at: npt.NDArray[np.float32], width: int) -> tuple[int, float]:
    here = 0.0
    for place in range(width):
        here += at[place]
    best, start = here, 0
    for place in range(width, len(at)):
        here += at[place] - at[place - width]
        if here > best:
            best, start = here, place - width + 1
    return start, best
