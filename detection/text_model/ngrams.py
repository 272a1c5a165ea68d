"""Character n-grams of texts as numbers: compiled, exact (a vocabulary instead of buckets), each with its place.

Digits count as one character ('0'), so that single prices, dates and phone numbers are not learned; n-grams never cross
from one text to another.
"""

from __future__ import annotations

from collections.abc import Sequence

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


def codes_of(texts: Sequence[str]) -> Codes:
    """uint32[n]: the code points of all texts with `_GAP` between; digits as '0', white space as ' '.

    The first MOST_CHARACTERS are read. A character keeps its place: the sum of the lengths before it, and one per gap.
    """
    joined = "\0".join(texts)[:MOST_CHARACTERS]
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32).copy()
    codes[(codes >= ord("0")) & (codes <= ord("9"))] = ord("0")
    codes[(codes >= ord("\t")) & (codes <= ord("\r"))] = ord(" ")
    return codes


def keys_of(codes: Codes) -> Keys:
    """uint64[n * LONGEST]: the key of the n-gram of each length at each place; 0 where there is none."""
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
            key = (key ^ np.uint64(codes[at + length])) * np.uint64(0x100000001B3)
            key ^= key >> np.uint64(29)
            keys[at * LONGEST + length] = key


def table_of(vocabulary: Keys) -> npt.NDArray[np.int32]:
    """int32[2^k]: an open hash table over the positions of a vocabulary, at most half full; -1 is empty."""
    size = 1 << int(len(vocabulary) * 2).bit_length()
    table = np.full(size, -1, np.int32)
    _store(vocabulary, table)
    return table


@compiled
def _store(vocabulary: Keys, table: npt.NDArray[np.int32]) -> None:
    mask = np.uint64(len(table) - 1)
    for number in range(len(vocabulary)):
        slot = vocabulary[number] & mask
        while table[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        table[slot] = number


def columns_of(keys: Keys, vocabulary: Keys, table: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """int32 per key: its position in the vocabulary, -1 where it is not known."""
    columns = np.empty(len(keys), np.int32)
    _look_up(keys, vocabulary, table, columns)
    return columns


@compiled
def _look_up(keys: Keys, vocabulary: Keys, table: npt.NDArray[np.int32], columns: npt.NDArray[np.int32]) -> None:
    mask = np.uint64(len(table) - 1)
    for number in range(len(keys)):
        columns[number] = -1
        if keys[number] == np.uint64(0):
            continue
        slot = keys[number] & mask
        while table[slot] >= 0:
            if vocabulary[table[slot]] == keys[number]:
                columns[number] = table[slot]
                break
            slot = (slot + np.uint64(1)) & mask


def weigh(columns: npt.NDArray[np.int32], idf: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """float32 per key: its share of the text's unit vector, (1 + log count) x idf / length, spread over its places."""
    shares = np.empty(len(columns), np.float32)
    _weigh(columns, idf, shares)
    return shares


@compiled
def _weigh(columns: npt.NDArray[np.int32], idf: npt.NDArray[np.float32], shares: npt.NDArray[np.float32]) -> None:
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
        column = columns[number]
        if column >= 0:
            count = counts[slots[number]]
            value = (1.0 + np.log(float(count))) * idf[column]
            shares[number] = value / count
            square += value * value / count
    if square > 0:
        length = np.sqrt(square)
        for number in range(len(columns)):
            shares[number] /= length


def margin_of(
    columns: npt.NDArray[np.int32], shares: npt.NDArray[np.float32], weights: npt.NDArray[np.float32], length: int
) -> tuple[float, npt.NDArray[np.float32]]:
    """What all n-grams add to one score by its `weights` (float32 per column); float32[length]: what each character
    adds to it.
    """
    at = np.zeros(length, np.float32)
    return _margin(columns, shares, weights, at), at


@compiled
def _margin(
    columns: npt.NDArray[np.int32],
    shares: npt.NDArray[np.float32],
    weights: npt.NDArray[np.float32],
    at: npt.NDArray[np.float32],
) -> float:
    score = np.float32(0.0)
    for number in range(len(columns)):
        column = columns[number]
        if column >= 0:
            value = weights[column] * shares[number]
            score += value
            start, size = number // LONGEST, number % LONGEST + 1
            for place in range(start, min(start + size, len(at))):
                at[place] += value / size
    return float(score)


def scores_of(
    columns: npt.NDArray[np.int32], shares: npt.NDArray[np.float32], weights: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """float32[m]: what all n-grams add to each of the scores of `weights` (float32[n, m])."""
    scores = np.zeros(weights.shape[1], np.float32)
    _scores(columns, shares, weights, scores)
    return scores


@compiled
def _scores(
    columns: npt.NDArray[np.int32],
    shares: npt.NDArray[np.float32],
    weights: npt.NDArray[np.float32],
    scores: npt.NDArray[np.float32],
) -> None:
    for number in range(len(columns)):
        column = columns[number]
        if column >= 0:
            for score in range(len(scores)):
                scores[score] += weights[column, score] * shares[number]


def familiar(keys: Keys, columns: npt.NDArray[np.int32]) -> float:
    """Share of a text's pairs of characters that are known; 0 where it has none."""
    pairs, known = _familiar(keys, columns)
    return known / max(1, pairs)


@compiled
def _familiar(keys: Keys, columns: npt.NDArray[np.int32]) -> tuple[int, int]:
    pairs, known = 0, 0
    for number in range(1, len(keys), LONGEST):
        if keys[number] != np.uint64(0):
            pairs += 1
            if columns[number] >= 0:
                known += 1
    return pairs, known


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
