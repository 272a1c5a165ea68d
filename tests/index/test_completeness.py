"""What is collected and what is not: per field and per store, and never more than is there."""

import dataclasses

import pytest

from index.completeness import FIELDS, completeness, share
from index.profiles import Developer, Mark, Name, Package, Partner, Pin, Profile, load_profiles

TODAY = "2026-11-28"
FULL = Profile(
    id="b",
    names=(Name(text="x"),),
    packages=(Package(id="p", confidence="confirmed", checked="2026-11-01"),),
    developers=(Developer(name="d", store="play", confidence="unverified", checked="2026-11"),),
    signers=(
        Pin(package="p", store="play", sha256="a" * 64, confidence="confirmed", checked="2026-10-02"),
        Pin(package="p", store="huawei", md5="b" * 32, confidence="confirmed", checked="2025-01-02"),
        Pin(package="p", store="oppo", md5="c" * 32, confidence="confirmed"),
    ),
    domains=("x.example",),
    marks=(Mark(name="x", number="1", expires="2026-10", checked="2026-11-01"),),
    partners=(Partner(name="x", expires="2027", checked="2026-11-01"), Partner(name="y", expires="2020")),
)


def states(profile: Profile) -> dict:
    return {(line.field, line.store): (line.state, line.count, line.checked) for line in completeness(profile, TODAY)}


def test_every_field_and_store_says_how_it_stands() -> None:
    assert states(FULL) == {
        ("names", None): ("collected", 1, None),
        ("packages", None): ("collected", 1, "2026-11-01"),
        ("developers", None): ("unsure", 1, "2026-11"),
        ("signers", None): ("collected", 3, "2026-10-02"),
        ("domains", None): ("collected", 1, None),
        ("filings", None): ("not_collected", 0, None),
        ("icons", None): ("not_collected", 0, None),
        ("marks", None): ("ended", 1, "2026-11-01"),
        ("partners", None): ("collected", 2, "2026-11-01"),
        ("developers", "huawei"): ("not_collected", 0, None),
        ("signers", "huawei"): ("old", 1, "2025-01-02"),
        ("developers", "oppo"): ("not_collected", 0, None),
        ("signers", "oppo"): ("old", 1, None),
        ("developers", "play"): ("unsure", 1, "2026-11"),
        ("signers", "play"): ("collected", 1, "2026-10-02"),
    }


@pytest.mark.parametrize("field", FIELDS[1:])
def test_an_emptied_field_is_not_collected_and_never_none(field: str) -> None:
    emptied = dataclasses.replace(FULL, **{field: ()})
    assert states(emptied)[field, None] == ("not_collected", 0, None)
    assert share(emptied) <= share(FULL)


@pytest.mark.parametrize("profile", load_profiles().values(), ids=lambda profile: profile.id)
def test_shipped_profiles_claim_no_more_than_they_hold(profile: Profile) -> None:
    for line in completeness(profile, TODAY):
        assert (line.count == 0) == (line.state == "not_collected")
        if line.store is None:
            assert line.count == len(getattr(profile, line.field))
