"""A letter as PDF/A, ready to be sent. The annex goes along where the letter has no room for everything."""

from __future__ import annotations

from pathlib import Path

from takedown.exporting import Context
from takedown.notice import Notice

NAME = "pdf"
SUFFIX = ".pdf"
FORBIDS_PERSONAL = False


def export_notice(notice: Notice, context: Context, target: Path) -> list[Path]:
    """Raises PartMissingError where no Chinese font is to be had, ExportError, OSError."""
    from takedown.letters.going import export_letter  # noqa: PLC0415 - draws in what letters need
    from takedown.letters.typesetting import typeset  # noqa: PLC0415 - slow to load, and not always needed

    return export_letter(notice, context, target, SUFFIX, typeset)
