"""Binary XML that was made to mislead: what was readable is there, and nothing is raised."""

import struct
import zipfile
from pathlib import Path

import pytest

from apk_analysis import axml as reader
from apk_analysis.analyse import analyse
from apk_analysis.attribute_ids import IDS
from apk_analysis.axml import read_document, read_platform
from apk_analysis.chunks import LONGEST_STRING, MOST_CHARACTERS, chunks, read_pool
from apk_analysis.defects import Defect
from apk_analysis.fingerprint import Fingerprint
from tests.apk_analysis import build
from tests.apk_analysis.xml_build import axml, chunk
from tests.conftest import missing

RAW = axml(
    '<manifest package="com.example.app" android:versionCode="7"><application android:label="Example"/></manifest>'
)
FRAMEWORK = Path("/usr/share/android-framework-res/framework-res.apk")


def look(folder: Path, manifest: bytes, **more: bytes) -> Fingerprint:
    path = folder / "sample.apk"
    path.write_bytes(build.archive({"AndroidManifest.xml": manifest, **more}))
    found = analyse(path).fingerprint
    assert not [item for item in found.problems if item.kind == "internal_error"], found.problems
    return found


def patched(at: int, value: bytes, data: bytes = RAW) -> bytes:
    return data[:at] + value + data[at + len(value) :]


def at_first(kind: int) -> int:
    return next(begin for found, begin, _ in chunks(RAW, 8, len(RAW)) if found == kind)


SECOND = [begin for kind, begin, _ in chunks(RAW, 8, len(RAW)) if kind == 0x0102][1]
READABLE = {
    "zero magic": patched(0, bytes(4)),
    "size too large": patched(4, b"\xff\xff\xff\x7f"),
    "size zero": patched(4, bytes(4)),
    "size too small": patched(4, struct.pack("<L", 64)),
    "header that skips all": patched(2, b"\xff\xff"),
    "2^31 strings": patched(16, struct.pack("<L", 2**31)),
    "2^31 styles": patched(20, struct.pack("<L", 2**31)),
    "styles begin nowhere": patched(32, b"\xff\xff\xff\xff"),
    "unknown chunk": RAW[:8] + chunk(0x7777, b"", b"12345678") + RAW[8:],
    "unknown chunk inside": RAW[: at_first(0x0102)] + chunk(0x0999, b"", b"1234") + RAW[at_first(0x0102) :],
    "trailing bytes": RAW + b"garbage " * 100,
    "a second document behind": RAW + axml('<manifest package="com.evil"/>')[8:],
    "a second pool behind the first element": RAW[:SECOND] + build.string_pool(["evil"] * 300) + RAW[SECOND:],
}


@pytest.mark.parametrize("name", sorted(READABLE))
def test_tricks_that_android_or_others_tolerate(tmp_path: Path, name: str) -> None:
    found = look(tmp_path, READABLE[name])
    assert (found.package, found.version_code, found.label) == ("com.example.app", 7, "Example")


@pytest.mark.parametrize("name", ["attributes beyond the element", "narrow attributes", "truncated"])
def test_where_reading_ends_is_said(tmp_path: Path, name: str) -> None:
    damaged = {
        "attributes beyond the element": patched(SECOND + 28, b"\xff\xff"),
        "narrow attributes": patched(SECOND + 26, b"\x04\0"),
        "truncated": RAW[: SECOND + 4],
    }[name]
    found = look(tmp_path, damaged)
    assert (found.package, found.version_code) == ("com.example.app", 7), "what stood in front is there"
    assert "malformed_manifest" in {item.kind for item in found.problems}
    assert found.signature.status != "valid"


def test_no_manifest_at_all(tmp_path: Path) -> None:
    for data in (b"", b"\0", b"plain text", bytes(5000), RAW[:8]):
        found = look(tmp_path, data)
        assert found.package is None and found.reader is None
        assert "malformed_manifest" in {item.kind for item in found.problems}


def test_the_android_versions_cannot_be_told_from_a_broken_manifest() -> None:
    with pytest.raises(Defect, match="malformed_manifest"):
        read_platform(read_document(RAW[:-8]))


