"""Bundles are analysed through their base."""

import hashlib
import json
from pathlib import Path

import pytest

from apk_analysis.analyse import analyse
from tests.apk_analysis import build

BASE, SPLIT = build.signed("v2"), build.signed("v2", package="com.example.app.split")
XAPK_LIST = json.dumps(
    {"split_apks": [{"file": "one.apk", "id": "base"}, {"file": "config.zh.apk", "id": "config.zh"}]}
).encode()
BUNDLES = {
    "xapk": {"manifest.json": XAPK_LIST, "config.zh.apk": SPLIT, "one.apk": BASE},
    "apkm": {"info.json": b"{}", "base.apk": BASE, "split_config.zh.apk": SPLIT},
    "apks": {"toc.pb": b"x", "splits/base-master.apk": BASE, "splits/base-zh.apk": SPLIT},
}


@pytest.mark.parametrize("container", sorted(BUNDLES))
def test_the_base_of_a_bundle(tmp_path: Path, container: str) -> None:
    data = build.archive(BUNDLES[container])
    path = tmp_path / f"sample.{container}"
    path.write_bytes(data)
    found = analyse(path).fingerprint
    assert (found.container, found.package) == (container, "com.example.app")
    assert found.sha256 == hashlib.sha256(data).hexdigest() and found.size == len(data)
    assert found.signature.status == "valid"
    assert found.traits[0].kind == "base_apk" and found.traits[0].sha256 == hashlib.sha256(BASE).hexdigest()
    assert [part.status for part in found.parts] == ["valid", "valid"]


@pytest.mark.parametrize("listing", [b"{", b"[]", b'{"split_apks": 3}', b'{"split_apks": [1]}', b"[" * 5000])
def test_a_bundle_with_a_broken_list(tmp_path: Path, listing: bytes) -> None:
    path = tmp_path / "sample.xapk"
    path.write_bytes(build.archive({**BUNDLES["xapk"], "manifest.json": listing}))
    assert analyse(path).fingerprint.package == "com.example.app"


def test_bundles_in_bundles_are_not_opened(tmp_path: Path) -> None:
    inner = build.archive(BUNDLES["apks"])
    path = tmp_path / "sample.xapk"
    path.write_bytes(build.archive({"manifest.json": b"{}", "base.apk": inner}))
    found = analyse(path).fingerprint
    assert found.package is None and "not_analysed" in {problem.kind for problem in found.problems}


def test_a_bundle_whose_base_cannot_be_inflated(tmp_path: Path) -> None:
    data = bytearray(build.archive(BUNDLES["apkm"]))
    at = data.index(b"base.apk") + len("base.apk")
    data[at : at + 40] = b"\xff" * 40
    path = tmp_path / "sample.apkm"
    path.write_bytes(bytes(data))
    found = analyse(path).fingerprint
    assert found.container == "apkm" and "broken_entry" in {problem.kind for problem in found.problems}
