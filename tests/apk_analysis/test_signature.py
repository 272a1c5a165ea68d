"""Signatures by the rules of Android, on small packages that the tests build and sign themselves."""

import hashlib
import struct
from pathlib import Path

import pytest

from apk_analysis.analyse import analyse
from apk_analysis.archive import Archive
from apk_analysis.axml import Platform
from apk_analysis.contents import Contents
from apk_analysis.fingerprint import Fingerprint
from apk_analysis.signature.verify import algorithms, verify
from tests.apk_analysis import build
from tests.apk_analysis.build import NEWEST, V2, V3, V31, attribute, key, lineage, signed, v2, v3, with_block

ROTATION, ROTATES_FROM, STRIPPING = 0x3BA06F8C, 0x559F8B02, 0xBEEFF00D


def look(folder: Path, apk: bytes) -> Fingerprint:
    path = folder / "sample.apk"
    path.write_bytes(apk)
    return analyse(path).fingerprint


def kinds(found: Fingerprint) -> set[str]:
    return {problem.kind for problem in found.problems}


@pytest.mark.parametrize(
    ("schemes", "min_sdk"),
    [("v1", 14), ("v1 v2", 19), ("v2", 24), ("v1 v2 v3", 19), ("v2 v3", 24), ("v3", 28), ("v1", 24)],
)
@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_signed_packages_are_valid(tmp_path: Path, schemes: str, min_sdk: int, kind: str) -> None:
    signer = key(kind=kind)
    if "v1" in schemes:
        min_sdk = max(min_sdk, 21 if kind == "ec" else 18)  # SHA-256 in v1 needs Android 4.3, with ECDSA 5.0
    found = look(tmp_path, signed(schemes, signer, min_sdk=min_sdk))
    assert found.signature.status == "valid", found.problems
    assert [item.sha256 for item in found.signature.signers] == [signer.sha256]
    expected = {name: "valid" if name in schemes.split() else "absent" for name in ("v1", "v2", "v3", "v31", "v4")}
    assert found.signature.schemes == expected
    assert found.signature.by_scheme == dict.fromkeys(schemes.split(), (signer.sha256,))
    assert found.signature.signers[0].subject == "CN=Example Studio"
    assert found.signature.signers[0].not_before == "2020-01-01T00:00:00Z"
    assert (found.signature.signers[0].rsa_modulus_md5 is None) == (kind == "ec")
    as_text = signer.der.hex().encode()
    assert found.signature.signers[0].hex_md5 == hashlib.md5(as_text).hexdigest()


def test_a_v1_that_nobody_looks_at_is_verified_when_it_costs_nothing() -> None:
    apk = signed("v1 v2", min_sdk=24)
    archive = Archive(apk)
    platform = Platform(min_sdk=24, target_sdk=29, sandbox=1)
    contents = Contents(archive, algorithms(archive))
    before, _ = verify(archive, platform, contents)
    assert (before.status, before.schemes["v1"], set(before.by_scheme)) == ("valid", "unknown", {"v2"})
    assert len(list(contents)) == len(archive.entries)
    after, _ = verify(archive, platform, contents)
    assert (after.status, after.schemes["v1"]) == ("valid", "valid") and after.signers == before.signers


def test_a_rotated_key_keeps_the_certificates_of_the_older_ones(tmp_path: Path) -> None:
    """A filing may name the key that was in use then."""
    old, new = key("Old", "rsa"), key("New")
    apk = build.archive(build.files())
    pairs = [(V2, v2(apk, [old])), (V3, v3(apk, [(new, 28, NEWEST, [attribute(ROTATION, lineage([old, new]))])]))]
    signature = look(tmp_path, with_block(apk, pairs)).signature
    (other,) = signature.other_signers
    assert (other.sha256, other.subject) == (old.sha256, "CN=Old") and signature.signers[0].sha256 == new.sha256
    assert other.rsa_modulus == f"{old.private.public_key().public_numbers().n:X}"
    assert other.rsa_modulus_md5 == hashlib.md5(other.rsa_modulus.encode()).hexdigest()
    assert signature.by_scheme == {"v2": (old.sha256,), "v3": (new.sha256,)}


def test_unsigned_is_not_invalid(tmp_path: Path) -> None:
    found = look(tmp_path, build.archive(build.files()))
    assert found.signature.status == "unsigned" and not found.signature.signers and not kinds(found) & {"no_signer"}


def test_debug_certificates_are_named(tmp_path: Path) -> None:
    found = look(tmp_path, signed("v2", key("Android Debug")))
    assert found.signature.signers[0].known_test_key == "Android Debug (by subject)"


