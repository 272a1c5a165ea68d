"""What a store states of the signer: compared like with like, a lead at most, and nobody is cleared by it."""

import dataclasses

import pytest

from detection import scoring
from detection.detectors import brand_signer, genuine
from detection.identity import identity
from detection.judge import judge
from detection.signers import compare, of_sample, of_store
from detection.subject import Subject
from detection.ties import tie_keys, ties
from index.profiles import Developer, Package, Pin, Profile, load_profiles
from tests.detection.conftest import make_listing, make_sample

PACKAGE = "cn.example.mingjing"
SHA256, SHA1, MD5, HEX = "1a" * 32, "2b" * 20, "3c" * 16, "4d" * 16
ALL = {"sha256": SHA256, "sha1": SHA1, "md5": MD5, "hex_md5": HEX}
OURS = {"sha256": SHA256, "sha1": SHA1, "md5": MD5, "hex_md5": f"hex-md5:{HEX}"}
OTHERS = {"sha256": "9a" * 32, "sha1": "9b" * 20, "md5": "9c" * 16, "hex_md5": "hex-md5:" + "9d" * 16}
ANOTHER_KIND = [(have, told) for have in ALL for told in ALL if have != told]


def pin(store: str = "vendor", confidence: str = "confirmed", **digests: str) -> Pin:
    return Pin(package=PACKAGE, store=store, confidence=confidence, **digests)


def profile(*pins: Pin) -> Profile:
    own = (Package(id=PACKAGE, confidence="confirmed"),)
    developers = (Developer(name="明镜网络", confidence="confirmed"),)
    return Profile(id="b", names=load_profiles()["doubao"].names, packages=own, signers=pins, developers=developers)


def subject(own: Profile, *digests: str, marketplace: str = "aptoide", **fields) -> Subject:
    listing = make_listing("明镜", package_name=PACKAGE, marketplace=marketplace, declared_signers=digests, **fields)
    return Subject(listing=listing, profiles={"b": own})


@pytest.mark.parametrize("kind", ALL)
def test_the_same_digest_accuses_nobody_and_clears_nobody(kind: str) -> None:
    own = profile(pin(**{kind: ALL[kind]}))
    told = subject(own, OURS[kind])
    assert identity(told, own).stated == "match"
    assert not list(brand_signer.detect(told)) and not list(genuine.detect(told))


@pytest.mark.parametrize("kind", ALL)
def test_another_digest_of_the_same_kind_is_a_lead(kind: str) -> None:
    own = profile(pin(**{kind: ALL[kind]}))
    told = subject(own, OTHERS[kind])
    (evidence,) = brand_signer.detect(told)
    assert evidence.observed == OTHERS[kind] and evidence.expected == ALL[kind]
    assert scoring.verdict(scoring.score([evidence], {"brand_signer": "counterfeit"})) == "lead"
    assert "核实" in evidence.zh and "verified" in evidence.en


@pytest.mark.parametrize(("have", "told"), ANOTHER_KIND)
def test_another_algorithm_is_no_difference_but_not_collected(have: str, told: str) -> None:
    own = profile(pin(**{have: ALL[have]}))
    seen = subject(own, OTHERS[told])
    assert identity(seen, own).stated == "unknown"
    assert not list(brand_signer.detect(seen))
    assert "unseen.genuine_signer" in judge(seen).unseen


def test_xiaomis_md5_is_never_taken_for_the_md5_of_the_certificate() -> None:
    own = profile(pin(md5=MD5))
    assert identity(subject(own, f"hex-md5:{MD5}"), own).stated == "unknown"
    assert identity(subject(own, f"hex-md5:{'9c' * 16}"), own).stated == "unknown"


def test_a_pin_that_cannot_be_compared_may_be_the_one() -> None:
    one, other = pin(sha1=SHA1), pin(store="huawei_appgallery", sha256=SHA256)
    assert compare(of_store(make_listing(declared_signers=(OTHERS["sha1"],))), [one, other]) == "unknown"
    assert compare(of_store(make_listing(declared_signers=(OTHERS["sha1"],))), [one]) == "mismatch"
    assert compare(of_store(make_listing(declared_signers=(SHA1,))), [one, other]) == "match"


def test_several_digests_of_one_certificate_agree_where_one_does() -> None:
    own = profile(pin(sha256=SHA256, sha1=SHA1))
    assert identity(subject(own, SHA1, OTHERS["md5"]), own).stated == "match"


