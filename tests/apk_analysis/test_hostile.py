"""Whatever the bytes are, an analysis ends with facts and typed problems, and never with an exception.

Any bytes, and any change, here; what people build on purpose stands in hostile/.
"""

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
from tests.apk_analysis.zips import File, zipped

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
        (b"<!DOCTYPE html><html><body>404</body></html>", "html", "html_instead"),
        ("\ufeff\n<html lang=zh>请输入验证码".encode(), "html", "html_instead"),
        (b'{"code": 403}', "json", "no_end_record"),
        (b"MZ\x90\0" + bytes(100), "exe", "not_analysed"),
        (b"\x7fELF" + bytes(100), "elf", "not_analysed"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "msi", "not_analysed"),
        (bytes(512) + b"koly" + bytes(508), "dmg", "not_analysed"),
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


def test_limits_hold_for_the_actual_size_too() -> None:
    zeros = File(b"assets/zeros.js", bytes(8 << 20), size=16)
    archive = Archive(zipped([zeros]), Limits(entry=4 << 20))
    (entry,) = archive.entries
    assert entry.size == 16
    with pytest.raises(Defect, match="too_large"):
        archive.read(entry, 1 << 30)


def test_the_walk_itself_is_bounded() -> None:
    archive = Archive(build.archive({f"f{number}": b"" for number in range(50)}), Limits(entries=10))
    assert len(archive.entries) == 10 and archive.flaw
