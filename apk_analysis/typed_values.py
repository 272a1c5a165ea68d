"""Android's typed values (32 bits and a type) as text, numbers and colours."""

from __future__ import annotations

import math
import struct

from apk_analysis.axml import BOOLEAN, COLOURS, DIMENSION, FLOAT, FRACTION, INTEGERS

_RADIX = (1.0, 2.0**-7, 2.0**-15, 2.0**-23)
"""What the mantissa of a dimension or fraction counts, by its radix bits."""
_UNITS = (1.0, 1.0, 1.0, 160 / 72, 160.0, 160 / 25.4)
"""px, dip, sp, pt, in, mm in dp; px and sp depend on the device and count as dp."""


def as_float(kind: int, number: int) -> float | None:
    """A number, a length in dp, or a fraction (1.0 for 100 %); None for other kinds and for what is no number."""
    if kind == FLOAT:
        value = float(struct.unpack("<f", struct.pack("<L", number))[0])
    elif kind in {DIMENSION, FRACTION}:
        mantissa = (number >> 8) - (1 << 24 if number >> 31 else 0)
        value = mantissa * _RADIX[number >> 4 & 3]
        if kind == DIMENSION:
            value *= _UNITS[min(number & 0xF, len(_UNITS) - 1)]
    elif kind in INTEGERS:
        value = float(signed(number))
    else:
        return None
    return value if math.isfinite(value) else None


def signed(number: int) -> int:
    """32 bits as a signed number."""
    return number - (1 << 32) if number >> 31 else number


def as_text(kind: int, number: int) -> str | None:
    """As a person would write it: 'true', '7', '1.5', '#ff00ff00'; None for what stands for something else."""
    if kind == BOOLEAN:
        return "true" if number else "false"
    if kind in COLOURS:
        return f"#{number:08x}"
    if kind in INTEGERS:
        return str(signed(number))
    value = as_float(kind, number)
    return None if value is None else f"{value:g}"
