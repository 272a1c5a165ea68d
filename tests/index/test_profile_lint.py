"""What is odd about profiles: each oddity is found, named by field, and nothing else is."""

import dataclasses

import pytest

from index.profile_lint import lint
from index.profiles import (
    Example,
    Mark,
    Name,
    OrdinaryMeaning,
    Package,
    Partner,
    Pin,
    Profile,
    load_profiles,
)

TODAY = "2026-11-28"
CLEAN = Profile(
    id="clean",
    names=(Name(text="Brightpath"),),
    packages=(Package(id="a.b.c", confidence="confirmed", source="seen", checked="2026-11"),),
    should_match=(Example(title="x"),),
    should_not_match=(Example(title="y"),),
)
PIN = Pin(package="a.b.c", store="play", md5="a" * 32, confidence="confirmed", source="seen")


def found(*profiles: Profile) -> set[tuple[str, str, str, bool]]:
    return {(one.brand, one.field, one.message, one.grave) for one in lint({p.id: p for p in profiles}, TODAY)}


def test_a_clean_profile_has_no_remarks() -> None:
    assert found(dataclasses.replace(CLEAN, signers=(PIN,))) == set()


@pytest.mark.parametrize(
    ("changes", "field", "message", "grave"),
    [
        ({"should_match": ()}, "should_match", "no_example", True),
        ({"should_not_match": ()}, "should_not_match", "no_example", True),
        ({"marks": (Mark(name="x", number="1", expires="2026-10"),)}, "marks, number 1", "ended", False),
        ({"marks": (Mark(name="x", number="1"),)}, "marks, number 1", "no_end", False),
        ({"partners": (Partner(name="x", expires="2026-11-27"),)}, "partners, number 1", "ended", False),
        ({"names": (Name(text="高兴"),)}, "names, number 1", "ordinary_word", True),
        ({"names": (Name(text="Vibe"),)}, "names, number 1", "short_name", False),
        ({"names": (Name(text="可灵"),)}, "names, number 1", "short_name", False),
        ({"packages": (Package(id="p", confidence="probable"),)}, "packages, number 1", "no_source", True),
        ({"known_bad": ("a" * 32,)}, "known_bad, number 1", "no_source", True),
        ({"signers": (dataclasses.replace(PIN, package="z"),)}, "signers, number 1", "stray_pin", True),
        ({"signers": (dataclasses.replace(PIN, checked="2027"),)}, "signers, number 1", "future", True),
        ({"wrong_ids": ("a.b.c",)}, "wrong_ids, number 1", "wrong_and_own", True),
        (
            {"ordinary_meanings": (OrdinaryMeaning(meaning="m", names=("Other",)),)},
            "ordinary_meanings, number 1",
            "stray_meaning",
            False,
        ),
    ],
)
def test_each_oddity_is_named(changes: dict, field: str, message: str, *, grave: bool) -> None:
    assert found(dataclasses.replace(CLEAN, **changes)) == {("clean", field, message, grave)}


def test_an_ordinary_meaning_settles_an_ordinary_word() -> None:
    meaning = OrdinaryMeaning(meaning="mood", names=("高兴",), words=("心情",))
    assert found(dataclasses.replace(CLEAN, names=(Name(text="高兴"),), ordinary_meanings=(meaning,))) == set()


def test_a_licence_that_ends_today_and_an_unverified_value_are_fine() -> None:
    partner = Partner(name="x", expires=TODAY)
    assert found(dataclasses.replace(CLEAN, packages=(Package(id="p"),), partners=(partner,))) == set()


def test_what_two_brands_share_is_said_of_both_or_of_the_later() -> None:
    other = dataclasses.replace(CLEAN, id="other", names=(Name(text="BRIGHT path"),))
    assert found(CLEAN, other) == {
        ("other", "names, number 1", "shared_name", True),
        ("clean", "packages, number 1", "shared_package", True),
        ("other", "packages, number 1", "shared_package", True),
    }


def test_shipped_profiles_have_nothing_grave() -> None:
    assert [one for one in lint(load_profiles(), TODAY) if one.grave] == []
