"""A letter on its way: the file, and the workbook with everything that found no room in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from takedown.exporting import Context, fitting, stem, write
from takedown.letters.model import Letter
from takedown.letters.sheets import sheets
from takedown.letters.words import Words
from takedown.letters.writing import letter
from takedown.notice import Notice
from takedown.workbook import workbook


def export_letter(
    notice: Notice, context: Context, target: Path, suffix: str, draw: Callable[[Letter, str], bytes]
) -> list[Path]:
    """Writes the letter and, where it needs one, its annex. Raises what `draw` raises."""
    content = fitting(notice, context)
    annex = f"{stem(notice)}-annex.xlsx"
    said = letter(notice, context, annex=annex, content=content)
    made = [write(target / f"{stem(notice)}{suffix}", draw(said, context.now))]
    if said.needs_annex:
        tables = sheets(content, Words(context.spoken(notice)))
        made.append(write(target / annex, workbook(tables, context.now)))
    return made
