"""Which brand a row of name, package and developer imitates: our own rows by half, and rules that hold for any brand."""

import csv
import dataclasses
import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detection.brands.match import LONGEST, Matcher, Row
from detection.scoring import VIOLATION_FROM
from index.profiles import Developer, Name, OrdinaryMeaning, Package, Profile, load_profiles
from tests.conftest import ROOT

OWN = ROOT / "detection/training/names/own.csv"
COLUMNS = ["name", "package", "developer", "kind", "brand", "why"]
PROFILES = load_profiles()


def half_of(name: str) -> str:
    """By the name, so that all rows of one name are in one half."""
    return "dev" if hashlib.sha256(name.encode()).digest()[0] % 2 else "held out"


def own_rows() -> list[dict[str, str]]:
    with OWN.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def brand(name: str = "Lanternfish", package: str = "com.lantern.fish", developer: str = "Lantern Works") -> Profile:
    return Profile(
        id=name,
        names=(Name(text=name),),
        packages=(Package(id=package, confidence="confirmed"),),
        developers=(Developer(name=developer, confidence="confirmed"),),
    )


def matched(profile: Profile, *row: str):
    return Matcher({profile.id: profile}).match(Row(*row))


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(PROFILES)


def test_our_rows_are_many_and_each_is_complete() -> None:
    rows = own_rows()
    assert len(rows) >= 500 and all(
        list(row) == COLUMNS and all(row[c] for c in ("name", "kind", "why")) for row in rows
    )
    assert len({(row["name"], row["package"], row["developer"]) for row in rows}) == len(rows)
    assert {row["brand"] for row in rows} - {""} <= {*PROFILES}
    kinds = Counter(row["kind"] for row in rows)
    assert set(kinds) == {"imitation", "genuine", "lawful_third_party", "unrelated"} and min(kinds.values()) >= 50


@pytest.mark.parametrize("half", ["dev", "held out"])
def test_our_rows(matcher: Matcher, half: str) -> None:
    """The committed figures are .99 and .98 right, none of the harmless and no genuine app called an imitation."""
    found = [
        (row, matcher.match(Row(row["name"], row["package"], row["developer"])))
        for row in own_rows()
        if half_of(row["name"]) == half
    ]
    wrong = [(r["name"], m.kind) for r, m in found if (m.kind == "imitation") != (r["kind"] == "imitation")]
    accused = [r["name"] for r, m in found if m.kind == "imitation" and r["kind"] != "imitation"]
    assert len(wrong) <= 0.03 * len(found), wrong
    assert len(accused) <= 0.01 * len(found), accused
    assert not [r["name"] for r, m in found if r["kind"] == "genuine" and m.kind == "imitation"]
    other_kind = [(r["name"], m.kind) for r, m in found if m.kind != r["kind"]]
    assert len(other_kind) <= 0.06 * len(found), other_kind
    # of a bundle any brand will do
    brands = [
        (r["name"], m.profile)
        for r, m in found
        if m.kind == r["kind"] == "imitation"
        and m.profile
        and m.profile.id != r["brand"]
        and r["why"] not in {"bundle", "two brands"}
    ]
    assert len(brands) <= 0.01 * len(found), brands


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.id)
def test_the_genuine_app_is_never_an_imitation(matcher: Matcher, profile: Profile) -> None:
    for package in profile.packages:
        for developer in ("", *(one.name for one in profile.developers)):
            for name in profile.names:
                for title in (name.text, f"{name.text} 官方正版", f"{name.text} - AI Assistant"):
                    assert matcher.match(Row(title, package.id, developer)).kind == "genuine", (title, developer)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.id)
def test_what_is_not_collected_accuses_nobody(profile: Profile) -> None:
    official = tuple(name for name in profile.names if name.kind == "official")
    bare = Profile(id=profile.id, names=official)
    unverified = dataclasses.replace(
        bare,
        packages=tuple(dataclasses.replace(one, confidence="unverified") for one in profile.packages),
        developers=tuple(dataclasses.replace(one, confidence="unverified") for one in profile.developers),
    )
    for known in (bare, unverified):
        for name in official:
            for title in (name.text, f"{name.text} 官方版"):
                assert matched(known, title, "com.some.package", "某某公司").kind != "imitation", title


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (("Lanternfish", "com.lantern.fish", "Lantern Works"), "genuine"),
        (("Lanternfish", "com.lantern.fish", ""), "genuine"),
        (("Lanternfish", "com.lantern.fish", "Lantern Works GmbH"), "genuine"),
        (("Lanternfish Tablet", "com.lantern.tablet", "Lantern Works"), "genuine"),
        (("Lanternfish", "com.lantern.fish", "Night Shop"), "imitation"),
        (("Lanternfish", "org.night.shop", "Night Shop"), "imitation"),
        (("lantern_fish", "org.night.shop", ""), "imitation"),
        (("LanternfishPro", "org.night.shop", "Night Shop"), "imitation"),
        (("Lantemfish", "org.night.shop", "Night Shop"), "imitation"),
        (("L4nternfish", "org.night.shop", ""), "imitation"),
        (("Lanternfihs HD", "org.night.shop", "Night Shop"), "imitation"),
        (("Lаnternfish", "", ""), "imitation"),
        (("Night Lamp", "com.1antern.fish", "Night Shop"), "imitation"),
        (("Lanternfish", "com.lantern.fish.free", "Night Shop"), "imitation"),
        (("Lanternfish", "", ""), "unrelated"),
        (("Lanternfish Guide", "org.night.shop", "Night Shop"), "lawful_third_party"),
        (("Aquarium for Lanternfish", "org.night.shop", "Night Shop"), "lawful_third_party"),
        (("Lantern", "org.night.shop", "Night Shop"), "unrelated"),
        (("Weather", "org.night.shop", "Night Shop"), "unrelated"),
    ],
)
def test_one_brand_that_nobody_tuned_for(row: tuple[str, ...], kind: str) -> None:
    assert matched(brand(), *row).kind == kind


