"""Source stamps: what a distributor vouches for, verified as apksigner 35 does, and never at the owner's expense."""

import hashlib
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from apk_analysis.analyse import analyse
from apk_analysis.fingerprint import Fingerprint
from tests.apk_analysis import build
from tests.apk_analysis.build import V2, V3, Key, attribute, key, lineage, v2, v3, with_block
from tests.apk_analysis.judging import judged
from tests.conftest import missing

STAMP, OLD_STAMP, ROTATION, TIME = 0x6DFF800D, 0x2B09189E, 0x9D6303F7, 0xE43C5946
OWNER, SHOP = key("Owner"), key("Shop")
Pairs = list[tuple[int, bytes]]


def look(folder: Path, apk: bytes) -> Fingerprint:
    path = folder / "sample.apk"
    path.write_bytes(apk)
    return analyse(path).fingerprint


def kinds(found: Fingerprint) -> set[str]:
    return {problem.kind for problem in found.problems if problem.part == "signature.stamp"}


def unsigned(shop: Key = SHOP) -> bytes:
    return build.archive({**build.files(), "stamp-cert-sha256": bytes.fromhex(shop.sha256)})


def stamped(pair: bytes, number: int = STAMP, apk: bytes | None = None) -> bytes:
    apk = apk or unsigned()
    return with_block(apk, [(V2, v2(apk, [OWNER])), (number, pair)])


def told(apk: bytes) -> dict[int, dict[int, bytes]]:
    return {2: {1: build.content_digest(apk)}}


def seconds(value: int) -> bytes:
    return attribute(TIME, struct.pack("<q", value))


def test_a_stamp_names_its_distributor_and_when(tmp_path: Path) -> None:
    found = look(tmp_path, stamped(build.stamp(SHOP, told(unsigned()), [seconds(1_700_000_000)])))
    assert found.signature.status == "valid" and not kinds(found)
    assert [item.sha256 for item in found.signature.signers] == [OWNER.sha256]
    stamp = found.signature.stamp
    assert stamp is not None and (stamp.state, stamp.sha256, stamp.subject) == ("valid", SHOP.sha256, "CN=Shop")
    assert stamp.signed_at == "2023-11-14T22:13:20Z"


def test_no_stamp_is_no_stamp(tmp_path: Path) -> None:
    assert look(tmp_path, build.signed("v2")).signature.stamp is None


def test_a_stamp_vouches_for_every_scheme_that_counts(tmp_path: Path) -> None:
    content = {**build.files(min_sdk=21), "stamp-cert-sha256": bytes.fromhex(SHOP.sha256)}
    listed = build.v1(content, [OWNER], promises="2, 3")
    apk = build.archive(listed)
    digest = {1: build.content_digest(apk)}
    manifest = {4: hashlib.sha256(listed["META-INF/MANIFEST.MF"]).digest()}

    def signed(of: dict[int, dict[int, bytes]]) -> bytes:
        pairs: Pairs = [(V2, v2(apk, [OWNER])), (V3, v3(apk, [(OWNER, 28, build.NEWEST, [])]))]
        return with_block(apk, [*pairs, (STAMP, build.stamp(SHOP, of))])

    assert not kinds(look(tmp_path, signed({1: manifest, 2: digest, 3: digest})))
    for left_out in (1, 2, 3):
        some = {scheme: told for scheme, told in {1: manifest, 2: digest, 3: digest}.items() if scheme != left_out}
        found = look(tmp_path, signed(some))
        assert found.signature.status == "valid" and kinds(found) == {"no_signature"}
    wrong = look(tmp_path, signed({1: {4: bytes(32)}, 2: digest, 3: digest}))
    assert kinds(wrong) == {"signature_mismatch"}


