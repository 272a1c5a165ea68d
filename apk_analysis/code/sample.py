"""The own part of a sample on disk, read for a comparison: whole feature sets and the hosts it speaks to."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from apk_analysis.archive import Archive, Bytes
from apk_analysis.code.dictionary import Dictionary, shipped
from apk_analysis.code.features import Assets, FeatureSets, read_features
from apk_analysis.code.hashes import text_feature
from apk_analysis.code.own import OwnDex, find_own, summary
from apk_analysis.containers import BUNDLES, name_of_archive
from apk_analysis.contents import Content, Contents
from apk_analysis.defects import Defect
from apk_analysis.dex import Dex, opened
from apk_analysis.fingerprint import Code, Component

MARK = 0x6D
"""Salt of what marks an app to a person or a network: hosts, labels, hashes of icons."""
MOST_PARTS, MOST_HOSTS, LARGEST_TEXT = 100, 500, 4 << 20
LAUNCHER = ("android.intent.category.LAUNCHER", "android.intent.category.LEANBACK_LAUNCHER")
_HOST = re.compile(rb"(?:https?|wss?)://([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})")
_DEX = re.compile(r"classes\d{0,4}\.dex")
_TEXTS = (".html", ".htm", ".js", ".json", ".txt", ".xml", ".properties", ".ini", ".cfg", ".conf", ".yml", ".yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPart:
    """What a comparison asks of one sample."""

    code: Code
    sets: FeatureSets
    hosts: frozenset[str]
    """Lower case; those that many apps name (standards, libraries) are left out."""


def read_own_part(
    path: Path,
    package: str | None,
    components: Iterable[Component] = (),
    dictionary: Dictionary | None = None,
) -> OwnPart:
    """The own part of the sample at `path`; what cannot be read is missing from it. Raises OSError only.

    `package`, `components`: what its manifest declares. `dictionary`: another than the shipped one.
    """
    found = _Gathered()
    with path.open("rb") as file:
        if file.seek(0, 2):
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                found.archive(data)
    return _own_part(found, package, tuple(components), dictionary or shipped())


class _Gathered:
    """DEX files, assets and hosts of one sample, over all its parts."""

    def __init__(self) -> None:
        self.dexes: list[Dex] = []
        self.assets = Assets()
        self.hosts: set[str] = set()

    def archive(self, data: Bytes, *, inner: bool = False) -> None:
        """All entries of an APK, or of all APKs of a bundle."""
        try:
            archive = Archive(data)
        except Defect:
            return
        bundle = not inner and name_of_archive(archive) in BUNDLES
        parts = 0
        for content in Contents(archive):
            if not bundle:
                self._take(content)
            elif content.entry.name.endswith(".apk") and content.data is not None and parts < MOST_PARTS:
                parts += 1
                self.archive(content.data, inner=True)

    def _take(self, content: Content) -> None:
        name, data = content.entry.name, content.data
        self.assets.take(name, content.hash, content.entry.size if data is None else len(data))
        if data is None:
            return
        if _DEX.fullmatch(name):
            try:
                self.dexes += opened(data, name)
            except Defect:
                return
        elif name.startswith("assets/") and name.endswith(_TEXTS) and len(data) <= LARGEST_TEXT:
            self.note_hosts([data])

    def note_hosts(self, texts: Iterable[bytes]) -> None:
        """Hosts of all addresses in these texts."""
        for text in texts:
            for hit in _HOST.finditer(text):
                if len(self.hosts) >= MOST_HOSTS:
                    return
                self.hosts.add(hit[1].decode("ascii").lower())


def _own_part(
    found: _Gathered, package: str | None, components: tuple[Component, ...], dictionary: Dictionary
) -> OwnPart:
    """Tells what is the app's own among everything that was found."""
    launched = [part.target or part.name for part in components if set(LAUNCHER) & set(part.categories)]
    own = find_own(found.dexes, package, launched, dictionary)
    for part in own.dexes:
        found.note_hosts(_texts(part))
    names = [component.name for component in components]
    return OwnPart(
        code=summary(own),
        sets=read_features(own, names, found.assets.features(), dictionary),
        hosts=frozenset(distinctive("host", found.hosts, dictionary)),
    )


def distinctive(kind: str, texts: Iterable[str], dictionary: Dictionary | None = None) -> Iterator[str]:
    """Those texts that do not mark many apps. `kind`: 'host', 'label' or 'icon'."""
    known = shipped() if dictionary is None else dictionary
    for text in sorted(texts):
        if known.find(np.array([mark(kind, text)], np.uint64))[0] < 0:
            yield text


def mark(kind: str, text: str) -> int:
    """The feature of a host, a label or an icon's hash."""
    return text_feature(f"{kind}:{text}".encode("utf-8", "replace"), MARK)


def _texts(part: OwnDex) -> Iterator[bytes]:
    """Texts with an address in own code."""
    code = part.dex.code()
    rows = np.repeat(part.own_methods(), np.diff(code.strings.starts))
    for number in np.unique(code.strings.values[rows]).tolist():
        text = part.dex.strings[number]
        if b"://" in text:
            yield text
