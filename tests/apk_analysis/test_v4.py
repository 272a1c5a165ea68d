"""Scheme v4: the signature file beside a sample, verified against the file and against who signed it."""

import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from apk_analysis.archive import Archive
from apk_analysis.axml import Platform
from apk_analysis.fingerprint import Problem, Signature
from apk_analysis.signature.merkle import tree
from apk_analysis.signature.v4 import find_idsig
from apk_analysis.signature.verify import verify
from tests.apk_analysis import build
from tests.apk_analysis.build import NEWEST, V2, V3, V31, attribute, idsig, key, lineage, v2, v3, with_block
from tests.conftest import missing

OWNER = key("Owner")
PLAIN = build.archive(
    {**build.files(min_sdk=28), "assets/large.bin": bytes(range(256)) * 3000}, stored=["assets/large.bin"]
)
DIGEST = build.content_digest(PLAIN)
SIGNED = with_block(PLAIN, [(V3, v3(PLAIN, [(OWNER, 28, NEWEST, [])]))])


def judged(apk: bytes, beside: bytes | None) -> tuple[Signature, tuple[Problem, ...]]:
    return verify(Archive(apk), Platform(min_sdk=28, target_sdk=29, sandbox=1), idsig=beside)


def test_a_fitting_signature_file_is_valid() -> None:
    for beside in (
        idsig(SIGNED, [OWNER], DIGEST),
        idsig(SIGNED, [OWNER], DIGEST, with_tree=False),
        idsig(SIGNED, [OWNER], DIGEST, salt=b"0123456789abcdef" * 2),
    ):
        signature, problems = judged(SIGNED, beside)
        assert (signature.status, signature.schemes["v4"]) == ("valid", "valid") and not problems
        assert signature.by_scheme["v4"] == (OWNER.sha256,)


def test_without_a_file_it_is_absent() -> None:
    signature, _ = judged(SIGNED, None)
    assert signature.schemes["v4"] == "absent" and "v4" not in signature.by_scheme


def test_it_can_stand_beside_v2_alone() -> None:
    apk = with_block(PLAIN, [(V2, v2(PLAIN, [OWNER]))])
    assert judged(apk, idsig(apk, [OWNER], DIGEST))[0].schemes["v4"] == "valid"


def test_rotated_packages_need_both_signers() -> None:
    new = key("New")
    first = (V3, v3(PLAIN, [(OWNER, 28, 32, [attribute(0x559F8B02, struct.pack("<L", 33))])]))
    second = (V31, v3(PLAIN, [(new, 33, NEWEST, [attribute(0x3BA06F8C, lineage([OWNER, new]))])]))
    apk = with_block(PLAIN, [first, second])
    good, _ = judged(apk, idsig(apk, [OWNER, new], DIGEST))
    assert good.schemes["v4"] == "valid" and good.by_scheme["v4"] == (OWNER.sha256, new.sha256)
    for signers in ([OWNER], [new], [new, OWNER]):
        signature, problems = judged(apk, idsig(apk, signers, DIGEST))
        assert signature.schemes["v4"] == "invalid" and problems[-1].kind == "signers_differ"


def _changed(at: int) -> bytes:
    good = bytearray(idsig(SIGNED, [OWNER], DIGEST))
    good[at] ^= 1
    return bytes(good)


