"""Loops over bytes, compiled by numba where it is installed; the same functions run uncompiled otherwise.

Machine code is kept beside the source (or in the user's cache when that cannot be written), and `script/bootstrap`
makes it. numba notices a change only in the file of the function that it compiles: so a compiled function calls
compiled functions of its own module alone (a test looks after it), and a few lines that two
modules need stand in both.
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
    _config: Any = numba.config
    COMPILED = not _config.DISABLE_JIT


def compiled(function: F) -> F:
    """`function` as machine code. It may use numbers and NumPy arrays only, and must stay inside their bounds."""
    if not COMPILED:
        return function
    try:
        return cast("F", numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # no folder to keep machine code in can be written: it is made anew in each process
        return cast("F", numba.njit(nogil=True)(function))
