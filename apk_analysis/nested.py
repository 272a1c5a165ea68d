"""Programs inside a sample: an APK in the assets is what a dropper installs later, so it gets its own identity."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
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
LIMITS = Limits(entries=20_000, entry=256 << 20, total=512 << 20)
"""Tighter than those of the sample: a nest of bombs costs no more than one."""


class Nest:
    """Collects the programs inside one sample while its contents go by."""

    def __init__(self, guard: Guard) -> None:
        self.found: list[Nested] = []
        self._guard = guard

    def take(self, content: Content) -> None:
        """Looks at one inflated entry; the app's own DEX files and libraries are no finds."""
        if content.data is not None and is_program(content.data) and not _is_own_code(content.entry.name):
            self._look(content.where, content.data, 1)

    def _look(self, where: str, data: bytes, depth: int) -> None:
        if data.startswith(LOCAL):
            self._archive(where, data, depth)
        else:
            self._add(where, data, name_of(data))

    def _archive(self, where: str, data: bytes, depth: int) -> None:
        try:
            archive = Archive(data, LIMITS)
        except Defect as defect:
            if b"AndroidManifest.xml" in data[: 1 << 16]:
                self._add(where, data, "apk")
                self._guard.note([problem("nested", defect.kind, where)])
            return
        container = name_of_archive(archive)
        if container == "apk":
            self._apk(where, data, archive)
        elif container in PROGRAMS:
            self._add(where, data, container)
        if depth >= DEEPEST:
            self._guard.note([problem("nested", "too_deep", where)])
            return
        for name, inner in _suspects(archive):
            self._look(f"{where}!/{name}", inner, depth + 1)

    def _apk(self, where: str, data: bytes, archive: Archive) -> None:
        own = Guard()
        with tempfile.NamedTemporaryFile(suffix=".apk") as file:  # one of the manifest readers wants a path
            file.write(data)
            file.flush()
            package = Package(Path(file.name), archive, own)
            identity = package.identity()
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
        if len(self.found) >= MOST:
            self._guard.note([problem("nested", "not_examined", f"more than {MOST} programs inside, from {where} on")])
            return
        sha256 = hashlib.sha256(data).hexdigest()
        self.found.append(Nested(where=where, sha256=sha256, size=len(data), container=container, **facts))  # type: ignore[arg-type]


def _is_own_code(name: str) -> bool:
    return name.endswith(".dex") and "/" not in name


def _suspects(archive: Archive) -> Iterator[tuple[str, bytes]]:
    """Entries of an inner archive that are archives or programs themselves, whatever they are called."""
    for content in Contents(archive):
        if content.data is not None and is_program(content.data) and not _is_own_code(content.entry.name):
            yield content.entry.name, content.data
