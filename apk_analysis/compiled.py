"""Loops over bytes, compiled by numba where it is installed; the same functions run uncompiled otherwise.

Machine code is kept beside the source (or in the user's cache when that cannot be written): `script/bootstrap` warms it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])

try:
    import numba
except ImportError:  # no wheel for this Python: slower, with equal results
    COMPILED = False
else:
    COMPILED = not numba.config.DISABLE_JIT


def compiled(function: F) -> F:
    """`function` as machine code. It may use numbers and NumPy arrays only, and must stay inside their bounds."""
    if not COMPILED:
        return function
    return cast("F", numba.njit(cache=True, nogil=True)(function))
