"""Whatever the bytes are, an analysis ends with facts and typed problems, and never with an exception."""

import struct
import subprocess
import sys
import zlib
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apk_analysis.analyse import analyse
from apk_analysis.archive import Archive, Limits
from apk_analysis.defects import Defect
from apk_analysis.fingerprint import Fingerprint
from index.messages import text
from tests.apk_analysis import build

SIGNED = build.signed("v1 v2 v3", min_sdk=21)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def look(folder: Path, data: bytes) -> Fingerprint:
    path = folder / "sample"
    path.write_bytes(data)
    found = analyse(path).fingerprint
    assert not [problem for problem in found.problems if problem.kind == "internal_error"], found.problems
    assert all(text(f"problem.{problem.kind}", "zh") for problem in found.problems)
    return found


@pytest.mark.parametrize(
    ("data", "container", "kind"),
    [
        (b"", "empty", "empty"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "html", "html_instead"),
        ("\ufeff\n<html lang=zh>请输入验证码".encode(), "html", "html_instead"),
        (b'{"code": 403}', "json", "no_end_record"),
        (b"MZ\x90\0" + bytes(100), "exe", "no_end_record"),
        (b"\x7fELF" + bytes(100), "elf", "no_end_record"),
        (bytes(range(256)) * 8, "unknown", "no_end_record"),
        (build.signed()[:900], "apk", "truncated"),
        (build.signed()[:-1], "apk", "truncated"),
        (build.archive({"readme.txt": b"x"}), "zip", "not_analysed"),
        (build.archive({"BundleConfig.pb": b"x"}), "aab", "not_analysed"),
        (build.archive({"module.json": b"{}"}), "hap", "not_analysed"),
        (build.archive({"Payload/a.app/Info.plist": b"x"}), "ipa", "not_analysed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_other_files_are_named_for_what_they_are(tmp_path: Path, data: bytes, container: str, kind: str) -> None:
    found = look(tmp_path, data)
    assert (found.container, found.size) == (container, len(data))
    assert kind in {problem.kind for problem in found.problems}
    assert found.signature.status != "valid"


@QUICK
@given(st.binary(max_size=2000))
def test_any_bytes(tmp_path: Path, data: bytes) -> None:
    look(tmp_path, data)


@QUICK
@given(st.data())
def test_any_change_to_a_real_package(tmp_path: Path, data: st.DataObject) -> None:
    apk = bytearray(SIGNED)
    for at in data.draw(st.lists(st.integers(0, len(apk) - 1), min_size=1, max_size=8)):
        apk[at] = data.draw(st.integers(0, 255))
    look(tmp_path, bytes(apk[: data.draw(st.integers(1, len(apk)))] if data.draw(st.booleans()) else apk))


PARSED = [("AndroidManifest.xml", b"\x03\0\x08\0"), ("resources.arsc", b"\x02\0\x0c\0"), ("classes.dex", b"dex\n035\0")]


@QUICK
@given(st.sampled_from([*PARSED, *((name, b"") for name, _ in PARSED)]), st.binary(max_size=400))
def test_any_content_of_the_parsed_files(tmp_path: Path, file: tuple[str, bytes], content: bytes) -> None:
    name, head = file
    look(tmp_path, build.archive(build.v1({**build.files(label=0x7F010000), name: head + content}, [build.key()])))


@QUICK
@given(st.data(), st.sampled_from(["AndroidManifest.xml", "resources.arsc"]))
def test_any_change_to_the_parsed_files(tmp_path: Path, data: st.DataObject, name: str) -> None:
    files = {**build.files(label=0x7F010000), "resources.arsc": build.resources({"": "Example", "zh-CN": "示例"})}
    content = bytearray(files[name])
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=6)):
        content[at] = data.draw(st.integers(0, 255))
    look(tmp_path, build.archive({**files, name: bytes(content)}))


def test_counts_that_promise_too_much_cost_nothing(tmp_path: Path) -> None:
    manifest = bytearray(build.manifest())
    struct.pack_into("<L", manifest, 16, 2**31)  # strings in the pool
    found = look(tmp_path, build.archive({**build.files(), "AndroidManifest.xml": bytes(manifest)}))
    assert found.container == "apk"
    dex = b"dex\n035\0" + bytes(48) + struct.pack("<LL", 2**31, 0x70) + bytes(100)
    found = look(tmp_path, build.archive({**build.files(), "classes.dex": dex}))
    assert "malformed_dex" in {problem.kind for problem in found.problems}


def _patched(
    apk: bytes, name: str, *, central: dict[int, bytes] | None = None, local: dict[int, bytes] | None = None
) -> bytes:
    """`apk` with bytes of the central and local header of one entry replaced at their offsets."""
    changed = bytearray(apk)
    at = build.sections(apk)[0]
    while apk[at + 46 : at + 46 + len(name)] != name.encode():
        at += 46 + sum(struct.unpack_from("<HHH", apk, at + 28))
    header = struct.unpack_from("<L", apk, at + 42)[0]
    for start, patches in ((at, central or {}), (header, local or {})):
        for offset, value in patches.items():
            changed[start + offset : start + offset + len(value)] = value
    return bytes(changed)


TRICKS = {
    "bogus_method": {"central": {10: b"\x77\x12"}, "local": {8: b"\x77\x12"}},
    "header_mismatch": {"local": {8: b"\x00\x00"}},
    "encryption_flag": {"central": {8: b"\x01\x00"}, "local": {6: b"\x01\x00"}},
    "lying_size": {"central": {10: b"\0\0"}, "local": {8: b"\0\0"}},
    "bomb": {"central": {24: b"\xff\xff\xff\x7f"}},
    "no_local_header": {"central": {42: b"\xff\xff\xff\x00"}},
    "zero_crc": {"central": {16: bytes(4)}},
    "odd_version": {"central": {6: b"\xff\x00"}, "local": {4: b"\xff\x00"}},
}


@pytest.mark.parametrize("kind", sorted(TRICKS))
def test_tricks_with_headers_are_named(tmp_path: Path, kind: str) -> None:
    found = look(tmp_path, _patched(build.signed("v2"), "assets/note.txt", **TRICKS[kind]))
    assert kind in {problem.kind for problem in found.problems}
    assert found.package == "com.example.app", "the facts that were readable are there"
    assert found.signature.status == "invalid"


def test_a_manifest_behind_tricks_is_still_read(tmp_path: Path) -> None:
    for kind in ("bogus_method", "encryption_flag", "header_mismatch"):
        found = look(tmp_path, _patched(build.signed("v2"), "AndroidManifest.xml", **TRICKS[kind]))
        assert found.package == "com.example.app" and kind in {problem.kind for problem in found.problems}


def test_more_tricks_with_the_archive(tmp_path: Path) -> None:
    apk = build.archive(build.files())
    assert "prefix_data" in {item.kind for item in look(tmp_path, b"#!/bin/sh\n" + apk).problems}
    assert "trailing_data" in {item.kind for item in look(tmp_path, apk + b"more").problems}
    shadowed = build.archive({**build.files(), "AndroidManifest.xml/": b""})
    assert "shadowed_entry" in {item.kind for item in look(tmp_path, shadowed).problems}
    twice = build.archive({**build.files(), "AndroidManifest.xmX": build.manifest("com.other")})
    twice = twice.replace(b"AndroidManifest.xmX", b"AndroidManifest.xml")
    found = look(tmp_path, twice)
    assert "duplicate_entry" in {item.kind for item in found.problems} and found.signature.status != "valid"


@cache
def _zeros(size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()


def _bomb(name: str, size: int) -> bytes:
    """An APK whose entry `name` inflates to `size` zero bytes and says so."""
    apk = bytearray(build.archive({**build.files(min_sdk=24), name: b""}))
    packed = _zeros(size)
    central, end = build.sections(bytes(apk))
    at = bytes(apk).rindex(b"PK\x01\x02")
    header = struct.unpack_from("<L", apk, at + 42)[0]
    facts = struct.pack("<LLL", 0, len(packed), size)
    apk[at + 10 : at + 12] = b"\x08\0"
    apk[at + 16 : at + 28] = facts
    apk[header + 8 : header + 10] = b"\x08\0"
    apk[header + 14 : header + 26] = facts
    content = header + 30 + len(name)
    record = bytearray(apk[end:])
    struct.pack_into("<L", record, 16, content + len(packed))
    return bytes(apk[:content]) + packed + bytes(apk[central:end]) + bytes(record)


@pytest.mark.parametrize(
    "name", ["assets/zeros.bin", "assets/zeros.js", "classes2.dex", "resources.arsc", "AndroidManifest.xml2"]
)
def test_bombs_stay_within_the_memory_of_a_worker(tmp_path: Path, name: str) -> None:
    path = tmp_path / "bomb.apk"
    path.write_bytes(_bomb(name, 256 << 20))
    program = (
        "import sys, resource\nfrom apk_analysis.analyse import analyse\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (384 << 20, 384 << 20))\n"
        "found = analyse(sys.argv[1]).fingerprint\n"
        "print(found.package, *sorted({p.kind for p in found.problems}))\n"
    )
    run = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    words = run.stdout.split()
    assert "bomb" in words and "internal_error" not in words and "out_of_memory" not in words
    assert words[0] == "com.example.app"


def test_limits_hold_for_the_actual_size_too() -> None:
    apk = _patched(_bomb("assets/zeros.js", 80 << 20), "assets/zeros.js", central={24: b"\x10\0\0\0"})
    archive = Archive(apk, Limits(entry=4 << 20))
    entry = archive.find("assets/zeros.js")
    assert entry is not None and entry.size == 16
    with pytest.raises(Defect, match="too_large"):
        archive.read(entry, 1 << 30)


def test_the_walk_itself_is_bounded() -> None:
    archive = Archive(build.archive({f"f{number}": b"" for number in range(50)}), Limits(entries=10))
    assert len(archive.entries) == 10 and archive.flaw


def test_many_problems_of_one_kind_are_not_repeated_for_ever(tmp_path: Path) -> None:
    found = look(
        tmp_path,
        build.archive({f"f{number}": b"x" for number in range(300)} | build.files()).replace(
            b"\x08\0\0\0!\0", b"\x63\0\0\0!\0"
        ),
    )
    assert len(found.problems) < 60
