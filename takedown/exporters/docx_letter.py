"""A letter as DOCX, to be edited and signed. The annex goes along where the letter has no room for everything."""

from __future__ import annotations

from pathlib import Path

from takedown.exporting import Context
from takedown.notice import Notice

NAME = "docx"
SUFFIX = ".docx"
FORBIDS_PERSONAL = False


def export_notice(notice: Notice, context: Context, target: Path) -> list[Path]:
    """Raises OSError."""
    from takedown.letters.going import export_letter  # noqa: PLC0415 - draws in what letters need
    from takedown.letters.word import drawn  # noqa: PLC0415 - a slow library

    return export_letter(notice, context, target, SUFFIX, drawn)
