"""Small packages that show the signs of a fact, and what the finders say of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from apk_analysis.archive import Archive
from apk_analysis.axml import read_document
from apk_analysis.code.own import find_own
from apk_analysis.contents import Contents
from apk_analysis.defects import Defect
from apk_analysis.dex import opened
from apk_analysis.fingerprint import Trait
from apk_analysis.lookup import Lookup
from apk_analysis.manifest import read_manifest
from apk_analysis.traits.engine import TraitSearch
from apk_analysis.traits.facts import Fact
from apk_analysis.traits.signs import Signs
from tests.apk_analysis import build
from tests.apk_analysis.dexes import dex
from tests.apk_analysis.elf import shared_object
from tests.apk_analysis.xml_build import axml

MAIN = '<activity android:name="com.example.app.Main"/>'


@dataclass
class Package:
    """What is put into one test package; `traits` builds it and looks at it."""

    files: dict[str, bytes] = field(default_factory=dict)
    classes: dict[str, list[tuple[str, str] | str]] = field(default_factory=lambda: {"Lcom/example/app/Main;": []})
    inside: list[str] = field(default_factory=lambda: [MAIN])
    """XML inside <application>."""
    beside: list[str] = field(default_factory=list)
    """XML beside <application>."""
    application: str = ""
    """Further attributes of <application>."""
    root: str = ""
    """Further attributes of <manifest>."""
    package: str = "com.example.app"

    def with_signs(self, signs: Iterable[str]) -> "Package":
        for sign in signs:
            self._show(*sign.split(":", 1))
        return self

    def _show(self, kind: str, pattern: str) -> None:
        name = pattern.replace("*", "x1")
        full = f"{name}Shown" if name.endswith((".", "$")) else name
        if kind == "file":
            self.files.setdefault(name, b"shown")
        elif kind == "lib":
            self.files.setdefault(f"lib/arm64-v8a/{name}", shared_object(["JNI_OnLoad"]))
        elif kind == "class":
            self.classes.setdefault(f"L{full.replace('.', '/')};", [])
        elif kind == "application":
            self.application = f'android:name="{full}"'
            self.classes.setdefault(f"L{full.replace('.', '/')};", [])
        elif kind == "component":
            self.inside.append(f'<activity android:name="{full}"/>')
            self.classes.setdefault("Lcom/example/app/Other;", [])
        elif kind == "meta":
            self.inside.append(f'<meta-data android:name="{name}" android:value="shown"/>')
        elif kind == "action":
            self.inside.append(
                f'<service android:name="com.example.app.Main"><intent-filter><action android:name="{name}"/>'
                "</intent-filter></service>"
            )
        elif kind == "permission":
            self.beside.append(f'<uses-permission android:name="{name}"/>')
        elif kind == "package":
            self.package = full
        else:
            raise AssertionError(f"no package can show {kind}")

    def manifest(self) -> bytes:
        return axml(
            f'<manifest package="{self.package}" {self.root}>{"".join(self.beside)}'
            f"<application {self.application}>{''.join(self.inside)}</application></manifest>"
        )

    def signs(self) -> Signs:
        """What the package shows, without building and searching it."""
        read = read_manifest(read_document(self.manifest()), Lookup(Archive(build.archive({"a": b""}))))
        return Signs([*self.files, "AndroidManifest.xml"], read, opened(dex(self.classes), "classes.dex"))

    def traits(self, *kinds: str) -> list[Trait]:
        files = {"AndroidManifest.xml": self.manifest(), **self.files}
        if self.classes:
            files.setdefault("classes.dex", dex(self.classes))
        return look(build.archive(files), *kinds)

    def values(self, *kinds: str) -> list[str]:
        return [trait.value for trait in self.traits(*kinds)]


def groups_of(fact: Fact) -> list[list[str]]:
    """The groups of signs of a fact."""
    return fact.more["all"]


def look(data: bytes, *kinds: str) -> list[Trait]:
    """Traits of an APK, of some kinds only if any are named."""
    archive = Archive(data)
    search, dexes = TraitSearch(archive), []
    for content in Contents(archive):
        search.take(content)
        if content.data is not None and re.fullmatch(r"classes\d*\.dex", content.entry.name):
            try:
                dexes += opened(content.data, content.entry.name)
            except Defect:
                continue
    entry = archive.find("AndroidManifest.xml")
    manifest = read_manifest(read_document(archive.read(entry, 1 << 24) if entry else b""), Lookup(archive))
    names = tuple(entry.name for entry in archive.entries)
    found, _ = search.finish(names, manifest, find_own(dexes, manifest.package or ""))
    return [trait for trait in found if not kinds or trait.kind in kinds]
