"""Tie keys of samples and hosts: what is the seller's own ties, what anybody uses does not."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from apk_analysis.code.sketch import mixed, sketch
from apk_analysis.fingerprint import Fingerprint
from detection.ties import tie_keys, ties
from index.model import Listing
from tests.detection.conftest import make_listing, make_sample


def keys(kind: str, listing: Listing, sample: Fingerprint | None) -> set[str]:
    return {key for key in tie_keys(listing, sample) if key.startswith(kind + ":")}


def sampled(methods: range) -> Fingerprint:
    made = sketch(np.unique(mixed(np.arange(methods.start, methods.stop), 5)))
    assert made is not None
    return make_sample("p", sketches={"code": made})


def test_almost_the_same_code_meets_and_other_code_does_not() -> None:
    page = make_listing("甲")
    one = keys("code", page, sampled(range(500)))
    assert one & keys("code", page, sampled(range(3, 502)))
    assert not one & keys("code", page, sampled(range(400, 900)))


def test_an_app_that_has_hardly_any_code_of_its_own_has_no_code_key() -> None:
    assert not keys("code", make_listing("甲"), sampled(range(20)))
    assert not keys("code", make_listing("甲"), make_sample("p"))


def test_a_key_that_anybody_has_is_shown_and_ties_nobody() -> None:
    shared = make_sample("p")
    signer = replace(shared.signature.signers[0], shared_by="public_test_key", known_test_key="AOSP testkey")
    shared = replace(shared, signature=replace(shared.signature, signers=(signer,)))
    found = tie_keys(make_listing("甲"), shared)
    assert f"public_signer:{signer.sha256}" in found
    assert not [key for key in found if key.startswith(("signer:", "stated_signer:"))]
    (tie,) = ties((f"public_signer:{signer.sha256}",), {f"public_signer:{signer.sha256}": ["l1-b"]}, {}, "l1-me")
    assert tie.hub and "人人可得" in tie.zh and "anybody" in tie.en


def test_a_stated_certificate_that_anybody_has_is_no_tie() -> None:
    aosp = "a40da80a59d170caa950cf15c18c454d47a39b26989d8b640ecd745ba71bf5dc"
    assert not keys("stated_signer", make_listing("甲", declared_signers=(aosp,)), None)
    assert keys("stated_signer", make_listing("甲", declared_signers=("12" * 32,)), None)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"source_kind": "site", "url": "https://www.xiaozhou-ai.example/"}, {"domain:xiaozhou-ai.example"}),
        (
            {
                "source_kind": "site",
                "url": "https://a.example/",
                "came_from": ("https://b.example/x", "https://t.cn/1"),
            },
            {"domain:a.example", "domain:b.example"},
        ),
        (
            {"source_kind": "forum", "download_urls": ("https://dl.swap.example/a.apk", "https://pan.baidu.com/s/1")},
            {"domain:swap.example"},
        ),
        ({"source_kind": "forum", "download_urls": ("https://files.test.example/a.apk",)}, set()),
        ({"source_kind": "app_store", "download_urls": ("https://cdn.store.example/a.apk",)}, set()),
        ({"source_kind": "shop"}, set()),
    ],
)
def test_domains_are_those_of_the_seller(fields: dict[str, Any], expected: set[str]) -> None:
    assert keys("domain", make_listing("甲", **fields), None) == expected


def test_bands_of_code_are_one_tie_without_a_value() -> None:
    (tie,) = ties(("code:0-a", "code:1-b"), {"code:0-a": ["l1-b"], "code:1-b": ["l1-c"]}, {}, "l1-me")
    assert (tie.kind, tie.value, set(tie.others)) == ("code", "", {"l1-b", "l1-c"})