@pytest.mark.parametrize(
    ("schemes", "options"),
    [
        ("v2", {"min_sdk": 19}),
        ("v2", {"min_sdk": None}),
        ("v3", {"min_sdk": 23}),
        ("v1", {"target_sdk": 30}),
        ("v1", {"sandbox": 2}),
    ],
)
def test_schemes_that_android_asks_for_must_be_there(tmp_path: Path, schemes: str, options: dict[str, int]) -> None:
    found = look(tmp_path, signed(schemes, **options))
    assert found.signature.status == "invalid" and kinds(found) & {"scheme_missing", "sdk_range"}


def test_a_forged_second_pair_is_not_looked_at(tmp_path: Path) -> None:
    apk = build.archive(build.files())
    owner, victim = key("Owner"), key("Victim")
    found = look(tmp_path, with_block(apk, [(V2, v2(apk, [owner])), (V2, v2(apk, [victim]))]))
    assert found.signature.status == "valid" and [item.sha256 for item in found.signature.signers] == [owner.sha256]
    assert "repeated_pair" in kinds(found) and not found.signature.other_signers


def test_a_foreign_certificate_beside_the_real_key_is_refused(tmp_path: Path) -> None:
    apk = build.archive(build.files())
    thief, victim = key("Thief"), key("Victim")
    pair = v2(apk, [build.Key(thief.private, victim.certificate)])
    found = look(tmp_path, with_block(apk, [(V2, pair)]))
    assert found.signature.status == "invalid" and "key_mismatch" in kinds(found) and not found.signature.signers


def test_channel_pairs_stay_lawful(tmp_path: Path) -> None:
    apk = build.archive(build.files())
    found = look(tmp_path, with_block(apk, [(V2, v2(apk, [key()])), (0x71777777, b'{"channel":"market"}')]))
    assert found.signature.status == "valid"


def test_v1_extras_in_meta_inf_stay_lawful(tmp_path: Path) -> None:
    content = build.v1(build.files(), [key()])
    found = look(tmp_path, build.archive({**content, "META-INF/channel_market": b""}, comment=b"market"))
    assert found.signature.status == "valid"


def test_stripped_blocks_are_noticed_by_v1(tmp_path: Path) -> None:
    content = build.v1(build.files(min_sdk=21), [key()], promises="2, 3")
    found = look(tmp_path, build.archive(content))
    assert found.signature.status == "invalid" and "scheme_stripped" in kinds(found)


def test_a_stripped_v3_is_noticed_by_v2(tmp_path: Path) -> None:
    apk = build.archive(build.files())
    pair = v2(apk, [key()], attributes=[attribute(STRIPPING, struct.pack("<L", 3))])
    assert "scheme_stripped" in kinds(look(tmp_path, with_block(apk, [(V2, pair)])))


def test_rotation_gives_the_newest_signer_and_the_whole_chain(tmp_path: Path) -> None:
    chain = [key("Old"), key("Middle", "rsa"), key("New")]
    apk = build.archive(build.files())
    pairs = [(V2, v2(apk, chain[:1])), (V3, v3(apk, [(chain[2], 28, NEWEST, [attribute(ROTATION, lineage(chain))])]))]
    found = look(tmp_path, with_block(apk, pairs))
    assert found.signature.status == "valid", found.problems
    assert [item.sha256 for item in found.signature.signers] == [chain[2].sha256]
    assert found.signature.lineage == tuple(link.sha256 for link in chain)


def test_v31_takes_over_where_v3_says(tmp_path: Path) -> None:
    old, new = key("Old"), key("New")
    apk = build.archive(build.files(min_sdk=28))
    first = (V3, v3(apk, [(old, 28, 32, [attribute(ROTATES_FROM, struct.pack("<L", 33))])]))
    second = (V31, v3(apk, [(new, 33, NEWEST, [attribute(ROTATION, lineage([old, new]))])]))
    found = look(tmp_path, with_block(apk, [first, second]))
    assert found.signature.status == "valid", found.problems
    assert [item.sha256 for item in found.signature.signers] == [new.sha256]
    stripped = look(tmp_path, with_block(apk, [first]))
    assert stripped.signature.status == "invalid" and kinds(stripped) & {"scheme_stripped", "sdk_range"}
    alone = look(tmp_path, with_block(apk, [second]))
    assert alone.signature.status == "invalid" and "scheme_stripped" in kinds(alone)


