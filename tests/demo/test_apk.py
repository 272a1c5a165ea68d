"""The market's packages are real: patched as wished, signed so that our verifier and Google's agree."""

import shutil
import struct
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.x509.oid import NameOID

from apk_analysis.analyse import analyse
from demo.apk_patch import Wish, patched
from demo.apk_sign import key, signed_apk
from demo.market import store
from demo.planted import content, market_key

WISH = Wish(
    template="wrapper",
    package="com.example.a.b",
    label_en="Name é",
    label_zh="名字" * 60,
    version_code=77,
    version_name="2.0-β",
)
SIGNER = key("test", {NameOID.COMMON_NAME: "Test"})


@pytest.mark.parametrize("template", ["chat", "wrapper"])
def test_a_patched_package_is_read_as_wished(tmp_path: Path, template: str) -> None:
    wish = Wish(template=template, package="com.example.a.b", label_en="Name é", label_zh="名字" * 60, version_code=77)
    path = tmp_path / "a.apk"
    path.write_bytes(signed_apk(patched(wish), SIGNER))
    fingerprint = analyse(path).fingerprint
    assert (fingerprint.package, fingerprint.version_code) == ("com.example.a.b", 77)
    assert fingerprint.labels == {"": "Name é", "zh-CN": "名字" * 60}
    assert fingerprint.icon is not None and not fingerprint.problems
    assert any(trait.kind == "webview_only" for trait in fingerprint.traits) is (template == "wrapper")


@pytest.mark.parametrize("schemes", [(1, 2, 3), (1, 2), (2, 3), (2,), (1,), (3,)])
def test_our_verifier_and_apksigner_agree(tmp_path: Path, schemes: tuple[int, ...]) -> None:
    path = tmp_path / "a.apk"
    path.write_bytes(signed_apk(patched(WISH), SIGNER, schemes))
    signature = analyse(path).fingerprint.signature
    # minSdk 21 needs v1, targetSdk 34 needs v2 or later: only both together are valid.
    assert signature.status == ("valid" if {1, 2} <= set(schemes) else "invalid")
    for scheme in (1, 2, 3):
        assert signature.schemes[f"v{scheme}"] == ("valid" if scheme in schemes else "absent")
    if signature.status == "valid":
        assert [signer.sha256 for signer in signature.signers] == [SIGNER.fingerprint]
    if shutil.which("apksigner"):
        verified = subprocess.run(["apksigner", "verify", str(path)], capture_output=True, check=False)
        assert (verified.returncode == 0) is (signature.status == "valid")


def test_stored_files_are_aligned_and_every_start_gives_the_same_bytes() -> None:
    packed = signed_apk(patched(WISH), SIGNER)
    assert packed == signed_apk(patched(WISH), SIGNER)
    with zipfile.ZipFile(BytesIO(packed)) as archive:
        assert archive.testzip() is None
        for info in archive.infolist():
            if info.compress_type == zipfile.ZIP_STORED:
                name, extra = struct.unpack_from("<HH", packed, info.header_offset + 26)
                assert (info.header_offset + 30 + name + extra) % 4 == 0


def test_every_package_of_the_store_is_signed_by_whom_the_index_says(tmp_path: Path) -> None:
    files = store("http://example.org/repo")
    assert files == store("http://example.org/repo")
    for app in content("apps"):
        path = tmp_path / "a.apk"
        path.write_bytes(files[f"{app['package']}_1.apk"])
        fingerprint = analyse(path).fingerprint
        assert [signer.sha256 for signer in fingerprint.signature.signers] == [market_key(app["key"]).fingerprint]
        assert fingerprint.package == app["package"]
        assert any(signer.known_test_key for signer in fingerprint.signature.signers) is (app["key"] == "debug")


@pytest.mark.parametrize("name", ["entry.jar", "index-v1.jar"])
def test_the_jars_verify_with_jarsigner_where_there_is_one(tmp_path: Path, name: str) -> None:
    jar = store("http://example.org/repo")[name]
    with zipfile.ZipFile(BytesIO(jar)) as archive:
        assert {"META-INF/MANIFEST.MF", "META-INF/CERT.SF", "META-INF/CERT.EC"} < set(archive.namelist())
    if shutil.which("jarsigner"):
        (tmp_path / name).write_bytes(jar)
        said = subprocess.run(
            ["jarsigner", "-verify", str(tmp_path / name)], capture_output=True, text=True, check=False
        )
        assert "jar verified" in said.stdout