def test_unsure_pins_and_pins_of_other_packages_accuse_nobody() -> None:
    for own in (profile(pin(confidence="unverified", sha1=SHA1)), profile(), profile(
        dataclasses.replace(pin(sha1=SHA1), package="cn.example.other")
    )):  # fmt: skip
        assert not list(brand_signer.detect(subject(own, OTHERS["sha1"])))


def test_where_pins_are_of_other_stores_it_is_said() -> None:
    here, elsewhere = (subject(profile(pin(store=store, sha1=SHA1)), OTHERS["sha1"]) for store in ("aptoide", "xiaomi"))
    (settled,), (other,) = brand_signer.detect(here), brand_signer.detect(elsewhere)
    assert settled.strength > other.strength and "xiaomi" in other.zh


def test_the_owners_name_does_not_clear_what_the_store_says_is_signed_by_somebody_else() -> None:
    own = profile(pin(sha1=SHA1))
    assert identity(subject(own, seller="明镜网络"), own).genuine
    assert not identity(subject(own, OTHERS["sha1"], seller="明镜网络"), own).genuine
    assert judge(subject(own, OTHERS["sha1"], seller="明镜网络")).verdict == "lead"


def test_a_verified_sample_counts_instead_of_the_statement() -> None:
    own = profile(pin(sha256="cd" * 32))
    told = dataclasses.replace(subject(own, OTHERS["sha256"]), fingerprint=make_sample(PACKAGE))
    assert identity(told, own).signer == "match" and identity(told, own).stated == "unknown"
    assert not list(brand_signer.detect(told))


def test_after_a_rotation_only_sha256_settles() -> None:
    sample = make_sample(PACKAGE)
    signature = dataclasses.replace(sample.signature, lineage=(SHA256,))
    rotated = of_sample(dataclasses.replace(sample, signature=signature))
    assert compare(rotated, [pin(sha256=SHA256)]) == "match"
    assert compare(rotated, [pin(sha256="9a" * 32)]) == "mismatch"
    assert compare(rotated, [pin(md5="9c" * 16)]) == "unknown"  # perhaps that of a former certificate


def test_a_fingerprint_from_before_a_digest_was_kept_says_nothing_of_it() -> None:
    seen = of_sample(make_sample(PACKAGE))  # without hex_md5
    assert compare(seen, [pin(hex_md5=HEX)]) == "unknown"
    assert compare(seen, [pin(hex_md5=HEX, sha1="9b" * 20)]) == "mismatch"


def test_statements_tie_to_statements_and_to_verified_samples_of_the_same_kind() -> None:
    stating = make_listing("甲", declared_signers=("AB:" * 19 + "AB",))
    verified = tie_keys(make_listing("乙"), make_sample("p"))
    shared = set(tie_keys(stating, None)) & set(verified)
    assert shared == {"stated_signer:" + "ab" * 20}
    assert not set(tie_keys(make_listing("丙", declared_signers=("ab" * 16 + "ab" * 16,)), None)) & set(verified)


def test_one_certificate_is_one_tie() -> None:
    keys = tie_keys(make_listing("乙"), make_sample("p"))
    found = ties(keys, {key: ["a", "b"] for key in keys if "signer" in key}, dict.fromkeys(keys, 3), "own")
    assert [tie.kind for tie in found] == ["signer"]
    found = ties(keys, {keys[0]: ["a"], "stated_signer:" + "ab" * 20: ["a", "c"]}, dict.fromkeys(keys, 3), "own")
    assert [(tie.kind, tie.others) for tie in found] == [("signer", ("a",)), ("stated_signer", ("a", "c"))]
    assert "未经核实" in found[1].zh and "verified" in found[1].en


@pytest.mark.parametrize("told", [{"sample_md5": "AB" * 16}, {"sample_sha256": "ab" * 32}])
def test_a_stated_hash_of_a_published_fake_is_a_lead(told: dict) -> None:
    own = dataclasses.replace(profile(), known_bad=("ab" * 16, "ab" * 32))
    (evidence,) = brand_signer.detect(subject(own, **told))
    assert scoring.verdict(scoring.score([evidence], {"brand_signer": "counterfeit"})) == "lead"
    seen = dataclasses.replace(subject(own, **told), fingerprint=make_sample(PACKAGE))
    assert not list(brand_signer.detect(seen))  # the file itself is another one
