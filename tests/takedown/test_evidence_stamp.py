"""Time stamps by a real authority: inside a bundle, beside it, and whatever is no stamp of it."""

import subprocess
import zipfile
from pathlib import Path

import pytest
from cryptography import x509

from index.home import Home
from takedown.evidence.build import build
from takedown.evidence.checking.bundle import check
from takedown.evidence.checking.stamp import stamped
from takedown.evidence.time_stamp import StampError, roots_of, stamp
from takedown.evidence.time_stamp import check as check_answer
from tests.takedown.authority import Authority, authority
from tests.takedown.evidence_home import NOW, Shelf, filled


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture
def shelf(home: Home, index, records) -> Shelf:
    return filled(home, index, records)


def roots(tsa: Authority) -> list[x509.Certificate]:
    return roots_of(tsa.root)


def test_a_stamped_bundle_says_when_and_openssl_agrees(shelf: Shelf, tsa: Authority, tmp_path: Path) -> None:
    bundle = build(
        list(shelf.findings.values()), shelf.sources(), tmp_path / "b.zip", NOW,
        stamp=lambda manifest: stamp(manifest, tsa.answer, roots(tsa)),
    )  # fmt: skip
    report = check(str(bundle.path))
    assert bundle.stamp == "stamped" and not report.wrong and report.stamp is not None
    assert report.stamp["at"].startswith("20") and report.stamp["algorithm"] == "sha256"
    with zipfile.ZipFile(bundle.path) as file:
        assert file.namelist()[-3:] == ["custody.jsonl", "custody.tsr", "stamp.jsonl"]
        file.extractall(tmp_path)
    said = tsa.openssl(
        "ts", "-verify", "-data", tmp_path / "custody.jsonl", "-in", tmp_path / "custody.tsr", "-CAfile", tsa.root
    )  # the command that is printed
    assert "Verification: OK" in said.stdout
    unstamped = build(list(shelf.findings.values()), shelf.sources(), tmp_path / "c.zip", NOW)
    assert unstamped.seal == bundle.seal  # a stamp changes nothing of what it is about


def test_every_byte_of_a_stamp_in_a_bundle_counts(shelf: Shelf, tsa: Authority, tmp_path: Path) -> None:
    bundle = build(
        [shelf.findings["plain"]], shelf.sources(), tmp_path / "b.zip", NOW,
        stamp=lambda manifest: stamp(manifest, tsa.answer),
    )  # fmt: skip
    content = bundle.path.read_bytes()
    begin = content.index(b"custody.tsrPK") if b"custody.tsrPK" in content else content.index(b"custody.tsr0")
    with bundle.path.open("r+b") as stream:
        for place in range(begin - 30, len(content), 17):
            stream.seek(place)
            stream.write(bytes([content[place] ^ 1]))
            stream.flush()
            assert check(str(bundle.path)).wrong, place
            stream.seek(place)
            stream.write(content[place : place + 1])
            stream.flush()
    assert not check(str(bundle.path)).wrong


def test_a_stamp_that_came_later_lies_beside_the_bundle(shelf: Shelf, tsa: Authority, tmp_path: Path) -> None:
    bundle = build([shelf.findings["plain"]], shelf.sources(), tmp_path / "b.zip", NOW)
    with zipfile.ZipFile(bundle.path) as file:
        manifest = file.read("custody.jsonl")
    beside = tmp_path / "b.zip.tsr"
    beside.write_bytes(stamp(manifest, tsa.answer, roots(tsa)))
    report = check(str(bundle.path))
    assert not report.wrong and report.stamp is not None and report.stamp["where"] == "b.zip.tsr"
    moved = tmp_path / "elsewhere.tsr"
    beside.rename(moved)
    assert check(str(bundle.path), tsr=str(moved)).stamp and check(str(bundle.path)).stamp is None
    moved.write_bytes(stamp(b"something else", tsa.answer))
    assert [one[0] for one in check(str(bundle.path), tsr=str(moved)).wrong] == ["stamp"]
    moved.write_bytes(b"nonsense")
    assert [one[0] for one in check(str(bundle.path), tsr=str(moved)).wrong] == ["stamp_unreadable"]


def test_an_answer_that_is_not_good_is_no_stamp(tsa: Authority, tmp_path: Path) -> None:
    good = stamp(b"manifest", tsa.answer, roots(tsa))
    assert check_answer(good, b"manifest", roots=roots(tsa)).endswith("Z")
    with pytest.raises(StampError):
        check_answer(good, b"another manifest")
    with pytest.raises(StampError):  # answered to somebody else: a recorded answer
        stamp(b"manifest", lambda _request: good)
    with pytest.raises(StampError):  # an authority that nobody knows
        check_answer(good, b"manifest", roots=roots(authority(tmp_path / "other")))
    spoilt = bytearray(good)
    spoilt[-20] ^= 1
    with pytest.raises(StampError):
        check_answer(bytes(spoilt), b"manifest", roots=roots(tsa))
    for nonsense in (b"", b"x", b"<html>", good[:50]):
        with pytest.raises(StampError):
            check_answer(nonsense, b"manifest")


def test_a_refusal_is_no_stamp(tsa: Authority, tmp_path: Path) -> None:
    data, query = tmp_path / "data", tmp_path / "query"
    data.write_bytes(b"manifest")
    tsa.openssl("ts", "-query", "-data", data, "-sha1", "-cert", "-out", query)  # which it does not take
    refusal = tsa.answer(query.read_bytes())
    with pytest.raises(StampError, match="refused"):
        check_answer(refusal, b"manifest")
    with pytest.raises(ValueError):  # noqa: PT011 - whatever the reader says of it
        stamped(refusal)


def test_without_an_answer_the_bundle_is_there_and_waits(shelf: Shelf, tmp_path: Path) -> None:
    def nobody(_manifest: bytes) -> bytes:
        raise StampError("nobody answers")

    bundle = build([shelf.findings["plain"]], shelf.sources(), tmp_path / "b.zip", NOW, stamp=nobody)
    assert (bundle.stamp, bundle.stamp_detail) == ("waiting", "nobody answers")
    assert not check(str(bundle.path)).wrong


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_stamps_with_each_hash_are_read(tsa: Authority, tmp_path: Path, algorithm: str) -> None:
    data, query = tmp_path / "data", tmp_path / "query"
    data.write_bytes(b"manifest")
    tsa.openssl("ts", "-query", "-data", data, f"-{algorithm}", "-cert", "-out", query)
    found, digest, moment = stamped(tsa.answer(query.read_bytes()))
    expected = subprocess.run(["openssl", "dgst", f"-{algorithm}", "-binary", data], capture_output=True, check=True)
    assert (found, digest) == (algorithm, expected.stdout) and len(moment) == 15


def test_roots_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_text("no certificate")
    for name in ("x.pem", "gone.pem"):
        with pytest.raises(StampError):
            roots_of(tmp_path / name)