def test_v31_must_continue_the_signer_of_v3(tmp_path: Path) -> None:
    apk = build.archive(build.files(min_sdk=28))
    owner, thief = key("Owner"), key("Thief")
    first = (V3, v3(apk, [(owner, 28, NEWEST, [])]))
    chain = [attribute(ROTATION, lineage([key("Other"), thief]))]
    found = look(tmp_path, with_block(apk, [first, (V31, v3(apk, [(thief, 33, NEWEST, chain)]))]))
    assert found.signature.status == "invalid" and "signers_differ" in kinds(found)


def _bad_lineages() -> dict[str, bytes]:
    old, new, other = key("Old"), key("New"), key("Other")
    broken = bytearray(lineage([old, new]))
    broken[-3] ^= 1
    return {
        "not signed by the predecessor": bytes(broken),
        "ends at another key": lineage([old, other]),
        "repeats a key": lineage([old, new, old, new]),
        "unknown version": b"\x02" + lineage([old, new])[1:],
        "cut off": lineage([old, new])[:-9],
    }


@pytest.mark.parametrize("name", sorted(_bad_lineages()))
def test_broken_rotation_is_refused(tmp_path: Path, name: str) -> None:
    apk = build.archive(build.files(min_sdk=28))
    pair = v3(apk, [(key("New"), 28, NEWEST, [attribute(ROTATION, _bad_lineages()[name])])])
    found = look(tmp_path, with_block(apk, [(V3, pair)]))
    assert found.signature.status == "invalid" and kinds(found) & {"lineage_invalid", "malformed_block"}


def test_schemes_must_agree_on_the_signer(tmp_path: Path) -> None:
    apk = build.archive(build.v1(build.files(min_sdk=21), [key("One")]))
    found = look(tmp_path, with_block(apk, [(V2, v2(apk, [key("Two")]))]))
    assert found.signature.status == "invalid" and "signers_differ" in kinds(found)
    plain = build.archive(build.files())
    pairs = [(V2, v2(plain, [key("One")])), (V3, v3(plain, [(key("Two"), 28, NEWEST, [])]))]
    assert "signers_differ" in kinds(look(tmp_path, with_block(plain, pairs)))


def test_two_signers_are_both_named(tmp_path: Path) -> None:
    pair = [key("One"), key("Two", "rsa")]
    apk = build.archive(build.v1(build.files(min_sdk=21), pair))
    found = look(tmp_path, with_block(apk, [(V2, v2(apk, pair))]))
    assert found.signature.status == "valid", found.problems
    assert {item.sha256 for item in found.signature.signers} == {item.sha256 for item in pair}


def test_gaps_between_v3_signers_are_refused(tmp_path: Path) -> None:
    apk = build.archive(build.files(min_sdk=28))
    pair = v3(apk, [(key("One"), 28, 30, []), (key("Two"), 32, NEWEST, [])])
    assert "sdk_range" in kinds(look(tmp_path, with_block(apk, [(V3, pair)])))


def test_eleven_signers_are_too_many(tmp_path: Path) -> None:
    apk = build.archive(build.files())
    found = look(tmp_path, with_block(apk, [(V2, v2(apk, [key()] * 11))]))
    assert found.signature.status == "invalid" and "too_many_signers" in kinds(found)


def test_without_a_manifest_nobody_can_tell(tmp_path: Path) -> None:
    found = look(tmp_path, signed("v2").replace(b"AndroidManifest.xml", b"AndroidManifest.xmk"))
    assert found.container == "zip"  # hashed, not analysed
    broken = build.v1({**build.files(), "AndroidManifest.xml": b"\x03\x00\x08\x00"}, [key()])
    answer = look(tmp_path, build.archive(broken))
    assert answer.signature.status == "unknown" and not answer.signature.signers
    assert {"malformed_manifest", "unreadable_manifest", "sdk_unknown"} <= kinds(answer)


def test_janus_is_refused_whatever_the_signature_says(tmp_path: Path) -> None:
    content = build.archive(build.v1(build.files(), [key()]))
    dex = b"dex\n035\0" + bytes(120)
    central, end = build.sections(content)
    moved = bytearray(content)
    for at in _records(content, central):
        struct.pack_into("<L", moved, at + 42, struct.unpack_from("<L", content, at + 42)[0] + len(dex))
    struct.pack_into("<L", moved, end + 16, central + len(dex))
    found = look(tmp_path, dex + bytes(moved))
    assert found.signature.schemes["v1"] == "valid" and found.signature.status == "invalid"
    assert "janus" in kinds(found) and found.package == "com.example.app"


def _records(apk: bytes, at: int) -> list[int]:
    found = []
    while apk[at : at + 4] == b"PK\x01\x02":
        found.append(at)
        at += 46 + sum(struct.unpack_from("<HHH", apk, at + 28))
    return found
