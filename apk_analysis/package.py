"""One APK file: its archive, who it says it is, who signed it and how it shows itself. No code, no traits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from apk_analysis.appearance import Appearance, read_appearance
from apk_analysis.arbitration import arbitrate
from apk_analysis.archive import Archive, Bytes
from apk_analysis.axml import Document, Platform, read_document, read_platform
from apk_analysis.components import component_elements
from apk_analysis.containers import PROGRAMS
from apk_analysis.contents import Contents
from apk_analysis.defects import Defect
from apk_analysis.fingerprint import NetworkSecurity, Signature
from apk_analysis.guard import Guard
from apk_analysis.lookup import Lookup
from apk_analysis.manifest import Manifest, application_of, read_manifest
from apk_analysis.network_security import read_network_security
from apk_analysis.shared_paths import read_shared_paths
from apk_analysis.signature.v4 import find_idsig
from apk_analysis.signature.verify import algorithms, verify

MANIFEST = "AndroidManifest.xml"
LARGEST_MANIFEST = 16 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What makes the app this app and nobody else's."""

    manifest: Manifest = field(default_factory=lambda: Manifest(reader=None))
    platform: Platform | None = None
    """None when it cannot be told."""
    signature: Signature = field(default_factory=Signature)
    shown: Appearance = field(default_factory=Appearance)
    network: NetworkSecurity = field(default_factory=NetworkSecurity)
    provider_paths: tuple[str, ...] = ()

    @property
    def label(self) -> str | None:
        """The default one."""
        return self.manifest.label or self.shown.labels.get("")


class Package:
    """An opened APK. Every part is guarded: what fails is empty and stands in the guard's problems."""

    def __init__(self, path: Path, archive: Archive, guard: Guard, inside: str = "") -> None:
        """`inside`: where the APK lies in a bundle, with '!/' behind."""
        self.archive = archive
        self._path = path
        self._guard = guard
        nothing = frozenset[str]()
        wanted = guard.run("signature.v1", lambda: algorithms(archive), nothing)
        self.contents = Contents(archive, wanted, inside)

    def described(self, beside: Sequence[Archive] = (), *, pictures: bool = True) -> Identity:
        """Everything but the signature.

        `beside`: splits that hold names and pictures of this app. Without `pictures` only its default label is told.
        """
        guard, raw = self._guard, self._guard.run("manifest", self._raw_manifest, b"")
        if not raw:
            return Identity()
        document, lookup = read_document(raw), Lookup(self.archive, beside)
        found = Identity(
            platform=guard.run("manifest", lambda: read_platform(document), None),
            manifest=self._manifest(document, lookup),
            shown=guard.run("appearance", lambda: read_appearance(document, lookup), Appearance())
            if pictures
            else Appearance(),
            network=guard.run(
                "network", lambda: read_network_security(application_of(document), lookup), NetworkSecurity()
            ),
            provider_paths=guard.run(
                "manifest", lambda: read_shared_paths(component_elements(application_of(document)), lookup), ()
            ),
        )
        for part in (lookup, found.manifest, found.shown):
            guard.note(part.problems)
        return found

    def signed(self, found: Identity) -> Identity:
        """What was `described`, with the signature.

        Cheapest after `contents` was iterated: then nothing is inflated a second time.
        """
        return replace(found, signature=self._signature(found.platform))

    def _raw_manifest(self) -> bytes:
        entry = self.archive.find(MANIFEST)
        if entry is None:
            raise Defect("no_manifest")
        raw = self.archive.read(entry, LARGEST_MANIFEST)
        if not raw:
            raise Defect("malformed_manifest", "empty")
        return raw

    def _manifest(self, document: Document, lookup: Lookup) -> Manifest:
        own = self._guard.run("manifest", lambda: read_manifest(document, lookup), Manifest(reader=None))
        return self._guard.run("manifest", lambda: arbitrate(own, self._path, self.archive), own)

    def _signature(self, platform: Platform | None) -> Signature:
        return self._guard.run("signature", lambda: self._verified(platform), Signature())

    def _verified(self, platform: Platform | None) -> Signature:
        signature, problems = verify(self.archive, platform, self.contents, find_idsig(self._path))
        self._guard.note(problems)
        return signature


def open_archive(data: Bytes, container: str, guard: Guard) -> Archive | None:
    """The archive of a sample, or None and a problem. `container`: what its first bytes look like."""

    def opened() -> Archive:
        try:
            return Archive(data)
        except Defect as defect:
            kind = {"empty": "empty", "html": "html_instead"}.get(container, defect.kind)
            if program:
                raise Defect("not_analysed", container) from defect
            raise Defect(kind, defect.detail or f"looks like {container}") from defect

    program = container in PROGRAMS  # which may have an archive behind it all the same
    archive = guard.run("container" if program else "zip", opened, None)
    if archive is not None:
        guard.note(archive.problems)
    return archive
