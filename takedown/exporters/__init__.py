"""Ways out of the house. Each module here is one format, found by its presence; it serves tables, notices or both.

- Tables (`copycatch export`): `FORMAT`, name and file suffix, and `export(rows, out, kind)`, which reads the rows once,
  keeps none of them, and returns how many it wrote.
- Notices (`copycatch notice export`): `NAME`, `SUFFIX` (with its dot; '' where it makes a folder), `FORBIDS_PERSONAL`,
  and `export_notice(notice, context, target)`, which writes into the folder `target` and returns what it wrote.

Libraries that are slow to load are imported inside the functions that need them: listing the formats waits for none.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import BinaryIO, Protocol, cast

from index.protocol import Kind, Stored
from takedown.exporting import Context
from takedown.notice import Notice


class Exporter(Protocol):
    """What a module for tables offers."""

    FORMAT: str

    def export(self, rows: Iterable[Stored], out: BinaryIO, kind: Kind) -> int:
        """Writes all rows and returns their number."""


class NoticeExporter(Protocol):
    """What a module for notices offers."""

    NAME: str
    """As it stands after `--format`."""
    SUFFIX: str
    FORBIDS_PERSONAL: bool
    """Whether it must hold no personal data: the module leaves them out, whatever the notice says."""

    def export_notice(self, notice: Notice, context: Context, target: Path) -> list[Path]:
        """Writes the notice into the folder `target`, which exists. Raises ExportError, PartMissingError, OSError."""


def exporters() -> dict[str, Exporter]:
    """Format of a table -> its module."""
    return {module.FORMAT: cast("Exporter", module) for module in _modules() if hasattr(module, "FORMAT")}


def notice_exporters() -> dict[str, NoticeExporter]:
    """Format of a notice -> its module."""
    return {module.NAME: cast("NoticeExporter", module) for module in _modules() if hasattr(module, "export_notice")}


def _modules() -> Iterable[ModuleType]:
    return (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))


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
