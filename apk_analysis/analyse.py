"""A sample in, facts out: the one place where all parts of this room meet. Never raises for bad input."""

from __future__ import annotations

import hashlib
import mmap
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from apk_analysis.app import App, Findings
from apk_analysis.archive import Archive, Bytes, Entry
from apk_analysis.containers import BUNDLES, name_of, name_of_archive, parts_of
from apk_analysis.defects import Defect, problem
from apk_analysis.fingerprint import Fingerprint, Part, Problem, Trait
from apk_analysis.guard import Guard
from apk_analysis.memory import give_back
from apk_analysis.package import Identity, Package, open_archive

LARGEST_PART, LARGEST_SET = 1 << 30, 4 << 30
"""Bytes of one part of a bundle, and of all."""
MOST_PARTS = 200
PIECE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What one analysis yields."""

    fingerprint: Fingerprint
    icon_png: bytes | None = None
    """The picture that `fingerprint.icon` speaks of."""


def analyse(path: str | Path, *, code: bool = True) -> Analysis:
    """Everything this room can say about the sample at `path`. Raises OSError only when it cannot be opened.

    Without `code` only its identity: archive, manifest, signers, labels and icon.
    """
    path = Path(path)
    give_back()
    with _mapped(path) as data:
        return _Sample(path, data, code=code).analyse()


def bare_fingerprint(path: Path) -> Fingerprint:
    """Hashes, size and a guess at the container, without looking inside. Raises OSError."""
    with _mapped(path) as data:
        return _bare(data)


@contextmanager
def _mapped(path: Path) -> Iterator[Bytes]:
    """The bytes of a regular file; a pipe or device could make us wait for ever."""
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not a file")
    with path.open("rb") as file:
        if not file.seek(0, 2):
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data


def _bare(data: Bytes) -> Fingerprint:
    states = hashlib.sha256(), hashlib.sha1(usedforsecurity=False), hashlib.md5(usedforsecurity=False)
    with memoryview(data) as view:
        for at in range(0, len(view), PIECE):
            for state in states:
                state.update(view[at : at + PIECE])
    sha256, sha1, md5 = (state.hexdigest() for state in states)
    return Fingerprint(sha256=sha256, sha1=sha1, md5=md5, size=len(data), container=name_of(data))


Opened = tuple[Entry, Fingerprint, Package]
"""A part of a bundle: where it lies, its hashes, and itself."""


class _Sample:
    """One analysis under way."""

    def __init__(self, path: Path, data: Bytes, *, code: bool) -> None:
        self.path = path
        self.data = data
        self.code = code
        self.guard = Guard()
        self._room = LARGEST_SET

    def analyse(self) -> Analysis:
        bare = _bare(self.data)
        archive = open_archive(self.data, bare.container, self.guard)
        if archive is None:
            return self._only(bare)
        bare = replace(bare, container=name_of_archive(archive))
        if bare.container == "apk":
            app = App(archive, self.guard)
            (who,) = self._look_into([Package(self.path, archive, self.guard)], app)
            return self._told(bare, who, app)
        if bare.container in BUNDLES:
            return self._bundle(archive, bare)
        self.guard.note([problem("container", "not_analysed", bare.container)])
        return self._only(bare)

    def _only(self, bare: Fingerprint) -> Analysis:
        return Analysis(fingerprint=replace(bare, problems=self.guard.problems))

    def _bundle(self, archive: Archive, bare: Fingerprint) -> Analysis:
        """A bundle is one app: who it is, is said by its base; names, pictures, code and files come from all parts."""
        entries = parts_of(archive, bare.container)
        if not entries:
            self.guard.note([problem("container", "no_base")])
            return self._only(bare)
        if len(entries) > MOST_PARTS:
            self.guard.note([problem("container", "parts_not_analysed", f"{len(entries) - MOST_PARTS}")])
        app, parts = App(archive, self.guard), list[Part]()
        with ExitStack() as opened:
            insides = ["", *(f"{entry.name}!/" for entry in entries[1:MOST_PARTS])]
            found = [self._open_part(archive, *pair, opened) for pair in zip(entries, insides, strict=False)]
            there = [part for part in found if part is not None]
            if not there:
                return self._only(bare)
            who = self._look_into([package for _, _, package in there], app)
            parts = [_part(entry, own, identity) for (entry, own, _), identity in zip(there, who, strict=True)]
        self.guard.note(_disagreements(parts))
        base = Trait(kind="base_apk", value=parts[0].name, where=parts[0].name, sha256=parts[0].sha256)
        return self._told(bare, who[0], app, parts=tuple(parts), first=(base,))

    def _look_into(self, packages: Sequence[Package], app: App) -> list[Identity]:
        """Says who each APK of an app is, the base first, and hands all contents to the app.

        In this order, because tables and pictures are large and so is code: they are never in memory together.
        """
        splits = [package.archive for package in packages[1:]]
        found = [package.described(() if number else splits) for number, package in enumerate(packages)]
        give_back()
        for package in packages if self.code else ():
            app.look_into(package)
        return [package.signed(one) for package, one in zip(packages, found, strict=True)]

    def _open_part(self, archive: Archive, entry: Entry, inside: str, opened: ExitStack) -> Opened | None:
        """One APK of a bundle, inflated into a file of its own that lasts as long as `opened`."""
        file = opened.enter_context(tempfile.NamedTemporaryFile(suffix=".apk"))  # noqa: SIM115 - `opened` closes it
        try:
            for piece in archive.stream(entry, min(LARGEST_PART, self._room)):
                file.write(piece)
        except Defect as defect:
            self.guard.note([defect.problem("container")])
            return None
        file.flush()
        data = opened.enter_context(_mapped(Path(file.name)))
        self._room -= len(data)
        bare = _bare(data)
        inner = open_archive(data, bare.container, self.guard)
        if inner is None or name_of_archive(inner) != "apk":
            self.guard.note([problem("container", "not_analysed", entry.name)])
            return None
        return entry, bare, Package(Path(file.name), inner, self.guard, inside)

    def _told(
        self,
        bare: Fingerprint,
        identity: Identity,
        app: App,
        *,
        parts: tuple[Part, ...] = (),
        first: tuple[Trait, ...] = (),
    ) -> Analysis:
        """All that was found as one fingerprint."""
        manifest, shown, platform = identity.manifest, identity.shown, identity.platform
        found = app.conclude(manifest) if self.code else Findings()
        fingerprint = replace(
            bare,
            package=manifest.package,
            version_code=manifest.version_code,
            version_name=manifest.version_name,
            min_sdk=platform.min_sdk if platform else None,
            target_sdk=platform.target_sdk if platform else None,
            label=identity.label,
            labels=shown.labels or ({"": identity.label} if identity.label else {}),
            names=shown.names,
            icon=shown.icon,
            icons=shown.icons,
            permissions=manifest.permissions,
            permissions_sha256=manifest.permissions_sha256,
            components=manifest.components,
            meta_data=manifest.meta_data,
            network=identity.network,
            provider_paths=identity.provider_paths,
            signature=identity.signature,
            code=found.code,
            sketches=found.sketches,
            native=app.natives.libraries,
            parts=parts,
            nested=tuple(app.nest.found),
            traits=(*first, *found.traits),
            problems=self.guard.problems,
            reader=manifest.reader,
        )
        return Analysis(fingerprint=fingerprint, icon_png=shown.icon_png)


def _part(entry: Entry, own: Fingerprint, identity: Identity) -> Part:
    return Part(
        name=entry.name,
        split=identity.manifest.split or "",
        sha256=own.sha256,
        size=own.size,
        status=identity.signature.status,
        signers=tuple(signer.sha256 for signer in identity.signature.signers),
    )


def _disagreements(parts: list[Part]) -> Iterator[Problem]:
    """Android installs the parts of an app only when all have the signers of the base."""
    for part in parts[1:]:
        if part.signers != parts[0].signers:
            yield problem("container", "parts_differ", f"{part.name} is not signed like {parts[0].name}")
