"""The manifest's elements, for finders that need more of them than `Manifest` tells. Read once per sample."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from apk_analysis.archive import Archive
from apk_analysis.axml import Document, read_document
from apk_analysis.defects import Defect
from apk_analysis.traits.finder import Seen
from apk_analysis.traits.signs import MANIFEST

LARGEST = 16 << 20
_KNOWN: WeakKeyDictionary[Archive, Document] = WeakKeyDictionary()


def document_of(seen: Seen) -> Document:
    """The sample's binary XML; an empty document when there is none or it cannot be inflated."""
    if seen.archive not in _KNOWN:
        _KNOWN[seen.archive] = _read(seen.archive)
    return _KNOWN[seen.archive]


def _read(archive: Archive) -> Document:
    entry = archive.find(MANIFEST)
    try:
        return read_document(archive.read(entry, LARGEST)) if entry else Document()
    except Defect as defect:
        return Document(defect=defect)
