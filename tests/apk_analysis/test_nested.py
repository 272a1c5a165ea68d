"""Programs inside a sample, and bundles with all their parts."""

import hashlib
import json
from pathlib import Path

import pytest

from apk_analysis.analyse import analyse
from apk_analysis.fingerprint import Fingerprint
from tests.apk_analysis import build
from tests.apk_analysis.dexes import dex

CHILD = build.signed("v2", build.key("Somebody Else"), package="com.example.child", label="Child")
PROGRAM = b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0" + bytes(64)


def found(tmp_path: Path, data: bytes, name: str = "sample.apk") -> Fingerprint:
    path = tmp_path / name
    path.write_bytes(data)
    return analyse(path).fingerprint


def holding(files: dict[str, bytes]) -> bytes:
    return build.archive({**build.files(), **files})


def test_a_package_in_the_assets_has_an_identity_of_its_own(tmp_path: Path) -> None:
    (child,) = found(tmp_path, holding({"assets/update.dat": CHILD})).nested
    assert (child.where, child.container, child.package) == ("assets/update.dat", "apk", "com.example.child")
    assert child.sha256 == hashlib.sha256(CHILD).hexdigest() and child.size == len(CHILD)
    assert child.status == "valid" and child.signers == (build.key("Somebody Else").sha256,)


def test_a_forged_package_inside_names_nobody(tmp_path: Path) -> None:
    forged = CHILD.replace(b"AndroidManifest.xml", b"AndroidManifest.xmI")
    (child,) = found(tmp_path, holding({"assets/a.apk": CHILD[:-1] + b"x"})).nested
    assert child.status != "valid" and not child.signers
    assert not [one for one in found(tmp_path, holding({"assets/a.apk": forged})).nested if one.signers]


def test_packages_within_packages_to_a_limit(tmp_path: Path) -> None:
    data = CHILD
    for _ in range(6):
        data = build.archive({**build.files(), "assets/inner.apk": data})
    fingerprint = found(tmp_path, data)
    assert [one.where for one in fingerprint.nested] == [
        "!/".join(["assets/inner.apk"] * depth) for depth in range(1, len(fingerprint.nested) + 1)
    ]
    assert 2 <= len(fingerprint.nested) < 6
    assert "too_deep" in {problem.kind for problem in fingerprint.problems}


def test_other_programs_inside_are_named(tmp_path: Path) -> None:
    files = {
        "assets/setup.bin": PROGRAM,
        "assets/code.dat": b"dex\n035\0" + bytes(200),
        "assets/note.txt": b"MZ is text",
    }
    nested = found(tmp_path, holding(files)).nested
    assert sorted((one.where, one.container) for one in nested) == [
        ("assets/code.dat", "dex"),
        ("assets/setup.bin", "exe"),
    ]


def test_a_thousand_programs_are_counted_not_listed(tmp_path: Path) -> None:
    fingerprint = found(
        tmp_path, holding({f"assets/{number}.bin": PROGRAM + bytes([number % 256]) for number in range(1000)})
    )
    assert len(fingerprint.nested) == 20
    assert "not_examined" in {problem.kind for problem in fingerprint.problems}


def test_all_parts_of_a_bundle(tmp_path: Path) -> None:
    base, split = build.signed("v2"), build.signed("v2", build.key("Somebody Else"), split="config.zh")
    data = build.archive({"info.json": b"{}", "base.apk": base, "split_config.zh.apk": split})
    fingerprint = found(tmp_path, data, "sample.apkm")
    assert [(part.name, part.split, part.status) for part in fingerprint.parts] == [
        ("base.apk", "", "valid"),
        ("split_config.zh.apk", "config.zh", "valid"),
    ]
    assert fingerprint.parts[1].signers == (build.key("Somebody Else").sha256,)
    assert "parts_differ" in {problem.kind for problem in fingerprint.problems}


def test_the_code_of_a_split_is_looked_at(tmp_path: Path) -> None:
    split = build.archive(
        {**build.files(split="feature"), "classes.dex": dex({"Lcom/example/Main;": ["https://oa.api2d.net/v1"]})}
    )
    data = build.archive({"info.json": b"{}", "base.apk": build.signed("v2"), "split_feature.apk": split})
    (relay,) = [trait for trait in found(tmp_path, data, "sample.apkm").traits if trait.kind == "relay_host"]
    assert (relay.value, relay.where) == ("oa.api2d.net", "split_feature.apk!/classes.dex")


@pytest.mark.parametrize(
    ("container", "data"),
    {
        "hap": build.archive({"module.json": json.dumps({"app": {}}).encode()}),
        "ipa": build.archive({"Payload/Demo.app/Info.plist": b"bplist00"}),
        "exe": PROGRAM,
        "dmg": bytes(2000) + b"koly" + bytes(508),
        "msi": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "deb": b"!<arch>\ndebian-binary" + bytes(100),
    }.items(),
)
def test_programs_for_other_systems_are_hashed_and_named(tmp_path: Path, container: str, data: bytes) -> None:
    fingerprint = found(tmp_path, data)
    assert (fingerprint.container, fingerprint.sha256) == (container, hashlib.sha256(data).hexdigest())
    assert fingerprint.problems