def test_a_name_of_its_own_is_surer_than_an_ordinary_word() -> None:
    own = matched(brand("Lanternfish"), "Lanternfish", "org.night.shop", "Night Shop")
    word = matched(brand("Lantern Light"), "Lantern Light", "org.night.shop", "Night Shop")
    common = matched(brand("Photo Editor"), "Photo Editor", "org.night.shop", "Night Shop")
    assert own.probability >= word.probability > common.probability
    assert "plain_word" in {sign.message for sign in common.signs}


def test_a_short_name_needs_more_than_one_other_letter() -> None:
    strangers = matched(brand("Uvox", "com.uvox.app"), "Uvix", "org.night.shop", "Night Shop")
    assert strangers.probability < VIOLATION_FROM - 0.1
    assert matched(brand("Uvox", "com.uvox.app"), "Uvix", "", "").kind == "unrelated"
    assert matched(brand("Uvox", "com.uvox.app"), "Uvix", "org.night.shop", "").kind == "unrelated"
    assert matched(brand("Uvox", "com.uvox.ride"), "Uvox", "org.night.shop", "Night Shop").kind == "imitation"


@pytest.mark.parametrize(
    ("own", "other", "kind"),
    [
        ("QM Launcher", "QV Launcher", "unrelated"),
        ("My Singing Otter", "Singing Otter", "unrelated"),
        ("Harbor Lantern", "Harbor Lantren", "imitation"),
        ("Harbor Lantern", "HarborLantren", "imitation"),
        ("Starlit Harbor Tale", "Starlit Harbor Tle", "imitation"),
        ("Harbor Lantern", "Harbor Lantern™", "imitation"),
    ],
)
def test_a_slip_is_inside_a_word_that_is_long_enough(own: str, other: str, kind: str) -> None:
    assert matched(brand(own, "com.qzx.own", "Qzx Works"), other, "org.night.shop", "Night Shop").kind == kind


def test_an_ordinary_meaning_is_told_by_name_package_or_developer() -> None:
    profile = dataclasses.replace(
        brand(), ordinary_meanings=(OrdinaryMeaning(meaning="fish", words=("aquarium", "fishing", "reef")),)
    )
    for row in (
        ("Lanternfish Aquarium", "org.a.b", "X Y"),
        ("Lanternfish", "org.reef.b", "X Y"),
        ("Lanternfish", "org.a.b", "Reef Club"),
    ):
        found = matched(profile, *row)
        assert found.kind == "unrelated" and "ordinary" in {sign.message for sign in found.signs}
    assert matched(profile, "Lanternfish AI Chat", "org.a.b", "X Y").kind == "imitation"


def test_more_evidence_never_makes_it_less_likely() -> None:
    rows = [
        ("Lanternfish", "", ""),
        ("Lanternfish", "org.night.shop", ""),
        ("Lanternfish", "org.night.shop", "Night Shop"),
    ]
    found = [matched(brand(), *row).probability for row in rows]
    assert found == sorted(found)


def test_brands_stay_apart_among_many() -> None:
    brands = {f"Zorb{n:04}x": brand(f"Zorb{n:04}x", f"com.v{n}.zorb", f"Vendor {n}") for n in range(3000)}
    matcher = Matcher({**brands, "Lanternfish": brand()})
    found = matcher.match(Row("Lanternfish Pro", "org.night.shop", "Night Shop"))
    assert found.profile is not None and found.profile.id == "Lanternfish" and found.kind == "imitation"


HOSTILE = ["官方" * 200_000, "a" * 1_000_000, "ChatGPT " * 100_000, "豆包" * 300_000, "( " * 400_000, "а" * 500_000, "\u200b" * 500_000, "pro" * 300_000, ". " * 300_000]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_only_the_beginning_of_a_huge_cell_is_looked_at(matcher: Matcher, text: str) -> None:
    whole, cut = (
        matcher.match(Row(text, text, text)),
        matcher.match(Row(text[:LONGEST], text[:LONGEST], text[:LONGEST])),
    )
    assert (whole.kind, whole.probability) == (cut.kind, cut.probability)


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_any_row_is_answered_and_always_alike(name: str, package: str, developer: str) -> None:
    first, second = (_ANY.match(Row(name, package, developer)) for _ in range(2))
    assert first == second and 0 <= first.probability <= 1 and first.signs


_ANY = Matcher({**PROFILES, "Lanternfish": brand()})
