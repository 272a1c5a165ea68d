"""Every parser of the room as a function of bytes, with small valid inputs to start from.

A target may raise Defect and nothing else.
"""

import itertools
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from apk_analysis import icons
from apk_analysis.analyse import analyse
from apk_analysis.appearance import read_appearance
from apk_analysis.archive import Archive, Limits
from apk_analysis.axml import read_document, read_platform
from apk_analysis.components import component_elements
from apk_analysis.containers import base_of, name_of, name_of_archive, parts_of
from apk_analysis.contents import Content, Contents
from apk_analysis.dex import opened
from apk_analysis.guard import Guard
from apk_analysis.lookup import Lookup
from apk_analysis.manifest import application_of, read_manifest
from apk_analysis.native import read_library
from apk_analysis.nested import Nest
from apk_analysis.network_security import read_network_security
from apk_analysis.resources import Resources
from apk_analysis.shared_paths import read_shared_paths
from apk_analysis.signature.block import Reader, find_block
from apk_analysis.signature.jar_manifest import read_sections
from apk_analysis.signature.keys import Certificate, signer
from apk_analysis.signature.lineage import read_lineage
from apk_analysis.signature.pkcs7 import verified_signer
from apk_analysis.signature.verify import verify
from apk_analysis.traits.engine import finders
from apk_analysis.traits.search import Search
from tests.apk_analysis import build, dexes
from tests.apk_analysis.elf import shared_object
from tests.apk_analysis.hostile import base, code, pictures, tables
from tests.apk_analysis.hostile import signatures as signers
from tests.apk_analysis.hostile.catalogue import VARIANTS
from tests.apk_analysis.xml_build import axml, table

LIMITS = Limits(entries=2_000, entry=8 << 20, total=32 << 20)
DEX = dexes.dex(
    {
        "Lcom/example/Main;": [("Landroid/webkit/WebView;", "loadUrl"), "https://oa.api2d.net/v1"],
        "Lcom/example/Other;": ["sk-0000"],
    }
)
FORMS = ("plain", "sparse", "offset16", "compact")
RESOURCES = build.resources({"": "Example", "zh-CN": "示例"}, {640: "res/icon.png"})


def archive(data: bytes) -> None:
    """Walk, containers, and one pass over all contents."""
    opened_ = Archive(data, LIMITS)
    for kind in ("xapk", "apks", "apkm"):
        base_of(opened_, kind)
        parts_of(opened_, kind)
    name_of_archive(opened_)
    contents = Contents(opened_, frozenset({"sha1", "sha256"}))
    nest = Nest(Guard())
    for content in contents:
        nest.take(content)


def signatures(data: bytes) -> None:
    """All schemes of a whole archive."""
    opened_ = Archive(data, LIMITS)
    find_block(opened_)
    document = read_document(b"")
    try:
        entry = opened_.find("AndroidManifest.xml")
        document = read_document(opened_.read(entry, 1 << 20) if entry else b"")
    finally:
        verify(opened_, read_platform(document), Contents(opened_))


def manifest(data: bytes) -> None:
    """Binary XML as manifest, network configuration and shared paths, with a resource table beside it."""
    lookup = Lookup(Archive(build.archive({"AndroidManifest.xml": data, "resources.arsc": RESOURCES})))
    document = read_document(data)
    read_manifest(document, lookup)
    read_appearance(document, lookup)
    application = application_of(document)
    read_network_security(application, lookup)
    read_shared_paths(component_elements(application), lookup)
    read_platform(document)


def drawing(data: bytes) -> None:
    """Binary XML as the drawing of an icon."""
    files = {"AndroidManifest.xml": build.manifest(icon=0x7F020000), "res/icon.xml": data}
    table = build.resources({"": "Example"}, {640: "res/icon.xml"})
    lookup = Lookup(Archive(build.archive({**files, "resources.arsc": table})))
    read_appearance(read_document(files["AndroidManifest.xml"]), lookup)


def resources(data: bytes) -> None:
    """A resource table, asked for what it has and for what it cannot have."""
    table = Resources(data)
    for resource in (0x7F010000, 0x7F020000, 0x7F010001, 0x01010000, 0xFFFFFFFF, 0):
        table.values(resource)
        table.bag(resource)


def dex(data: bytes) -> None:
    """Tables and code."""
    for one in opened(data, "classes.dex"):
        one.code()
        for number in range(min(len(one.strings), 50)):
            _ = one.strings[number]


def fields(data: bytes) -> None:
    """The length-prefixed fields of newer signatures."""
    reader = Reader(data)
    while reader:
        reader.part()
    read_lineage(data)


def certificate(data: bytes) -> None:
    """X.509 as it comes."""
    signer(Certificate(data))


