"""Which samples are fetched."""

from dataclasses import replace
from typing import Any

import pytest

from crawler.gate import wants_sample
from index.ids import listing_id
from index.model import Judgement, Listing, Violation

LISTING = Listing(
    marketplace="store", native_id="1", url="http://example.org/1", title="x", source_kind="app_store", download_urls=("http://example.org/a.apk",)
)  # fmt: skip
BENIGN = Judgement(verdict="benign")


def judged(violation: str, probability: float) -> Judgement:
    return Judgement(
        verdict="lead", violations=(Violation(id=violation, group="illegal_tool", probability=probability),)
    )


@pytest.mark.parametrize(
    ("judgement", "reason"),
    [
        (BENIGN, None),
        (replace(BENIGN, brand="doubao"), "brand"),
        (Judgement(verdict="lead"), "lead"),
        (judged("p1-2b", 0.9), "lead"),
        (replace(judged("p1-2b", 0.3), verdict="benign"), "lead"),
        (replace(judged("p1-2b", 0.1), verdict="benign"), None),
    ],
)
def test_why_a_sample_is_fetched(judgement: Judgement, reason: str | None) -> None:
    assert wants_sample(LISTING, judgement, audit_one_in=0) == reason


def test_nothing_to_fetch_is_not_wanted() -> None:
    assert wants_sample(replace(LISTING, download_urls=()), judged("p2-6a", 1.0), audit_one_in=1) is None


@pytest.mark.parametrize(
    "known",
    [
        {"package_name": "com.Example.App"},
        {"seller": "某某工作室"},
        {"sample_sha256": "AB" * 32},
        {"declared_signers": ("00" * 32, "CD" * 32)},
    ],
)
def test_what_is_watched_is_fetched(known: dict[str, Any]) -> None:
    watched = {"com.example.app", "某某工作室", "ab" * 32, "cd" * 32}
    assert wants_sample(replace(LISTING, **known), BENIGN, audit_one_in=0, watch_list=watched) == "watch_list"
    assert wants_sample(LISTING, BENIGN, audit_one_in=0, watch_list=watched) is None


def test_a_listing_is_watched_by_its_id() -> None:
    watched = {listing_id(LISTING.marketplace, LISTING.native_id)}
    assert wants_sample(LISTING, BENIGN, audit_one_in=0, watch_list=watched) == "watch_list"


def test_one_in_n_is_audited_and_always_the_same_ones() -> None:
    listings = [replace(LISTING, native_id=str(n)) for n in range(2000)]
    chosen = [wants_sample(listing, BENIGN, audit_one_in=20) for listing in listings]
    assert chosen == [wants_sample(listing, BENIGN, audit_one_in=20) for listing in listings]
    assert 60 < chosen.count("audit") < 140
