"""The tables of a DEX file that compiled loops read. Every index in them is valid (`reader.py` says how)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Tables(NamedTuple):
    """Columns, by table."""

    data: NDArray[np.uint8]
    """The whole file."""
    string_starts: NDArray[np.int64]
    string_lengths: NDArray[np.int32]
    type_strings: NDArray[np.uint32]
    method_class: NDArray[np.uint32]
    method_name: NDArray[np.uint32]
    class_data: NDArray[np.uint32]
    """Offset of each class's data; 0 for none."""
