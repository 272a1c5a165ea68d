"""Two samples beside each other: clones made here in Python, one change at a time (synthetic)."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.x509.oid import NameOID

from apk_analysis.analyse import analyse
from apk_analysis.compare import Comparison, compare, compare_fingerprints
from demo import apk_sign
from tests.apk_analysis.code.synthetic import App, Class, app, rename, some_class, some_method, texts
from tests.apk_analysis.xml_build import axml

AUTHOR = apk_sign.key("author", {NameOID.COMMON_NAME: "Example Author"})
CLONER = apk_sign.key("cloner", {NameOID.COMMON_NAME: "Example Cloner"})
LIBRARY = app(99, "unknown.library", classes=400).classes
CLONES: dict[str, Callable[[App], App]] = {}
MANIFEST = """<manifest package="{package}" android:versionCode="{version}">
  <uses-sdk android:minSdkVersion="24" android:targetSdkVersion="29"/>{permissions}
  <application android:label="{label}">
    <activity android:name="{package}.Main"><intent-filter>
      <action android:name="android.intent.action.MAIN"/><category android:name="android.intent.category.LAUNCHER"/>
    </intent-filter></activity>
  </application></manifest>"""


def write(path: Path, sample: App, key: apk_sign.Key, **shown: str) -> Path:
    facts = {"label": "", "version": "1", "permissions": ""} | shown
    files = {"AndroidManifest.xml": axml(MANIFEST.format(package=sample.package, **facts))}
    files |= {f"classes{number or ''}.dex": data for number, data in zip([0, 2, 3], sample.dex_files(), strict=False)}
    path.write_bytes(apk_sign.signed_apk(files | sample.assets, key))
    return path


def clone(change: Callable[[App], App]) -> Callable[[App], App]:
    CLONES[change.__name__] = change
    return change


@clone
def re_signed(sample: App) -> App:
    return sample


@clone
def package_renamed(sample: App) -> App:
    return sample.renamed("com.example.app", "net.copied.thing")


@clone
def library_injected(sample: App) -> App:
    return replace(sample, classes=(*sample.classes, *LIBRARY))


@clone
def strings_edited(sample: App) -> App:
    chance = random.Random(1)
    return replace(sample, classes=texts(sample.classes, lambda text: text if chance.random() > 1 / 3 else text + "x"))


@clone
def resources_repacked(sample: App) -> App:
    return replace(sample, assets={f"res/{number}": data + b"!" for number, data in enumerate(sample.assets.values())})


@clone
def dex_split(sample: App) -> App:
    return replace(sample, dexes=3, classes=sample.classes[::-1])


@clone
def classes_renamed(sample: App) -> App:
    names = {one.descriptor: f"Lcom/example/app/{number:x};" for number, one in enumerate(sample.classes)}
    names["Lcom/example/app/Main;"] = "Lcom/example/app/Main;"
    renamed = (rename(one, lambda text: names.get(text, text)) for one in sample.classes)
    return replace(sample, classes=tuple(renamed))


@clone
def methods_renamed(sample: App) -> App:
    def other(one: Class) -> Class:
        methods = tuple(
            replace(
                method,
                name=f"x{method.name}",
                uses=tuple(
                    (use[0], f"x{use[1]}") if isinstance(use, tuple) and use[0] == one.descriptor else use
                    for use in method.uses
                ),
            )
            for method in one.methods
        )
        return replace(one, methods=methods)

    return replace(sample, classes=tuple(map(other, sample.classes)))


@clone
def junk_inserted(sample: App) -> App:
    chance = random.Random(2)
    return replace(
        sample,
        classes=tuple(
            replace(one, methods=(*one.methods, some_method(chance, "junk", one.descriptor))) for one in sample.classes
        ),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("compare")


@pytest.fixture(scope="module")
def original(folder) -> tuple[App, Path]:
    sample = app(1)
    return sample, write(folder / "original.apk", sample, AUTHOR, label="Original Notes")


def kinds(found: Comparison) -> set[str]:
    return {reason.kind for reason in found.reasons}


def stored(first: Path, second: Path) -> Comparison:
    return compare_fingerprints(analyse(first).fingerprint, analyse(second).fingerprint)


@pytest.mark.parametrize("change", CLONES.values(), ids=CLONES.keys())
def test_a_clone_is_repackaged(original, folder, change):
    sample, path = original
    other = write(folder / f"{change.__name__}.apk", change(sample), CLONER, label="Something Else")
    found = compare(path, other)
    assert found.relation == "repackaged"
    assert found.score > 0.9
    assert "shared_code" in kinds(found)
    assert found.measures.own_classes[0] == 61
    assert found.measures.shared_signers == ()


def test_merged_dex_files(folder):
    sample = replace(app(3), dexes=3)
    first = write(folder / "three.apk", sample, AUTHOR)
    second = write(folder / "one.apk", replace(sample, dexes=1), CLONER)
    assert compare(first, second).relation == "repackaged"


def test_the_same_sample(original):
    found = compare(original[1], original[1])
    assert (found.relation, found.score) == ("identical", 1.0)


def test_another_version_by_the_same_signer(original, folder):
    sample, path = original
    newer = replace(
        sample,
        classes=(*sample.classes[5:], *app(4, classes=6).renamed("com.example.app", "com.example.app.more").classes),
    )
    permission = '<uses-permission android:name="android.permission.CAMERA"/>'
    other = write(folder / "newer.apk", newer, AUTHOR, version="2", permissions=permission, label="Original Notes")
    found = compare(path, other)
    assert found.relation == "same_app"
    assert {"shared_signer", "same_package", "same_label"} <= kinds(found)
    assert found.permissions.added == ("android.permission.CAMERA",)
    assert found.permissions.removed == ()


def test_unrelated_apps(original, folder):
    other = write(folder / "other.apk", app(5, "org.elsewhere"), CLONER, label="Elsewhere")
    found = compare(original[1], other)
    assert found.relation == "unrelated"
    assert found.score < 0.1


def test_unrelated_apps_that_share_one_large_library(original, folder):
    """Eight of nine classes are the same, and no dictionary knows them."""
    sample, _ = original
    first = write(folder / "with1.apk", replace(sample, classes=(*sample.classes, *LIBRARY)), AUTHOR)
    second_app = app(6, "org.elsewhere")
    second = write(folder / "with2.apk", replace(second_app, classes=(*second_app.classes, *LIBRARY)), CLONER)
    found = compare(first, second)
    assert found.measures.code.overlap.jaccard > 0.7
    assert found.relation == "related"
    assert found.score < 0.1
    assert "library_only" in kinds(found)


def shell(kit: int, address: str, package: str) -> App:
    """16 classes, the same for the same kit."""
    chance = random.Random(kit)
    parts = tuple(some_class(chance, f"Lkit/shell/Part{number};", 2) for number in range(15))
    main = some_class(chance, f"L{package.replace('.', '/')}/Main;", 1)
    method = main.methods[0]
    return App((*parts, replace(main, methods=(replace(method, uses=(*method.uses, address)),))), package)


def test_shells_of_one_kit_are_not_one_app(folder):
    first = write(
        folder / "shell1.apk", shell(1, "https://first.example.net/", "com.shell.one"), AUTHOR, label="First Shop"
    )
    second = write(
        folder / "shell2.apk", shell(1, "https://second.example.net/", "com.shell.two"), CLONER, label="Second Shop"
    )
    found = compare(first, second)
    assert found.measures.own_classes == (16, 16)
    assert found.measures.code.overlap.jaccard == 1
    assert found.relation == "unrelated"
    assert {"tiny_code", "looks_differ"} <= kinds(found)


def test_shells_of_one_site_are_a_pair(folder):
    first = write(
        folder / "shell3.apk", shell(1, "https://same.example.net/", "com.shell.one"), AUTHOR, label="The Shop"
    )
    second = write(
        folder / "shell4.apk", shell(2, "https://same.example.net/", "com.shell.two"), CLONER, label="the  shop"
    )
    found = compare(first, second)
    assert found.hosts == ("same.example.net",)
    assert found.relation == "wrapper_pair"
    assert {"tiny_code", "shared_hosts", "same_label"} <= kinds(found)


def test_stored_fingerprints_say_what_files_say(original, folder):
    """As far as sketches of the fingerprint are filled."""
    sample, path = original
    other = write(folder / "again.apk", package_renamed(sample), CLONER)
    whole, estimated = compare(path, other), stored(path, other)
    assert (whole.exact, estimated.exact) == (True, False)
    assert estimated.relation == whole.relation
    assert estimated.measures.code == whole.measures.code


def test_files_that_are_no_packages(tmp_path, original):
    nothing, noise = tmp_path / "nothing", tmp_path / "noise"
    nothing.write_bytes(b"")
    noise.write_bytes(random.Random(1).randbytes(5000))
    for path in (nothing, noise):
        found = compare(path, original[1])
        assert found.relation == "unrelated"
        assert found.score == 0
    with pytest.raises(OSError, match="missing"):
        compare(tmp_path / "missing", nothing)
