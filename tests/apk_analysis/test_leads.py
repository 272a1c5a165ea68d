"""What no signature covers is a lead, and never more."""

import hashlib
from pathlib import Path

from apk_analysis.analyse import analyse
from apk_analysis.archive import Archive
from apk_analysis.fingerprint import Trait
from apk_analysis.signature.leads import leads
from tests.apk_analysis import build
from tests.apk_analysis.build import V2, key, v2, with_block
from tests.apk_analysis.zips import File, zipped

APK = build.archive(build.files())


def of(data: bytes) -> list[tuple[str, str, str]]:
    return [(trait.kind, trait.value, trait.where) for trait in leads(Archive(data))]


def pair(number: int, value: bytes) -> list[tuple[str, str, str]]:
    return of(with_block(APK, [(V2, v2(APK, [key()])), (number, value), (0x42726577, bytes(50))]))


def test_channel_pairs_are_read() -> None:
    walle = '{"channel":"huawei"}'
    assert pair(0x71777777, walle.encode()) == [("channel", walle, "signing block, pair 0x71777777 (Walle)")]
    assert pair(0x881155FF, "应用宝".encode()) == [("channel", "应用宝", "signing block, pair 0x881155ff (VasDolly)")]
    assert pair(0x7A786B21, b"\xff\0\1") == [("channel", "ff0001", "signing block, pair 0x7a786b21 (packer-ng)")]


def test_other_pairs_are_named() -> None:
    assert pair(0x2146444E, bytes(99))[0][:2] == ("signing_block_pair", "99 bytes")
    assert pair(0x12345678, b"x" * 7) == [
        ("signing_block_pair", "7 bytes", "signing block, pair 0x12345678 (unknown tool)")
    ]


def test_ordinary_packages_have_none() -> None:
    assert not of(build.signed("v1 v2 v3", min_sdk=21)) and not of(APK)


def test_comments_and_files_that_carry_a_channel() -> None:
    place = "comment of the archive"
    assert of(build.archive(build.files(), comment=b"built by hand")) == [("archive_comment", "built by hand", place)]
    assert of(build.archive(build.files(), comment=b"xiaomi\x06\0ltlovezh")) == [("channel", "xiaomi", place)]
    named = build.archive({**build.files(), "META-INF/channel_oppo": b"", "META-INF/umeng_channel": b"vivo"})
    assert {trait[1] for trait in of(named)} == {"channel_oppo", "umeng_channel vivo"}
    beside = build.archive({"base.apk": APK, "base.apk.idsig": b"x"})
    assert of(beside) == [("v4_signature_file", "base.apk.idsig", "base.apk.idsig")]


def test_leads_are_short_and_few_and_hold_the_hash_of_the_whole() -> None:
    long = b"a\n" * 5000
    (found,) = [Trait(kind=kind, value=value, where=where) for kind, value, where in pair(0x71777777, long)]
    assert len(found.value) == 500 and "\n" not in found.value
    (trait,) = leads(Archive(with_block(APK, [(0x71777777, long)])))
    assert trait.sha256 == hashlib.sha256(long).hexdigest()
    many = with_block(APK, [(number, b"x") for number in range(1000, 3000)])
    assert len(of(many)) == 50
    assert len(of(zipped([File(b"META-INF/channel_%d" % number) for number in range(300)]))) == 50


def test_broken_channel_files_cost_nothing() -> None:
    assert of(zipped([File(b"META-INF/channel", raw=b"\xff")])) == [("channel", "channel", "META-INF/channel")]


def test_an_analysis_shows_them(tmp_path: Path) -> None:
    path = tmp_path / "sample.apk"
    path.write_bytes(with_block(APK, [(V2, v2(APK, [key()])), (0x71777777, b'{"channel":"market"}')]))
    found = analyse(path).fingerprint
    assert found.signature.status == "valid"
    assert [trait.value for trait in found.traits if trait.kind == "channel"] == ['{"channel":"market"}']
