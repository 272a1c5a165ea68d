"""Pins of an APP备案 record: certificate MD5 or public key. They recognise the genuine app; elsewhere a lead, no more."""

import dataclasses

import pytest

from detection import scoring
from detection.detectors import brand_signer, genuine
from detection.identity import identity
from detection.subject import Subject
from index.profiles import Package, Pin, Profile, load_profiles
from tests.detection.conftest import make_listing, make_sample

PACKAGE = "cn.example.mingjing"
MODULUS = "0f" * 16


def profile(**digest: str) -> Profile:
    pin = Pin(package=PACKAGE, store="app_filing", confidence="confirmed", **digest)
    names = load_profiles()["doubao"].names
    return Profile(id="b", names=names, packages=(Package(id=PACKAGE, confidence="confirmed"),), signers=(pin,))


def subject(own: Profile, modulus: str) -> Subject:
    sample = make_sample(PACKAGE)
    signer = dataclasses.replace(sample.signature.signers[0], rsa_modulus_md5=modulus)
    signature = dataclasses.replace(sample.signature, signers=(signer,))
    listing = make_listing("明镜", package_name=PACKAGE, marketplace="some_store")
    return Subject(listing=listing, fingerprint=dataclasses.replace(sample, signature=signature), profiles={"b": own})


@pytest.mark.parametrize("digest", [{"md5": "ab" * 16}, {"rsa_modulus_md5": MODULUS}], ids=["md5", "public key"])
def test_the_genuine_app_is_recognised(digest: dict) -> None:
    own = profile(**digest)
    told = subject(own, MODULUS)
    assert identity(told, own).signer == "match"
    assert [one.strength < 0 for one in genuine.detect(told)] == [True]
    assert not list(brand_signer.detect(told))


@pytest.mark.parametrize("digest", [{"md5": "0b" * 16}, {"rsa_modulus_md5": "1f" * 16}], ids=["md5", "public key"])
def test_another_certificate_in_a_store_is_a_lead(digest: dict) -> None:
    own = profile(**digest)
    (evidence,) = brand_signer.detect(subject(own, MODULUS))
    assert scoring.verdict(scoring.score([evidence], {"brand_signer": "counterfeit"})) == "lead"
    assert next(iter(digest.values())) in (evidence.expected or "") and "app_filing" in evidence.en


def test_an_unverified_record_accuses_nobody() -> None:
    own = profile(md5="0b" * 16)
    unsure = dataclasses.replace(own, signers=(dataclasses.replace(own.signers[0], confidence="unverified"),))
    assert not list(brand_signer.detect(subject(unsure, MODULUS)))