BEGINNING = idsig(SIGNED, [OWNER], DIGEST)[:400]
STRANGER = key("Stranger")
BROKEN = {
    "of another file": ("digest_mismatch", idsig(SIGNED[:-1] + b"x", [OWNER], DIGEST)),
    "of a longer file": ("signature_mismatch", idsig(SIGNED + b"x", [OWNER], DIGEST)),
    "of another content": ("digest_mismatch", idsig(SIGNED, [OWNER], bytes(32))),
    "of somebody else": ("signers_differ", idsig(SIGNED, [STRANGER], DIGEST)),
    "with a foreign certificate": (
        "key_mismatch",
        idsig(SIGNED, [build.Key(OWNER.private, STRANGER.certificate)], DIGEST),
    ),
    "of two signers": ("signers_differ", idsig(SIGNED, [OWNER, OWNER], DIGEST)),
    "with a changed tree": ("digest_mismatch", _changed(-1)),
    "with a changed root": ("signature_mismatch", _changed(20)),
    "of another version": ("malformed_block", _changed(0)),
    "cut off": ("malformed_block", idsig(SIGNED, [OWNER], DIGEST)[:-9]),
    "empty": ("malformed_block", b""),
    "junk": ("malformed_block", b"junk" * 99),
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_file_that_does_not_fit_is_named_and_changes_nothing_else(name: str) -> None:
    kind, beside = BROKEN[name]
    signature, problems = judged(SIGNED, beside)
    assert signature.status == "valid" and [item.sha256 for item in signature.signers] == [OWNER.sha256]
    assert signature.schemes["v4"] == "invalid" and "v4" not in signature.by_scheme
    assert {(item.part, item.kind) for item in problems} == {("signature.v4", kind)}


def test_an_unsigned_package_gains_nothing() -> None:
    signature, _ = judged(PLAIN, idsig(PLAIN, [OWNER], DIGEST))
    assert signature.status == "unsigned" and signature.schemes["v4"] == "unknown" and not signature.by_scheme
    broken = with_block(PLAIN.replace(b"hello", b"hallo"), [(V3, v3(PLAIN, [(STRANGER, 28, NEWEST, [])]))])[:-1]
    assert judged(broken + b"\1", idsig(broken, [OWNER], DIGEST))[0].schemes["v4"] != "valid"


@given(st.binary(max_size=300), st.integers(0, 400))
def test_any_bytes_in_the_file(data: bytes, at: int) -> None:
    for beside in (data, BEGINNING[:at] + data):
        signature, problems = judged(SIGNED, beside)
        assert signature.status == "valid" and signature.schemes["v4"] == "invalid" and problems


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, 4096 * 128, 4096 * 128 + 1, 3_000_000])
@pytest.mark.parametrize("piece", [1000, 4096, 1 << 20])
def test_trees_do_not_depend_on_the_pieces(size: int, piece: int) -> None:
    data = bytes(i * i >> 8 & 0xFF for i in range(5000)) * (size // 5000 + 1)
    data = data[:size]
    built = tree((data[at : at + piece] for at in range(0, size, piece)), b"")
    if size:
        root, *levels = build.merkle(data)
        assert (built.root, built.pages) == (root, b"".join(levels))


def test_the_file_is_looked_for_beside_the_sample(tmp_path: Path) -> None:
    path = tmp_path / "sample.apk"
    assert find_idsig(path) is None
    (tmp_path / "sample.apk.idsig").write_bytes(b"abc")
    assert find_idsig(path) == b"abc"
    (tmp_path / "other.apk.idsig").mkdir()
    assert find_idsig(tmp_path / "other.apk") is None


@pytest.mark.platform
@pytest.mark.parametrize(
    "options", ["", "--v3-signing-enabled false", "--v2-signing-enabled false --v1-signing-enabled false"]
)
def test_a_file_made_by_apksigner(tmp_path: Path, options: str) -> None:
    if not shutil.which("apksigner"):
        missing("platform", "apksigner of the Debian package of that name")
    (tmp_path / "in.apk").write_bytes(PLAIN)
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (tmp_path / "owner.pk8").write_bytes(OWNER.private.private_bytes(serialization.Encoding.DER, *form))
    (tmp_path / "owner.pem").write_bytes(OWNER.certificate.public_bytes(serialization.Encoding.PEM))
    command = "apksigner sign --key owner.pk8 --cert owner.pem --v4-signing-enabled true --out sample.apk"
    subprocess.run([*command.split(), *options.split(), "in.apk"], cwd=tmp_path, check=True)
    beside = find_idsig(tmp_path / "sample.apk")
    assert beside is not None
    signature, problems = judged((tmp_path / "sample.apk").read_bytes(), beside)
    assert (signature.status, signature.schemes["v4"]) == ("valid", "valid") and not problems