def test_stamps_of_the_first_version_are_verified_too(tmp_path: Path) -> None:
    """apksigner 35 does not know them any more and says that there is no stamp."""
    digest = {1: build.content_digest(unsigned())}
    good = look(tmp_path, stamped(build.old_stamp(SHOP, digest), OLD_STAMP))
    assert good.signature.stamp is not None and good.signature.stamp.state == "valid"
    bad = look(tmp_path, stamped(build.old_stamp(SHOP, {1: bytes(32)}), OLD_STAMP))
    assert bad.signature.stamp is not None and bad.signature.stamp.state == "invalid"


def test_a_stamp_can_rotate_its_key(tmp_path: Path) -> None:
    old, new = key("Old shop"), key("New shop")
    apk = unsigned(new)
    good = build.stamp(new, told(apk), [attribute(ROTATION, lineage([old, new]))])
    assert not kinds(look(tmp_path, stamped(good, apk=apk)))
    other = build.stamp(new, told(apk), [attribute(ROTATION, lineage([new, old]))])
    assert kinds(look(tmp_path, stamped(other, apk=apk))) == {"lineage_invalid"}


def _broken() -> dict[str, tuple[str, bytes]]:
    good = build.stamp(SHOP, told(unsigned()), [seconds(1)])
    return {
        "another content": ("signature_mismatch", build.stamp(SHOP, {2: {1: bytes(32)}})),
        "another certificate": ("stamp_certificate", build.stamp(OWNER, told(unsigned()))),
        "another key": ("signature_mismatch", build.stamp(Key(OWNER.private, SHOP.certificate), told(unsigned()))),
        "no scheme": ("no_signature", build.stamp(SHOP, {})),
        "no time": ("stamp_time", build.stamp(SHOP, told(unsigned()), [seconds(0)])),
        "time before all time": ("stamp_time", build.stamp(SHOP, told(unsigned()), [seconds(-1)])),
        "half a time": ("malformed_block", build.stamp(SHOP, told(unsigned()), [attribute(TIME, b"\1\0\0\0")])),
        "cut off": ("malformed_block", build.lp(good[4:-5])),
        "attributes changed": ("signature_mismatch", good.replace(struct.pack("<q", 1), struct.pack("<q", 2))),
        "empty": ("malformed_block", b""),
    }


@pytest.mark.parametrize("name", sorted(_broken()))
def test_a_broken_stamp_is_the_stamps_problem_alone(tmp_path: Path, name: str) -> None:
    kind, pair = _broken()[name]
    found = look(tmp_path, stamped(pair))
    assert found.signature.status == "valid" and [item.sha256 for item in found.signature.signers] == [OWNER.sha256]
    assert kinds(found) == {kind}
    assert found.signature.stamp is not None and found.signature.stamp.state == "invalid"
    assert found.signature.stamp.sha256 == SHOP.sha256, "what it claims"


@given(st.binary(max_size=300), st.integers(0, 800))
def test_any_bytes_in_the_pair(data: bytes, at: int) -> None:
    whole = build.stamp(SHOP, told(unsigned()), [seconds(1)])
    found = judged(stamped(whole[:at] + data))
    assert found.status == "valid" and found.stamp is not None
    assert found.stamp.state == "invalid" or (at >= len(whole) and found.stamp.sha256 == SHOP.sha256)


def test_half_a_stamp_is_recognised(tmp_path: Path) -> None:
    only_name = look(tmp_path, with_block(unsigned(), [(V2, v2(unsigned(), [OWNER]))]))
    plain = build.archive(build.files())
    only_pair = look(tmp_path, stamped(build.stamp(SHOP, told(plain)), apk=plain))
    alone = look(tmp_path, with_block(unsigned(), [(STAMP, build.stamp(SHOP, told(unsigned())))]))
    for found, kind in ((only_name, "stamp_incomplete"), (only_pair, "stamp_incomplete"), (alone, "stamp_alone")):
        stamp = found.signature.stamp
        assert stamp is not None and (stamp.state, stamp.sha256) == ("unknown", SHOP.sha256) and kinds(found) == {kind}


