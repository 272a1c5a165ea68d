"""Ways to write findings and listings into a file. Each module here is one format and is found by its presence.

A module offers `FORMAT`, its name and file suffix, and `export(rows, out, kind)`, which reads the rows once, keeps none
of them, and returns how many it wrote.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import BinaryIO, Protocol, cast

from index.protocol import Kind, Stored


class Exporter(Protocol):
    """What a module of this package offers."""

    FORMAT: str

    def export(self, rows: Iterable[Stored], out: BinaryIO, kind: Kind) -> int:
        """Writes all rows and returns their number."""


def exporters() -> dict[str, Exporter]:
    """Format -> its module."""
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    return {module.FORMAT: cast("Exporter", module) for module in modules}


def save(rows: Iterable[Stored], path: Path, kind: Kind, exporter: Exporter) -> int:
    """Writes the file in one step: whoever opens `path` sees the old file or the whole new one. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            written = exporter.export(rows, out, kind)
            out.flush()
            os.fsync(out.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return written
