"""Mixes of abilities, packages inside packages, and how the app shows itself to the launcher."""

import hashlib

import pytest

from apk_analysis.traits.facts import Fact, facts
from tests.apk_analysis import build
from tests.apk_analysis.dexes import dex
from tests.apk_analysis.traits.packages import MAIN, Package

CORE = [fact for fact in facts("risks") if fact.more.get("core")]
FIRST = {fact.id: fact.more["any"][0] for fact in CORE}


def mix(*ids: str) -> list[str]:
    return Package().with_signs(FIRST[name] for name in ids).values("risky_mix")


def test_a_mix_names_all_abilities() -> None:
    assert mix("accessibility", "overlay", "sms") == ["accessibility service, drawing over other apps, reading SMS"]
    assert len(mix("overlay", "sms", "install", "admin")) == 1


@pytest.mark.parametrize("ids", [["accessibility", "overlay"], ["overlay", "sms", "install"], ["admin"], []])
def test_less_is_ordinary(ids: list[str]) -> None:
    assert not mix(*ids)


@pytest.mark.parametrize("fact", facts("risks"), ids=lambda fact: fact.id)
def test_each_sign_shows_its_ability(fact: Fact) -> None:
    others = [sign for name, sign in FIRST.items() if name != fact.id][:4]
    for sign in fact.more["any"]:
        kind, name = sign.split(":", 1)
        package = Package().with_signs(others + ([] if kind == "call" else [sign]))
        if kind == "call":
            owner, _, method = name.rpartition(".")
            package.classes["Lcom/example/app/Main;"] = [(f"L{owner.replace('.', '/')};", method)]
        assert fact.more["name"] in package.values("risky_mix")[0].split(", "), sign


INSTALL = "permission:android.permission.REQUEST_INSTALL_PACKAGES"
INNER = build.archive({"AndroidManifest.xml": b"x" * 50, "classes.dex": dex({"LA;": []})})


@pytest.mark.parametrize("name", ["assets/update.apk", "assets/core.dat", "res/raw/a.bin"])
def test_a_package_that_may_be_installed(name: str) -> None:
    found = Package(files={name: INNER}).with_signs([INSTALL]).traits("dropper")
    assert [(trait.value, trait.where) for trait in found] == [(name.rpartition("/")[2], name)]
    assert found[0].sha256 == hashlib.sha256(INNER).hexdigest()


def test_what_is_no_dropper() -> None:
    assert not Package(files={"assets/update.apk": INNER}).values("dropper"), "it may not install"
    other = build.archive({"index.html": b"x" * 50})
    assert not Package(files={"assets/www.zip": other}).with_signs([INSTALL]).values("dropper")


def page(name: str, *, tag: str = "activity", category: str = "LAUNCHER", **more: str) -> str:
    attributes = "".join(f' android:{key}="{value}"' for key, value in more.items())
    return (
        f'<{tag} android:name="{name}"{attributes}><intent-filter><action android:name="android.intent.action.MAIN"/>'
        f'<category android:name="android.intent.category.{category}"/></intent-filter></{tag}>'
    )


def test_an_app_without_an_entry() -> None:
    assert Package().values("hidden_launcher") == ["no page is shown by the launcher"]
    off = Package(inside=[page(".Main", enabled="false")])
    assert off.values("hidden_launcher") == ["every entry for the launcher is switched off (1)"]


@pytest.mark.parametrize(
    "package",
    [
        Package(inside=[page(".Main")]),
        Package(inside=[page(".Main", enabled="true")]),
        Package(inside=[page(".Main", enabled="false"), page(".A", tag="activity-alias", targetActivity=".Main")]),
        Package(inside=[page(".Main", category="LEANBACK_LAUNCHER")]),
        Package(inside=[page(".Main", category="HOME")]),
        Package(inside=['<service android:name=".Main"/>']),
        Package(inside=[MAIN], beside=['<instrumentation android:name="a.B" android:targetPackage="a"/>']),
        Package(inside=[MAIN], root='split="config.zh"'),
    ],
)
def test_apps_that_hide_nothing(package: Package) -> None:
    assert not package.values("hidden_launcher", "alias_disguise")


def test_several_faces() -> None:
    faces = [page(".Main", label="Calculator"), page(".A", tag="activity-alias", targetActivity=".Main", label="陪聊")]
    assert Package(inside=faces).values("alias_disguise") == [
        "entries for the launcher: 2, names: Calculator, 陪聊, different icons: 1"
    ]
    icons = [page(".Main", icon="@0x7f020000"), page(".A", tag="activity-alias", icon="@0x7f020001")]
    assert len(Package(inside=icons).values("alias_disguise")) == 1
    same = [page(".Main", label="One"), page(".A", tag="activity-alias", label="One")]
    assert not Package(inside=same).values("alias_disguise")