VALID, FAILED, UNTOLD = "valid", "invalid", "unknown"
SUITE = {
    "original-with-stamp-file.apk": UNTOLD,
    "stamp-apk-hash-mismatch-v1.apk": FAILED,
    "stamp-apk-hash-mismatch-v2.apk": FAILED,
    "stamp-apk-hash-mismatch-v3.apk": FAILED,
    "stamp-apk-hash-mismatch.apk": FAILED,  # of the first version: apksigner 35 overlooks the pair
    "stamp-certificate-mismatch.apk": FAILED,
    "stamp-int-timestamp-value.apk": FAILED,
    "stamp-invalid-timestamp-value-less-than-zero.apk": FAILED,
    "stamp-invalid-timestamp-value-zero.apk": FAILED,
    "stamp-lineage-invalid.apk": FAILED,
    "stamp-lineage-valid.apk": VALID,
    "stamp-lineage-with-3-signers.apk": VALID,
    "stamp-malformed-signature.apk": FAILED,
    "stamp-only-unknown-sigs.apk": FAILED,
    "stamp-timestamp-in-last-8-of-16-byte-buffer.apk": FAILED,
    "stamp-unknown-attr.apk": VALID,
    "stamp-unknown-sig.apk": VALID,
    "stamp-valid-timestamp-16-byte-buffer.apk": VALID,
    "stamp-valid-timestamp-value-modified.apk": FAILED,
    "stamp-valid-timestamp-value.apk": VALID,
    "stamp-without-apk-signature.apk": UNTOLD,
    "stamp-without-block.apk": UNTOLD,
    "v1-only-with-stamp.apk": VALID,
    "v1v2v3-rotated-v3-key-valid-stamp.apk": VALID,
    "v2-only-with-stamp.apk": VALID,
    "v3-only-with-stamp.apk": VALID,
    "valid-stamp.apk": VALID,
}
"""What apksigner 35.0.2 says of all stamps in its own suite: verified, verification failed, not verified."""


@pytest.mark.shared
def test_stamps_of_the_suite(suite: list[tuple[Path, dict[str, str]]]) -> None:
    found = {path.name: analyse(path).fingerprint.signature for path, _ in suite if "stamp" in path.name}
    assert {name: item.stamp.state for name, item in found.items() if item.stamp} == SUITE
    assert all(item.stamp.signed_at for name, item in found.items() if item.stamp and "valid-timestamp-16" in name)
    assert found["stamp-valid-timestamp-value.apk"].stamp.signed_at == "2022-02-15T00:56:24Z"


@pytest.mark.platform
def test_a_stamp_made_by_apksigner(tmp_path: Path) -> None:
    if not shutil.which("apksigner"):
        missing("platform", "apksigner of the Debian package of that name")
    (tmp_path / "in.apk").write_bytes(build.archive(build.files(min_sdk=24)))
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    owners = key("Owner", "rsa"), key("Shop", "rsa")  # version 31 fails at stamps with EC keys
    for name, owner in zip(("owner", "shop"), owners, strict=True):
        (tmp_path / f"{name}.pk8").write_bytes(owner.private.private_bytes(serialization.Encoding.DER, *form))
        (tmp_path / f"{name}.pem").write_bytes(owner.certificate.public_bytes(serialization.Encoding.PEM))
    command = "apksigner sign --key owner.pk8 --cert owner.pem --stamp-signer --key shop.pk8 --cert shop.pem"
    command += " --v4-signing-enabled false --out sample.apk in.apk"
    subprocess.run(command.split(), cwd=tmp_path, check=True)
    found = analyse(tmp_path / "sample.apk").fingerprint
    stamp = found.signature.stamp
    assert stamp is not None and (stamp.state, stamp.sha256) == ("valid", owners[1].sha256)
    assert [item.sha256 for item in found.signature.signers] == [owners[0].sha256] and not kinds(found)
