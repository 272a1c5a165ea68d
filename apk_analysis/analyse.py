"""A sample in, facts out: the one place where all parts of this room meet. Never raises for bad input."""

from __future__ import annotations

import hashlib
import mmap
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from apk_analysis import second_opinion
from apk_analysis.appearance import Appearance, read_appearance
from apk_analysis.arbitration import arbitrate
from apk_analysis.archive import Archive, Bytes
from apk_analysis.axml import Platform, read_document, read_platform
from apk_analysis.components import component_elements
from apk_analysis.containers import BUNDLES, base_of, name_of, name_of_archive
from apk_analysis.defects import Defect, problem
from apk_analysis.fingerprint import Fingerprint, NetworkSecurity, Problem, Signature, Trait
from apk_analysis.lookup import Lookup
from apk_analysis.manifest import Manifest, application_of, read_manifest
from apk_analysis.network_security import read_network_security
from apk_analysis.shared_paths import read_shared_paths
from apk_analysis.signature.verify import verify
from apk_analysis.traits import find_traits

T = TypeVar("T")
MANIFEST = "AndroidManifest.xml"
LARGEST_MANIFEST, LARGEST_BASE = 16 << 20, 1 << 30
PIECE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What one analysis yields."""

    fingerprint: Fingerprint
    icon_png: bytes | None = None
    """The picture that `fingerprint.icon` speaks of."""


def analyse(path: str | Path) -> Analysis:
    """Everything this room can say about the sample at `path`. Raises OSError only when it cannot be opened."""
    path = Path(path)
    with _mapped(path) as data:
        return _Sample(path, data).analyse()


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
    for at in range(0, len(data), PIECE):
        piece = bytes(data[at : at + PIECE])
        for state in states:
            state.update(piece)
    sha256, sha1, md5 = (state.hexdigest() for state in states)
    return Fingerprint(sha256=sha256, sha1=sha1, md5=md5, size=len(data), container=name_of(data))


class _Sample:
    """One analysis under way. Each part is guarded, so that its failure costs only its own facts."""

    def __init__(self, path: Path, data: Bytes, *, inside_bundle: bool = False) -> None:
        self.path = path
        self.data = data
        self.inside_bundle = inside_bundle
        self.problems: list[Problem] = []

    def analyse(self) -> Analysis:
        bare = _bare(self.data)
        archive = self._guarded("zip", lambda: self._open(bare.container), None)
        if archive is None:
            return Analysis(fingerprint=replace(bare, problems=tuple(self.problems)))
        self.problems += archive.problems
        bare = replace(bare, container=name_of_archive(archive))
        if bare.container in BUNDLES and not self.inside_bundle:
            return self._bundle(archive, bare)
        if bare.container != "apk":
            self.problems.append(problem("container", "not_analysed", bare.container))
            return Analysis(fingerprint=replace(bare, problems=tuple(self.problems)))
        return self._apk(archive, bare)

    def _open(self, container: str) -> Archive | None:
        try:
            return Archive(self.data)
        except Defect as defect:
            kind = {"empty": "empty", "html": "html_instead"}.get(container, defect.kind)
            self.problems.append(problem("zip", kind, defect.detail or f"looks like {container}"))
            return None

    def _guarded(self, part: str, read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except Defect as defect:
            self.problems.append(defect.problem(part))
        except MemoryError:
            self.problems.append(problem(part, "out_of_memory"))
        except Exception as error:  # noqa: BLE001 - our own mistake on hostile bytes; said, never hidden
            self.problems.append(problem(part, "internal_error", f"{type(error).__name__}: {error}"))
        return otherwise

    def _apk(self, archive: Archive, bare: Fingerprint) -> Analysis:
        raw = self._guarded("manifest", lambda: self._read_manifest(archive), b"")
        document, lookup = read_document(raw), Lookup(archive)
        application = application_of(document)
        platform = self._guarded("manifest", lambda: read_platform(document), None) if raw else None
        signature = self._guarded("signature", lambda: self._signature(archive, platform), Signature())
        nobody, nothing = Manifest(reader=None), tuple[Trait, ...]()
        manifest = self._guarded("manifest", lambda: read_manifest(document, lookup), nobody) if raw else nobody
        if raw:
            manifest = self._guarded("manifest", lambda: arbitrate(manifest, self.path, lookup), manifest)
        shown = self._guarded("appearance", lambda: read_appearance(document, lookup), Appearance())
        network = self._guarded("network", lambda: read_network_security(application, lookup), NetworkSecurity())
        paths = self._guarded(
            "manifest", lambda: read_shared_paths(component_elements(application), lookup), tuple[str, ...]()
        )
        self.problems += [*lookup.problems, *manifest.problems, *shown.problems]
        self.problems += second_opinion.zip_health(self.path)
        traits = self._guarded("traits", lambda: self._traits(archive), nothing)
        label = manifest.label or shown.labels.get("")
        fingerprint = replace(
            bare,
            package=manifest.package,
            version_code=manifest.version_code,
            version_name=manifest.version_name,
            min_sdk=platform.min_sdk if platform else None,
            target_sdk=platform.target_sdk if platform else None,
            label=label,
            labels=shown.labels or ({"": label} if label else {}),
            names=shown.names,
            icon=shown.icon,
            icons=shown.icons,
            permissions=manifest.permissions,
            permissions_sha256=manifest.permissions_sha256,
            components=manifest.components,
            meta_data=manifest.meta_data,
            network=network,
            provider_paths=paths,
            signature=signature,
            traits=traits,
            problems=tuple(dict.fromkeys(self.problems)),
            reader=manifest.reader,
        )
        return Analysis(fingerprint=fingerprint, icon_png=shown.icon_png)

    def _read_manifest(self, archive: Archive) -> bytes:
        entry = archive.find(MANIFEST)
        if entry is None:
            raise Defect("no_manifest")
        return archive.read(entry, LARGEST_MANIFEST)

    def _signature(self, archive: Archive, platform: Platform | None) -> Signature:
        signature, problems = verify(archive, platform)
        self.problems += problems
        return signature

    def _traits(self, archive: Archive) -> tuple[Trait, ...]:
        traits, problems = find_traits(archive)
        self.problems += problems
        return traits

    def _bundle(self, archive: Archive, bare: Fingerprint) -> Analysis:
        """A bundle is analysed through its base; hashes and size stay those of the bundle."""
        base = base_of(archive, bare.container)
        if base is None:
            self.problems.append(problem("container", "no_base"))
            return Analysis(fingerprint=replace(bare, problems=tuple(self.problems)))
        with tempfile.NamedTemporaryFile(suffix=".apk") as file:
            try:
                for piece in archive.stream(base, LARGEST_BASE):
                    file.write(piece)
            except Defect as defect:
                self.problems.append(defect.problem("container"))
                return Analysis(fingerprint=replace(bare, problems=tuple(self.problems)))
            file.flush()
            inner = _analyse_base(Path(file.name))
        return self._joined(archive, bare, base.name, inner)

    def _joined(self, archive: Archive, bare: Fingerprint, name: str, inner: Analysis) -> Analysis:
        others = sum(entry.name.lower().endswith(".apk") for entry in archive.entries) - 1
        if others:
            self.problems.append(problem("container", "parts_not_analysed", f"{others} besides {name}"))
        found = inner.fingerprint
        own = Trait(kind="base_apk", value=name, where=name, sha256=found.sha256)
        fingerprint = replace(
            found,
            sha256=bare.sha256,
            sha1=bare.sha1,
            md5=bare.md5,
            size=bare.size,
            container=bare.container,
            traits=(own, *found.traits),
            problems=(*self.problems, *found.problems),
        )
        return Analysis(fingerprint=fingerprint, icon_png=inner.icon_png)


def _analyse_base(path: Path) -> Analysis:
    with _mapped(path) as data:
        return _Sample(path, data, inside_bundle=True).analyse()
