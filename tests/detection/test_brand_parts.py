"""The parts of brand matching: spellings a slip away, packages beside genuine ones, what a name says, whose hand it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from detection.brands import reading
from detection.brands.near import Near
from detection.brands.packages import Packages, nearness
from detection.identity import kinship
from index.profiles import Developer, Name, Package, Profile

WORDS = ["lanternfish", "lantern", "deepwater", "starfish", "harborlight", "seahorse", "anglerfish", "coral"]


@given(st.sampled_from(WORDS), st.text("abcdefghilnrst", max_size=14), st.integers(0, 13))
def test_whatever_a_scan_finds_is_found(word: str, noise: str, at: int) -> None:
    near: Near[str] = Near()
    for one in WORDS:
        near.add(one, one)
    for query in (
        word[:at] + noise[:1] + word[at:],
        word[:at] + word[at + 1 :],
        word[:at] + noise[:2] + word[at + 2 :],
        noise,
    ):
        allowed = {
            one: 0 if len(min(one, query, key=len)) < 5 else 1 if len(min(one, query, key=len)) < 9 else 2
            for one in WORDS
        }
        scanned = {one: d for one in WORDS if (d := OSA.distance(query, one)) <= allowed[one] and len(query) >= 5}
        assert {value: distance for value, _, distance in near.find(query)} == scanned


@pytest.mark.parametrize(
    ("package", "near"),
    [
        ("com.lantern.fish", "own"),
        ("COM.Lantern.Fish", "own"),
        ("com.1antern.fish", "disguised"),
        ("com.lanterm.fish", "disguised"),
        ("com.larntern.fish", "disguised"),
        ("com.lantern.fish.free", "baited"),
        ("com.lantern.fish.mod", "baited"),
        ("com.lantern.fish2", "baited"),
        ("download.com.lantern.fish", "baited"),
        ("com.lantern.fish.wear", "prolonged"),
        ("com.lantern.fishing", "prolonged"),
        ("com.lantern.fihs", "misspelt"),
        ("cn.fish.lantern", "rearranged"),
        ("com.lantern.bulb", "same_vendor"),
        ("com.night.shop", "other"),
        ("fish", "other"),
        ("", "other"),
        ("." * 300, "other"),
    ],
)
def test_packages_beside_a_genuine_one(package: str, near: str) -> None:
    assert nearness(package, "com.lantern.fish") == near


def test_an_id_without_telling_parts_is_close_to_nothing() -> None:
    assert nearness("ai.y.app", "ai.x.app") == "other"


def test_packages_are_found_by_one_telling_part() -> None:
    profile = Profile(id="a", names=(Name(text="a"),), packages=(Package(id="com.lantern.fish"),))
    packages = Packages([profile])
    for package in ("com.lantern.fish", "org.1antern.x", "net.lanterm", "a.b.fish", "x.lantern77"):
        assert packages.beside(package) == [profile], package
    assert packages.beside("com.android.app") == []


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("deepseek 官方版 pro", "deepseek"),
        ("deepseekpro", "deepseek"),
        ("the lanternfish app 2026", "lanternfish"),
        ("豆包ai助手", "豆包"),
        ("lanternfish - swim with us", "lanternfish"),
        ("lanternfish v2.14.0.apk", "lanternfish"),
    ],
)
def test_a_name_without_its_trimmings(name: str, core: str) -> None:
    heads, cores = reading.spellings(name)
    assert core in {*heads, *cores}


@pytest.mark.parametrize(
    ("name", "common"),
    [
        ("Photo Editor", True),
        ("Run", True),
        ("Tic Tac Toe 2", True),
        ("Lanternfish", False),
        ("豆包", False),
        ("星桥助手", False),
    ],
)
def test_ordinary_words(name: str, *, common: bool) -> None:
    assert reading.common(name) is common


@pytest.mark.parametrize(
    ("developer", "kin"),
    [
        ("北京灯笼鱼科技有限公司", "own"),
        ("灯笼鱼科技", "kin"),
        ("上海灯笼文化传媒有限公司", "kin"),
        ("Lantern Works", "own"),
        ("LANTERN WORKS, Inc.", "own"),
        ("Lantern W0rks", "imitated"),
        ("Works of Lantern", "kin"),
        ("Lanternfish Fans", "named"),
        ("Night Shop", "other"),
        ("夜市工作室", "other"),
        ("", "unknown"),
        ("  ", "unknown"),
        ("x" * 100_000, "other"),
    ],
)
def test_whose_hand_it_is(developer: str, kin: str) -> None:
    owners = (
        Developer(name="北京灯笼鱼科技有限公司", confidence="probable"),
        Developer(name="Lantern Works", confidence="probable"),
    )
    profile = Profile(id="a", names=(Name(text="Lanternfish"),), developers=owners)
    assert kinship(developer, profile) == kin


def test_another_script_cannot_be_compared() -> None:
    owners = (Developer(name="北京灯笼鱼科技有限公司", confidence="probable"),)
    profile = Profile(id="a", names=(Name(text="灯笼鱼"),), developers=owners)
    assert kinship("Night Shop", profile) == "incomparable"
    assert kinship("夜市工作室", profile) == "other"


def test_owners_that_are_not_sure_say_nothing_of_strangers() -> None:
    profile = Profile(id="a", names=(Name(text="Lanternfish"),), developers=(Developer(name="Lantern Works"),))
    assert kinship("Night Shop", profile) == "unknown"
    assert kinship("Lantern Works", profile) == "own"
