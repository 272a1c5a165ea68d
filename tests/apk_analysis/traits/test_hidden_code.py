"""Code that must be there but is not shown: each proof, and what looks like one."""

import random

import pytest

from apk_analysis.traits.opaque import is_opaque
from tests.apk_analysis.traits.packages import MAIN, Package

NOISE = random.Random(1).randbytes(200_000)
LAUNCHER = (
    '<activity android:name="{}"><intent-filter><action android:name="android.intent.action.MAIN"/>'
    '<category android:name="android.intent.category.LAUNCHER"/></intent-filter></activity>'
)
PLAY = '<meta-data android:name="com.android.vending.splits.required" android:value="{}"/>'
HIDDEN = ("code_hidden",)


def components(*names: str) -> list[str]:
    return [f'<service android:name="{name}"/>' for name in names]


def test_a_launcher_that_no_dex_defines() -> None:
    package = Package(inside=[MAIN, LAUNCHER.format("com.example.app.Start")])
    assert package.values(*HIDDEN) == [
        "1 of 2 declared classes are in no DEX file, com.example.app.Start among them",
    ]
    assert [trait.where for trait in package.traits(*HIDDEN)] == ["AndroidManifest.xml"]


def test_an_application_class_that_no_dex_defines() -> None:
    assert len(Package(application='android:name=".Lost"').values(*HIDDEN)) == 1


def test_half_of_the_components() -> None:
    assert Package(inside=[MAIN, *components("a.One", "a.Two")]).values(*HIDDEN) == [
        "2 of 3 declared classes are in no DEX file, a.One among them"
    ]
    assert not Package(inside=[MAIN, *components("a.One")]).values(*HIDDEN), "one left over is an old declaration"


@pytest.mark.parametrize(
    "package",
    [
        Package(inside=[LAUNCHER.format("com.example.app.Start")], application='android:hasCode="false"'),
        Package(inside=[LAUNCHER.format("com.example.app.Start")], root='split="feature"'),
        Package(inside=[LAUNCHER.format("com.example.app.Start")], classes={}),
        Package(inside=[MAIN, '<activity android:name=".One" android:splitName="more"/>' * 3]),
        Package(inside=[MAIN, *components("android.app.One", "android.app.Two")]),
        Package(inside=[MAIN, '<activity-alias android:name="a.Alias" android:targetActivity=".Main"/>' * 3]),
    ],
)
def test_lawful_ways_of_having_no_class(package: Package) -> None:
    assert not package.values(*HIDDEN)


def test_a_loader_beside_an_encrypted_file() -> None:
    calls = [("Ldalvik/system/DexClassLoader;", "<init>")]
    package = Package(files={"assets/core.dat": NOISE}, classes={"Lcom/example/app/Main;": calls})
    assert package.values(*HIDDEN) == ["an encrypted file of 200000 bytes beside 1 classes that load code"]
    assert [trait.where for trait in package.traits(*HIDDEN)] == ["assets/core.dat"]
    assert not Package(files={"assets/core.dat": NOISE}).values(*HIDDEN), "nobody loads code"
    small = {"assets/core.dat": NOISE[:1000]}
    assert not Package(files=small, classes=package.classes).values(*HIDDEN)
    many = {**package.classes, **{f"Lcom/example/app/C{number};": [] for number in range(200)}}
    assert not Package(files=package.files, classes=many).values(*HIDDEN), "the app has code of its own"


def test_a_packer_hides_code_when_something_is_missing() -> None:
    signs = ["lib:libjiagu.so"]
    assert Package().with_signs(signs).values("packer", "code_hidden") == ["360 Jiagu (360加固)"]
    assert "stored or encrypted by 360 Jiagu (360加固)" in Package().with_signs(
        [*signs, "application:com.stub.StubApp"]
    ).values(*HIDDEN)
    assert Package(files={"assets/x.bin": NOISE}).with_signs(signs).values(*HIDDEN)
    in_place = Package(files={"assets/x.bin": NOISE}).with_signs(["lib:libtprt.so"])
    assert in_place.values("packer") and not in_place.values(*HIDDEN), "that one only watches"


@pytest.mark.parametrize(
    ("package", "how"),
    [
        (Package(root='android:isSplitRequired="true"'), "isSplitRequired"),
        (Package(root='android:requiredSplitTypes="base__abi"'), "requiredSplitTypes"),
        (Package(inside=[MAIN, PLAY.format("true")]), "com.android.vending.splits.required"),
    ],
)
def test_splits_that_are_required(package: Package, how: str) -> None:
    assert package.values("incomplete_set") == [how]


def test_a_split_alone_requires_nothing() -> None:
    assert not Package(root='android:isSplitRequired="true" split="config.zh"').values("incomplete_set")
    assert not Package(inside=[MAIN, PLAY.format("false")]).values("incomplete_set")


@pytest.mark.parametrize(
    ("data", "opaque"),
    [
        (NOISE, True),
        (NOISE[:31_000], False),
        (b"\x89PNG" + NOISE, False),
        (b"PK\x03\x04" + NOISE, False),
        (b"\0\0\0\x20ftypisom" + NOISE, False),
        (NOISE.hex().encode(), False),
        (b"text " * 20_000, False),
        (b"", False),
    ],
)
def test_opaque_files(data: bytes, *, opaque: bool) -> None:
    assert is_opaque(data) == opaque
