"""64-bit hashes of texts inside a buffer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from apk_analysis.code.sketch import Features, mixed
from apk_analysis.compiled import compiled

_BASIS, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)


def text_features(view: NDArray[np.uint8], starts: NDArray[Any], ends: NDArray[Any], salt: int) -> Features:
    """The features of the texts view[starts[i]:ends[i]], in order, repeats included."""
    out = np.zeros(len(starts), np.uint64)
    with np.errstate(over="ignore"):  # FNV-1a wraps around
        _hash(view, starts.astype(np.int64), ends.astype(np.int64), out)
    return mixed(out, salt)


def text_feature(text: bytes, salt: int) -> int:
    """The feature of one text."""
    view = np.frombuffer(text + b"\0", np.uint8)
    return int(text_features(view, np.array([0]), np.array([len(text)]), salt)[0])


@compiled
def _hash(view: NDArray[Any], starts: NDArray[Any], ends: NDArray[Any], out: NDArray[Any]) -> None:
    for row in range(len(starts)):
        value = _BASIS
        for at in range(starts[row], ends[row]):
            value = (value ^ np.uint64(view[at])) * _PRIME
        out[row] = value
