"""Portal sheet: a folder with the sheet as a page and as text, and the attachments as the form takes them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from shutil import rmtree

from index.messages import text
from index.plain import line
from takedown.attachments import Prepared, prepared
from takedown.exporting import Context, ExportError, stem
from takedown.notice import Notice
from takedown.portal import page, plain_text, sheet
from takedown.shrinking import ShrinkError, thumbnail

NAME = "portal"
SUFFIX = ""
FORBIDS_PERSONAL = False
MOST_THUMBNAILS = 60


def export_notice(notice: Notice, context: Context, target: Path) -> list[Path]:
    """Writes the folder anew, in one step. Raises ExportError where no form describes what to fill in, and OSError."""
    form, lang = context.form, context.spoken(notice)
    if form is None:
        raise ExportError(
            text("portal.no_form", lang, recipient=context.addressee(notice), form=line(notice.content.form, 60))
        )
    folder = target / f"{stem(notice)}-portal"
    making = Path(tempfile.mkdtemp(dir=target, prefix=".portal-"))
    try:
        (making / "attachments").mkdir()
        files = prepared(notice.content, form, context.file, making / "attachments", lang)
        made = sheet(notice, form, context, files)
        (making / "sheet.html").write_text(page(made, thumbnails=_thumbnails(files, making / "attachments")), "utf-8")
        (making / "sheet.txt").write_text(plain_text(made), "utf-8")
        if folder.exists():
            rmtree(folder)
        making.replace(folder)
    except BaseException:
        rmtree(making, ignore_errors=True)
        raise
    names = [file.name for each in files for file in each.files]
    return [folder / "sheet.html", folder / "sheet.txt", *(folder / "attachments" / name for name in names)]


def _thumbnails(files: tuple[Prepared, ...], folder: Path) -> Mapping[str, bytes]:
    """Small pictures of the first files, by name."""
    found = {}
    for file in [file for each in files for file in each.files][:MOST_THUMBNAILS]:
        if file.media_type.startswith("image/"):
            try:
                found[file.name] = thumbnail((folder / file.name).read_bytes())
            except ShrinkError:  # it is shown by its ending
                continue
    return found
