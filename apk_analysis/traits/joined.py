"""Anchors over several constants: what one method uses one after the other is often one text in parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apk_analysis.compiled import compiled
from apk_analysis.traits.own import AppDex
from apk_analysis.traits.search import AFTER, BEFORE, Hit, Search

END = b"\xff"
"""Stands in no text."""
MOST_BYTES = 32 << 20
"""Of one DEX file's constants, behind each other."""


def joined_hits(search: Search, own: AppDex) -> Iterator[Hit]:
    """Hits in the constants of own methods, put behind each other in the order of their use."""
    text, parts = _joined(own)
    found = search.joined(text)
    for pattern, start in zip(found.pattern.tolist(), found.start.tolist(), strict=True):
        origin = search.origin(pattern)
        first = int(np.searchsorted(parts, start, "right")) - 1
        last = int(np.searchsorted(parts, start + len(origin.anchor) - 1, "right")) - 1
        # One that lies in a single constant was found already; what follows may still continue it, as in 'sk-' + key.
        stop = int(parts[last + 1]) if first < last and last + 1 < len(parts) else len(text)
        begin = int(parts[first]) if first < last else 0
        yield Hit(
            file=origin.file,
            id=origin.id,
            anchor=origin.anchor,
            where=own.where,
            kind="text",
            offset=start,
            before=text[max(begin, start - BEFORE) : start].rpartition(END)[2].decode("utf-8", "replace"),
            text=text[start : min(stop, start + AFTER)].partition(END)[0].decode("utf-8", "replace"),
            decode=("joined",),
        )


def _joined(own: AppDex) -> tuple[bytes, NDArray[np.int64]]:
    """The constants of all own methods that use several, END behind each method; where each constant begins."""
    code, strings = own.dex.code(), own.dex.strings
    rows = np.flatnonzero(own.methods & (np.diff(code.strings.starts) > 1))
    begins, ends = code.strings.starts[rows], code.strings.starts[rows + 1]
    sizes = strings.lengths.astype(np.int64)
    total = np.concatenate([[0], np.cumsum(sizes[code.strings.values])])
    blob = np.empty(min(int((total[ends] - total[begins]).sum()) + len(rows), MOST_BYTES), np.uint8)
    parts = np.empty(int((ends - begins).sum()), np.int64)
    view = np.frombuffer(own.dex.data, np.uint8)
    count, size = _join(view, strings.starts, sizes, code.strings.values, begins, ends, blob, parts)
    return blob[:size].tobytes(), parts[:count]


@compiled
def _join(  # noqa: PLR0917 - positional, for numba
    data: NDArray[Any],
    starts: NDArray[Any],
    sizes: NDArray[Any],
    values: NDArray[Any],
    begins: NDArray[Any],
    ends: NDArray[Any],
    blob: NDArray[Any],
    parts: NDArray[Any],
) -> tuple[int, int]:
    """Fills `blob` and `parts`. Returns both lengths."""
    count = size = 0
    for row in range(len(begins)):
        for place in range(begins[row], ends[row]):
            string = values[place]
            if size + sizes[string] + 1 > len(blob):
                return count, size
            parts[count] = size
            count += 1
            for i in range(sizes[string]):
                blob[size] = data[starts[string] + i]
                size += 1
        blob[size] = 0xFF
        size += 1
    return count, size
