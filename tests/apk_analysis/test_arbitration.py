"""Which reader of a manifest is believed when ours finds too little, or when the archive shows each another manifest."""

import struct
from pathlib import Path

import pytest

from apk_analysis import arbitration
from apk_analysis.analyse import analyse
from apk_analysis.arbitration import arbitrate
from apk_analysis.archive import Archive
from apk_analysis.fingerprint import Fingerprint
from apk_analysis.manifest import Manifest
from tests.apk_analysis import build

PLAIN = build.archive(build.files())
OTHER = Manifest(reader="other", package="com.other", version_code=9, version_name="9.0", label="Other")


def kinds(found: Manifest | Fingerprint) -> set[str]:
    return {problem.kind for problem in found.problems}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who was asked; the first other reader fails, the second knows everything."""
    calls: list[str] = []

    def failing(path: Path) -> None:
        calls.append(f"first {path.name}")

    def knowing(path: Path) -> Manifest:
        calls.append(f"second {path.name}")
        return OTHER

    monkeypatch.setattr(arbitration, "OTHERS", (failing, knowing))
    return calls


def test_nobody_is_asked_when_nothing_is_odd(asked: list[str]) -> None:
    own = Manifest(reader="own", package="com.example.app")
    assert arbitrate(own, Path("a.apk"), Archive(PLAIN)) is own and not asked


def test_who_knows_the_package_wins_field_by_field(asked: list[str]) -> None:
    own = Manifest(reader="own", version_code=7, permissions=("android.permission.INTERNET",))
    found = arbitrate(own, Path("a.apk"), Archive(PLAIN))
    assert asked == ["first a.apk", "second a.apk"]
    assert (found.reader, found.package, found.version_code, found.label) == ("other", "com.other", 7, "Other")
    assert found.permissions == own.permissions
    assert kinds(found) == {"readers_disagree"}, "about the version code"


def test_readers_that_see_different_manifests_are_reported(asked: list[str]) -> None:
    twice = build.archive({**build.files(), "AndroidManifest.xmX": build.manifest("com.other")})
    archive = Archive(twice.replace(b"AndroidManifest.xmX", b"AndroidManifest.xml"))
    own = Manifest(reader="own", package="com.example.app", version_code=9)
    found = arbitrate(own, Path("a.apk"), archive)
    (said,) = found.problems
    assert (said.kind, said.detail) == ("readers_disagree", "package: own com.example.app, other com.other")
    assert (found.reader, found.package, found.label) == ("own", "com.example.app", "Other") and asked


def test_nobody_without_limits_reads_what_is_beyond_ours(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(arbitration.READ, "resources.arsc", 1000)
    large = Archive(build.archive({**build.files(), "resources.arsc": bytes(2000)}))
    found = arbitrate(Manifest(reader="own"), Path("a.apk"), large)
    assert not asked and found.reader is None and kinds(found) == {"unreadable_manifest"}
    copies = {f"resources.ars{letter}": b"x" for letter in "abdefghij"}
    many = build.archive({**build.files(), **copies})
    for name in copies:
        many = many.replace(name.encode(), b"resources.arsc")
    assert arbitrate(Manifest(reader="own"), Path("a.apk"), Archive(many)).reader is None and not asked


def look(folder: Path, data: bytes) -> Fingerprint:
    path = folder / "sample.apk"
    path.write_bytes(data)
    return analyse(path).fingerprint


def test_the_real_readers_agree_on_a_damaged_manifest(tmp_path: Path) -> None:
    raw = build.manifest(label="Example")
    cut = raw[:-24]  # without the end of the namespace: Android does not mind
    found = look(tmp_path, build.archive({**build.files(), "AndroidManifest.xml": cut}))
    assert (found.package, found.version_code, found.reader) == ("com.example.app", 7, "own")
    headless = b"\0\0" + raw[2:12] + struct.pack("<H", 0xFFFF) + raw[14:]  # string pool with an impossible size
    found = look(tmp_path, build.archive({**build.files(), "AndroidManifest.xml": headless}))
    assert "malformed_manifest" in kinds(found) and not kinds(found) & {"internal_error", "readers_disagree"}


def test_apk_info_and_apkutils_read_what_we_read(tmp_path: Path) -> None:
    path = tmp_path / "sample.apk"
    path.write_bytes(build.archive(build.v1(build.files(label="Example"), [build.key()])))
    for read in arbitration.OTHERS:
        found = read(path)
        assert found is not None
        assert (found.package, found.version_code, found.version_name) == ("com.example.app", 7, "7.0")
        assert found.label == "Example"
        path_of_nothing = tmp_path / "nothing.apk"
        path_of_nothing.write_bytes(b"PK\x05\x06" + bytes(18))
        assert read(path_of_nothing) is None
