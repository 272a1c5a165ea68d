"""What the XML files of one APK refer to: strings, files, colours and styles, through its resource table."""

from __future__ import annotations

from collections.abc import Sequence

from apk_analysis.archive import Archive
from apk_analysis.axml import (
    ATTRIBUTE,
    DYNAMIC_REFERENCE,
    INTEGERS,
    REFERENCE,
    STRING,
    Attribute,
    Document,
    read_document,
)
from apk_analysis.configuration import EVERYWHERE
from apk_analysis.defects import Defect
from apk_analysis.fingerprint import Problem
from apk_analysis.resources import Resources, Style, Value
from apk_analysis.typed_values import as_text

TABLE = "resources.arsc"
LARGEST_TABLE, LARGEST_XML = 40 << 20, 1 << 20
"""Bytes of all tables of one app, and of one XML file."""
MOST_FILES = 300
"""XML files that are read for one APK."""
LONGEST_CHAIN = 20
"""Styles that inherit from each other."""
LONGEST = 2_000
"""Characters of a name, label or value; longer ones are cut."""
REFERENCES = frozenset({REFERENCE, DYNAMIC_REFERENCE})


class Lookup:
    """Resource tables and the XML files beside them; what cannot be read stands in `problems`."""

    def __init__(self, archive: Archive, beside: Sequence[Archive] = ()) -> None:
        """`beside`: splits of the same app, which hold what is meant for one screen or one language."""
        self._archives = (archive, *beside)
        self.problems: list[Problem] = []
        self._room = LARGEST_TABLE
        self._tables = [table for part in self._archives if (table := self._open_table(part)) is not None]
        self.theme = 0
        """Style of the application; answers what attributes like ?colorPrimary stand for."""
        self._files_left = MOST_FILES
        self._documents: dict[str, Document] = {}

    def _open_table(self, archive: Archive) -> Resources | None:
        entry = archive.find(TABLE)
        if entry is None:
            return None
        try:
            data = archive.read(entry, self._room)
            self._room -= len(data)
            return Resources(data)
        except Defect as defect:
            self.problems.append(defect.problem("resources"))
            return None

    def values(self, attribute: Attribute | None) -> list[Value]:
        """What the attribute stands for, in every configuration; empty when that cannot be told."""
        if attribute is not None and attribute.kind == ATTRIBUTE:
            attribute = self._styled(attribute.number)
        if attribute is None:
            return []
        if attribute.kind not in REFERENCES:
            return [Value(EVERYWHERE, attribute.kind, attribute.number, attribute.text)]
        return [value for table in self._tables for value in table.values(attribute.number)]

    def default(self, attribute: Attribute | None) -> Value | None:
        """What a plain device shows."""
        found = self.values(attribute)
        return found[0] if len(found) == 1 else min(found, key=lambda value: value.rank, default=None)

    def text(self, attribute: Attribute | None) -> str | None:
        """Its default as text: a string as it stands, numbers and truth written out; None when there is none."""
        value = self.default(attribute)
        if value is None:
            return None
        text = value.text if value.kind == STRING else as_text(value.kind, value.number)
        return text[:LONGEST] if text else None

    def flag(self, attribute: Attribute | None) -> bool | None:
        """True, false, or None when the attribute is not there or no truth value."""
        value = self.default(attribute)
        if value is None or (value.kind != STRING and value.kind not in INTEGERS):
            return None
        return bool(value.number) if value.text is None else value.text in {"1", "true", "TRUE"}

    def document(self, path: str) -> Document:
        """A binary XML file; an empty one with its defect when it cannot be read."""
        known = self._documents.get(path)
        if known is None:
            self._files_left -= 1
            known = self._documents[path] = self._read(path)
        return known

    def _read(self, path: str) -> Document:
        if self._files_left < 0:
            return Document(defect=Defect("too_large", path))
        try:
            return read_document(self.read(path, LARGEST_XML))
        except Defect as defect:
            return Document(defect=defect)

    def read(self, path: str, limit: int) -> bytes:
        """Content of a file, at most `limit` bytes. Raises Defect."""
        for archive in self._archives:
            entry = archive.find(path)
            if entry is not None:
                return archive.read(entry, limit)
        raise Defect("missing_file", path)

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return any(archive.find(path) for archive in self._archives)

    def file(self, attribute: Attribute | None) -> str:
        """Path of the file that the attribute names; '' when there is none."""
        value = self.default(attribute)
        return value.text if value is not None and value.text and self.has(value.text) else ""

    def _styled(self, name: int) -> Attribute | None:
        """The value of ?name in the application's theme."""
        style, seen = self.theme, 0
        while style and seen < LONGEST_CHAIN:
            style, values = self._style(style)
            seen += 1
            if name in values:
                kind, number = values[name]
                if kind != ATTRIBUTE:
                    return Attribute(kind, number, None)
                name, style = number, self.theme
        return None

    def _style(self, resource: int) -> Style:
        """In the first table that has it."""
        return next((bag for table in self._tables if (bag := table.bag(resource))[1]), (0, {}))
