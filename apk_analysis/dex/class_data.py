"""Which methods the classes of a DEX file define, and where their code is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apk_analysis.compiled import compiled

OFTEN = 4
"""Numbers that are read, as a multiple of the file's bytes: data that classes share on purpose costs no more."""


@compiled
def coded_methods(  # noqa: C901 - one loop: a call per number costs ten times its work
    data: NDArray[np.uint8], class_data: NDArray[np.uint32], rows: NDArray[np.int64]
) -> tuple[int, int, int]:
    """Fills one row of `rows` (int64[n, 3]) for each method with code, class by class, until they are full.

    `class_data`: offset of each class's data, 0 for none. A row: method, class, offset of the code item; neither the
    method nor the offset is checked. Returns how many rows were filled, classes are malformed, and classes are unread.
    """
    sizes = np.zeros(4, np.int64)  # static fields, instance fields, direct methods, virtual methods
    found, malformed, left = 0, 0, OFTEN * len(data)
    for number in range(len(class_data)):
        at = np.int64(class_data[number])
        if at == 0:
            continue
        # A class's data are LEB128 numbers: four sizes, two for each field, three for each method.
        methods, virtual, total, position = np.int64(4), np.int64(4), np.int64(4), np.int64(0)
        index, value = np.int64(0), np.int64(0)
        while position < total:
            value, shift, byte = np.int64(0), np.int64(0), np.int64(0x80)
            while byte >= 0x80 and at < len(data) and shift < 35:
                byte = np.int64(data[at])
                value |= (byte & 0x7F) << shift
                shift += 7
                at += 1
            if byte >= 0x80:
                malformed += 1
                break
            if position < 4:
                sizes[position] = value & 0xFFFFFFFF
                if position == 3:
                    methods = 4 + 2 * (sizes[0] + sizes[1])
                    virtual = methods + 3 * sizes[2]
                    total = virtual + 3 * sizes[3]
            elif position >= methods:
                part = (position - methods) % 3
                if part == 0:
                    index = value + (index if position not in (methods, virtual) else 0)
                elif part == 2 and value != 0:  # neither abstract nor native
                    if found == len(rows):
                        return found, malformed, len(class_data) - number
                    rows[found, 0], rows[found, 1], rows[found, 2] = index, number, value & 0xFFFFFFFF
                    found += 1
            position += 1
            left -= 1
        if left < 0:
            return found, malformed, len(class_data) - number - 1
    return found, malformed, 0
