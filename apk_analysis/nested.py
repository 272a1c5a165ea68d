"""Programs inside a sample: an APK in the assets is what a dropper installs later, so it gets its own identity."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from apk_analysis.archive import LOCAL, Archive, Limits
from apk_analysis.containers import PROGRAMS, is_program, name_of, name_of_archive
from apk_analysis.contents import Content, Contents
from apk_analysis.defects import Defect, problem
from apk_analysis.fingerprint import Nested
from apk_analysis.guard import Guard
from apk_analysis.package import Package

DEEPEST = 3
"""Archives within archives that are opened."""
MOST = 20
"""Programs that are told of, in all."""
MOST_BYTES, MOST_ENTRIES, LARGEST = 512 << 20, 100_000, 256 << 20
"""Bytes that are inflated and entries that are listed of all archives inside together, so that a nest of bombs costs no
more than one; bytes of one entry."""
REPEATED = 5
"""Problems of one kind that are listed one by one."""


class Nest:
    """Collects the programs inside one sample while its contents go by."""

    def __init__(self, guard: Guard) -> None:
        self.found: list[Nested] = []
        self._guard = guard
        self._room, self._entries_left = MOST_BYTES, MOST_ENTRIES
        self._noted: dict[str, int] = {}

    def take(self, content: Content) -> None:
        """Looks at one inflated entry; the app's own DEX files and libraries are no finds."""
        if content.data is not None and _is_suspect(content):
            self._look(content.where, content.data, 1)

    def _look(self, where: str, data: bytes, depth: int) -> None:
        if len(self.found) >= MOST or self._room <= 0 or self._entries_left <= 0:
            self._note("not_examined", f"{where}: enough was looked at before it")
        elif data.startswith(LOCAL):
            self._archive(where, data, depth)
        else:
            self._add(where, data, name_of(data))

    def _archive(self, where: str, data: bytes, depth: int) -> None:
        limits = Limits(entry=min(LARGEST, self._room), total=self._room)
        try:
            archive = Archive(data, limits)
        except Defect as defect:
            if b"AndroidManifest.xml" in data[: 1 << 16]:
                self._add(where, data, "apk")
                self._note(defect.kind, where)
            return
        self._entries_left -= len(archive.entries)
        container = name_of_archive(archive)
        if container == "apk":
            self._apk(where, data, archive)
        elif container in PROGRAMS:
            self._add(where, data, container)
        if depth >= DEEPEST:
            self._note("too_deep", where)
            return
        contents = Contents(archive, inside=f"{where}!/")
        for content in contents:
            self._room -= contents.size(content.entry)
            if content.data is not None and _is_suspect(content):
                self._look(content.where, content.data, depth + 1)
            if self._room <= 0:
                self._note("not_examined", f"{content.where}: enough was looked at before what follows it")
                return
        for found in contents.problems:
            self._note(found.kind, f"{where}!/{found.detail}")

    def _apk(self, where: str, data: bytes, archive: Archive) -> None:
        own = Guard()
        with tempfile.NamedTemporaryFile(suffix=".apk") as file:  # one of the manifest readers wants a path
            file.write(data)
            file.flush()
            package = Package(Path(file.name), archive, own)
            identity = package.signed(package.described(pictures=False))
        self._room -= min(self._room, sum(entry.size for entry in archive.entries))  # a signature may read all of them
        self._add(
            where,
            data,
            "apk",
            package=identity.manifest.package,
            label=identity.label,
            version_code=identity.manifest.version_code,
            status=identity.signature.status,
            signers=tuple(signer.sha256 for signer in identity.signature.signers),
        )

    def _add(self, where: str, data: bytes, container: str, **facts: object) -> None:
        sha256 = hashlib.sha256(data).hexdigest()
        self.found.append(Nested(where=where, sha256=sha256, size=len(data), container=container, **facts))  # type: ignore[arg-type]

    def _note(self, kind: str, detail: str) -> None:
        self._noted[kind] = self._noted.get(kind, 0) + 1
        if self._noted[kind] <= REPEATED:
            self._guard.note([problem("nested", kind, detail)])


def _is_suspect(content: Content) -> bool:
    """Whether an entry is an archive or a program, whatever it is called; code at the top of an archive is its own."""
    name = content.entry.name
    return content.data is not None and is_program(content.data) and not (name.endswith(".dex") and "/" not in name)