def traits(data: bytes) -> None:
    """One entry under many names, through the search and every finder that wants bytes."""
    holder = Archive(build.archive({"assets/x": data}))
    (content,) = Contents(holder)
    search = Search()
    takers: list[Any] = [finder() for finder in finders()]
    for name in ("assets/a.js", "resources.arsc", "classes.dex", "lib/x86/libapp.so", "assets/index.android.bundle",
                 "assets/m.onnx", "res/raw/a.png", "assets/a.mp3", "assets/a.mp4", "assets/a.jpg", "assets/a.pdf"):  # fmt: skip
        named = Content(content.entry._replace(name=name), content.data, content.hash)
        search.take(named)
        for finder in takers:
            if hasattr(finder, "take"):
                finder.take(named)
    search.finish()


def whole(data: bytes) -> None:
    """The analysis of a sample; what nobody foresaw would be a problem of its own kind."""
    with tempfile.NamedTemporaryFile(suffix=".apk") as file:
        file.write(data)
        file.flush()
        found = analyse(Path(file.name)).fingerprint
    bad = [problem for problem in found.problems if problem.kind in {"internal_error", "out_of_memory"}]
    assert not bad, bad


def _library(gnu: bool) -> bytes:
    return shared_object(["JNI_OnLoad"], ["open"], gnu=gnu)


@cache
def _signed() -> tuple[bytes, ...]:
    return tuple(build.signed(schemes, min_sdk=21) for schemes in ("v1", "v2", "v1 v2 v3"))


def _with_code() -> bytes:
    return build.archive({**build.files(), "classes.dex": DEX, "assets/inner.apk": _signed()[1]})


def _hostile(*beginnings: str) -> Iterable[bytes]:
    """Variants whose names begin so."""
    return (one.build() for name, one in VARIANTS.items() if name.startswith(beginnings))


def _drawings() -> Iterable[bytes]:
    shapes = '<shape android:shape="1"><gradient android:startColor="#ff00ff00" android:type="2"/><corners/></shape>'
    layers = '<layer-list><item android:left="4dp"><color android:color="#ff00ff00"/></item></layer-list>'
    vector = """<vector android:viewportWidth="24.0" android:viewportHeight="24.0"><group android:rotation="9.5">
      <clip-path android:pathData="M0 0H24V24z"/><path android:fillColor="#ffff0000" android:strokeColor="#ff00ff00"
      android:strokeWidth="2.5" android:pathData="M1,1C2 3 4 5 6,7s8 9 9 9Q1 2 3 4t5 6A9 9 0 1 1 9 9z"/></group></vector>"""
    return (axml(drawing) for drawing in (shapes, layers, vector))


def _media() -> Iterable[bytes]:
    return (make() for name, make in pictures.MEDIA.items() if "60 MB" not in name and "3,000" not in name)


TARGETS: dict[str, tuple[Callable[[bytes], object], Callable[[], Iterable[bytes]]]] = {
    "archive": (archive, lambda: [*_signed(), _with_code(), *_hostile("method in both", "size", "a directory said")]),
    "signatures": (signatures, lambda: [*_signed(), *_hostile("a signing block", "a signer whose", "a forged")]),
    "manifest": (manifest, lambda: [base.manifest(), build.manifest(icon=0x7F020000, label=0x7F010000)]),
    "drawing": (drawing, _drawings),
    "resources": (resources, lambda: [RESOURCES, *(table(tables.ROWS, form=form) for form in FORMS)]),
    "dex": (dex, lambda: [DEX, code.HEALTHY]),
    "fields": (fields, lambda: [build.lineage([build.key("a"), build.key("b")]), signers.pair()]),
    "certificate": (certificate, lambda: [build.key().der, build.key("rsa", "rsa").der]),
    "pkcs7": (lambda data: verified_signer(data, b"signed", 24), lambda: [signers.jar()[signers.BLOCK]]),
    "jar_manifest": (
        lambda data: [section.digests("-Digest", 9) for section in read_sections(data)],
        lambda: [signers.jar()[name] for name in (signers.LISTING, signers.FILE)],
    ),
    "native": (lambda data: read_library("lib/x86/liba.so", data), lambda: map(_library, (False, True))),
    "picture": (icons.normalise, lambda: [base.picture(), *(pictures.large(form, 16) for form in ("WEBP", "JPEG"))]),
    "container": (name_of, lambda: [b"MZ", b"<html>", *_signed()[:1]]),
    "traits": (traits, lambda: [DEX, b"https://api.openai.com sk-" + b"a" * 48, RESOURCES, *_media()]),
    "whole": (whole, lambda: [*_signed(), _with_code(), base.signed(), *_hostile("a directory said", "all records")]),
}


def seeds(name: str) -> list[bytes]:
    """Inputs to start from."""
    return list(itertools.islice(TARGETS[name][1](), 30))