def test_an_element_that_is_never_closed_has_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    opening = next(RAW[begin:end] for kind, begin, end in chunks(RAW, 8, len(RAW)) if kind == 0x0102)
    head = patched(4, b"\xff\xff\xff\x7f")[: at_first(0x0102)]
    found = read_document(head + opening * 500)
    assert len(found.elements) == reader.DEEPEST and found.defect is not None
    closing = next(RAW[begin:end] for kind, begin, end in chunks(RAW, 8, len(RAW)) if kind == 0x0103)
    monkeypatch.setattr(reader, "MOST_ATTRIBUTES", 1000)
    found = read_document(head + (opening + closing) * 5000)
    assert len(found.elements) < 1000 and found.defect is not None and found.defect.kind == "too_large"


def test_strings_that_share_their_bytes_do_not_multiply() -> None:
    size, count = 40_000, 2_000
    text = struct.pack("<HH", size >> 16 | 0x8000, size & 0xFFFF) + b"a\0" * size
    offsets = bytes(4 * count)
    head = struct.pack("<HHLLLLLL", 1, 28, 28 + len(offsets) + len(text), count, 0, 0, 28 + len(offsets), 0)
    pool = read_pool(head + offsets + text, 0, len(head + offsets + text))
    found = [pool.get(index) for index in range(count)]
    assert found[0] == "a" * size and len(found[0]) <= LONGEST_STRING
    assert sum(len(item or "") for item in found) <= MOST_CHARACTERS + LONGEST_STRING
    assert found[-1] is None


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\xf0\x9f\x98\x80", "😀"),
        (b"\xed\xa0\xbd\xed\xb8\x80", "😀"),
        (b"\xed\xa0\xbdx", "\ufffdx"),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_strings_as_java_and_others_write_them(raw: bytes, text: str) -> None:
    blob = bytes([len(raw), len(raw)]) + raw + b"\0"
    head = struct.pack("<HHLLLLLL", 1, 28, 32 + len(blob), 1, 0, 0x100, 32, 0)
    found = read_pool(head + bytes(4) + blob, 0, 32 + len(blob)).get(0)
    assert found == text
    (found or "").encode()  # no lone surrogates, which nobody could store


def test_any_single_damage_is_survived() -> None:
    for at in range(len(RAW)):
        for byte in (0, 0x80, 0xFF):
            read_document(patched(at, bytes([byte])))


def test_our_ids_are_those_of_android() -> None:
    if not FRAMEWORK.is_file():
        missing("shared", "the Debian package android-framework-res, which apktool brings")
    data = zipfile.ZipFile(FRAMEWORK).read("resources.arsc")
    names = _attribute_names(data)
    wrong = {name for name, number in IDS.items() if names.get(name, number) != number}
    assert not wrong and len(names.keys() & IDS.keys()) >= len(IDS) - 3, "three are younger than this framework"


def _attribute_names(data: bytes) -> dict[str, int]:
    """Name -> id of all resources of the type 'attr' of the framework, read straight from its table."""
    found: dict[str, int] = {}
    for kind, begin, stop in chunks(data, 12, len(data)):
        if kind != 0x0200:
            continue
        header, package = struct.unpack_from("<2xH4xL", data, begin)
        types_at, _, keys_at = struct.unpack_from("<LLL", data, begin + 268)
        types, keys = read_pool(data, begin + types_at, stop), read_pool(data, begin + keys_at, stop)
        for inner, at, _ in chunks(data, begin + header, stop):
            if inner == 0x0201 and types.get(data[at + 8] - 1) == "attr":
                size, count, start = struct.unpack_from("<2xH8xLL", data, at)
                for index, offset in enumerate(struct.unpack_from(f"<{count}L", data, at + size)):
                    if offset != 0xFFFFFFFF:
                        (key,) = struct.unpack_from("<4xL", data, at + start + offset)
                        found.setdefault(keys.get(key) or "", package << 24 | data[at + 8] << 16 | index)
    return found
