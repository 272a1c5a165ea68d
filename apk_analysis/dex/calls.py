"""Who calls a method."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apk_analysis.dex.names import hash_method
from apk_analysis.dex.reader import Dex


def find_methods(dex: Dex, targets: Collection[tuple[bytes, bytes]]) -> NDArray[np.int64]:
    """Rows of the method table that are one of `targets`: (descriptor of the class, name), whatever the parameters."""
    wanted = np.array([hash_method(owner, name) for owner, name in targets], np.uint64)
    rows = np.flatnonzero(np.isin(dex.code().method_hash, wanted))
    exact = set(targets)
    return rows[[dex.method_id(int(row)) in exact for row in rows]] if len(rows) else rows


def find_calls(dex: Dex, targets: Collection[tuple[bytes, bytes]]) -> NDArray[np.int64]:
    """Methods, as numbers into `dex.code()`, that call one of `targets`; each once."""
    code = dex.code()
    called = np.zeros(len(dex.method_class), bool)
    called[find_methods(dex, targets)] = True
    return _rows(code.calls.starts, called[code.calls.values])


def _rows(starts: NDArray[Any], marked: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Rows of a Csr that have a marked value."""
    return np.unique(np.searchsorted(starts, np.flatnonzero(marked), side="right") - 1)
