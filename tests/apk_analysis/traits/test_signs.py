"""Every fact about builders, packers and SDKs is found by each of its signs, and by none of its groups alone."""

import hashlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from apk_analysis.traits.facts import Fact, facts
from apk_analysis.traits.finders.sdks import shown
from apk_analysis.traits.signs import Signs
from tests.apk_analysis.traits.packages import Package, groups_of, look

KINDS = {"builders": "builder", "packers": "packer", "sdks": "sdk"}
FACTS = [(file, fact) for file in KINDS for fact in facts(file)]


def value_of(file: str, fact: Fact) -> str:
    return shown(fact) if file == "sdks" else fact.more["name"]


def sets_of(fact: Fact) -> Iterator[list[str]]:
    """Each sign together with the first of every other group."""
    groups = groups_of(fact)
    for number, group in enumerate(groups):
        for sign in group:
            yield [sign, *(other[0] for at, other in enumerate(groups) if at != number)]


@pytest.mark.parametrize(("file", "fact"), FACTS, ids=[f"{file}/{fact.id}" for file, fact in FACTS])
def test_the_fact_becomes_a_trait(file: str, fact: Fact) -> None:
    found = Package().with_signs(group[0] for group in groups_of(fact)).traits(KINDS[file])
    assert value_of(file, fact) in [trait.value for trait in found]
    assert all(trait.where for trait in found)


@pytest.mark.parametrize("fact", [fact for _, fact in FACTS], ids=[f"{file}/{fact.id}" for file, fact in FACTS])
def test_each_sign_shows_the_fact(fact: Fact) -> None:
    for signs in sets_of(fact):
        assert Package().with_signs(signs).signs().met(groups_of(fact)), signs


@pytest.mark.parametrize("fact", [fact for _, fact in FACTS], ids=[f"{file}/{fact.id}" for file, fact in FACTS])
def test_what_is_merely_present_is_not_the_fact(fact: Fact) -> None:
    groups = groups_of(fact)
    for left_out in range(len(groups)):
        others = [group for number, group in enumerate(groups) if number != left_out]
        if {sign for group in others for sign in group[:1]} & set(groups[left_out]):
            continue  # the sign is in both groups: it says enough alone
        assert not Package().with_signs(group[0] for group in others).signs().met(groups), left_out


@pytest.mark.parametrize("fact", [fact for _, fact in FACTS], ids=[f"{file}/{fact.id}" for file, fact in FACTS])
def test_a_longer_name_is_another_name(fact: Fact) -> None:
    """A file or class whose name merely ends or begins like a sign is none."""
    changed = {"file": "my{}x", "lib": "my{}", "class": "my{}", "component": "my{}", "application": "my{}"}
    signs = [sign.split(":", 1) for sign in chain.from_iterable(groups_of(fact))]
    near = [
        f"{kind}:{changed[kind].format(pattern)}" for kind, pattern in signs if kind in changed and pattern[0] != "*"
    ]
    assert not Package().with_signs(near).signs().met(groups_of(fact))


def test_a_plain_app_shows_nothing() -> None:
    assert Package().values(*KINDS.values(), "code_hidden", "incomplete_set") == []


EXPECTED = {
    "apkvolt-1.0.4__APKVolt_App.apk": ["Kivy (python-for-android)"],
    "react-native-phone-verification-0.0.1__app-debug-unaligned.apk": ["React Native"],
    "react-native-phone-verification-0.0.1__app-debug.apk": ["React Native"],
}
"""What real packages were built with; no other one was built with anything, and none is packed."""


@pytest.mark.shared
def test_real_packages_get_no_wrong_builder(corpus: list[tuple[Path, dict[str, str]]]) -> None:
    for path, _ in corpus:
        found = look(path.read_bytes(), "builder", "packer")
        assert [trait.value for trait in found] == EXPECTED.get(path.name, []), path.name


def test_parts_of_a_bundle_are_one_app() -> None:
    read = Package().signs().manifest
    signs = Signs(["AndroidManifest.xml", "config.arm64.apk!/lib/arm64-v8a/libflutter.so"], read, ())
    assert signs.where("lib:libflutter.so") == "config.arm64.apk!/lib/arm64-v8a/libflutter.so"
    assert signs.where("lib:libflut*.so") == signs.where("file:lib/*/libflutter.so") == signs.where("lib:libflutter.so")


@pytest.mark.parametrize("name", ["a" * 70_000, "assets/\udcff/x", "lib/\nlibflutter.so", "", "lib/", "!/", "assets/*"])
def test_hostile_names_show_nothing(name: str) -> None:
    signs = Signs([name] * 3, Package().signs().manifest, ())
    assert not any(signs.met(groups_of(fact)) for _, fact in FACTS)


def test_the_number_of_an_app_ties_it_to_an_account() -> None:
    package = Package().with_signs(["class:io.dcloud."])
    page = b"<html>hello</html>"
    package.files |= {
        "assets/apps/__UNI__1A2B3C4/www/manifest.json": b"{}",
        "assets/apps/__UNI__1A2B3C4/www/index.html": page,
    }
    found = {trait.kind: trait for trait in package.traits("builder_app_id", "web_bundle")}
    assert found["builder_app_id"].value == "__UNI__1A2B3C4"
    assert found["web_bundle"].where == "assets/apps/__UNI__1A2B3C4/www/index.html"
    assert found["web_bundle"].sha256 == hashlib.sha256(page).hexdigest()
