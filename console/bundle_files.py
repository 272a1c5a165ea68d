"""An evidence bundle as attachments of a notice: the whole file, and the parts that a recipient may ask for alone."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

from console.exits import CommandError
from index.blobs import Blobs
from index.messages import t
from takedown.evidence.bundle import Bundle, attachments_of, extract, read_bundle
from takedown.evidence.checking.bundle import check
from takedown.notice import Content

CHUNK = 1 << 20
MOST_PARTS = 60
"""Parts that are attached by themselves; the bundle holds them all."""


def with_bundle(content: Content, path: Path, folder: Path) -> Content:
    """The content with the bundle attached, in place of an earlier one; its files are copied into `folder`.

    Raises CommandError for a file that is no bundle of ours, or was changed.
    """
    if not path.is_file():
        raise CommandError(t("notice.no_bundle", path=path.name))
    if check(str(path)).wrong:
        raise CommandError(t("notice.bad_bundle", path=path.name))
    try:
        bundle = read_bundle(path)
        whole, *parts = attachments_of(bundle)
        blobs = Blobs(folder)
        _copy(bundle, blobs)
        own = {each.sha256 for each in content.attachments if "!/" not in each.note}
        kept = [each for each in parts if each.sha256 not in own][:MOST_PARTS]
        for each in kept:
            blobs.write(extract(path, each))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise CommandError(t("notice.bad_bundle", path=path.name)) from error
    others = [each for each in content.attachments if "!/" not in each.note and each.name != whole.name]
    return replace(content, attachments=(*others, whole, *kept))


def _copy(bundle: Bundle, blobs: Blobs) -> None:
    """The whole file, in pieces."""
    if blobs.has(bundle.sha256):
        return
    with bundle.path.open("rb") as source, blobs.partial(f"bundle:{bundle.sha256}") as partial:
        partial.reset()
        while chunk := source.read(CHUNK):
            partial.write(chunk)
        partial.keep(bundle.sha256)
