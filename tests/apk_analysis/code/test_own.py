import random
from dataclasses import replace

import numpy as np
import pytest
import yaml

from apk_analysis.archive import Archive
from apk_analysis.code import features as feature_sets
from apk_analysis.code.collect import Collector
from apk_analysis.code.dictionary import FILE, NO_DICTIONARY, Dictionary, read_dictionary, shipped, write_dictionary
from apk_analysis.code.features import FeatureSets, read_features
from apk_analysis.code.libraries import FILE as LIBRARIES
from apk_analysis.code.libraries import is_runtime, library_of
from apk_analysis.code.own import Own, find_own, summary
from apk_analysis.dex import Dex
from tests.apk_analysis.code.synthetic import App, Class, Method, app, dex, rename, some_class, texts

OKHTTP = app(1, "okhttp3", classes=40).classes
EVIL = app(2, "com.evil", classes=40).classes


def dexes(*classes: Class) -> list[Dex]:
    return [Dex(dex(classes), "classes.dex")]


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    collector = Collector()
    for one in dexes(*OKHTTP):
        collector.library(one)
    return collector.dictionary(["okhttp"], {"version": 1, "sources": []})


def own_names(found: Own) -> set[str]:
    return {part.dex.class_name(row).decode() for part in found.dexes for row in np.flatnonzero(part.own).tolist()}


def moved(classes: tuple[Class, ...], old: str, new: str) -> tuple[Class, ...]:
    return App(classes).renamed(old, new).classes


# --- libraries by name ---


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        ("okhttp3.internal.http", ("okhttp", "okhttp3")),
        ("okhttp3", ("okhttp", "okhttp3")),
        ("okhttp33", None),
        ("com.google.android.gms.ads.internal", ("admob", "com.google.android.gms.ads")),
        ("com.google.android.gms.maps", ("google-play-services", "com.google.android.gms")),
        ("com.google.evil", None),
        ("com.tencent.mm.ui", None),
        ("com.umeng.analytics", ("umeng", "com.umeng")),
        ("", None),
        ("a." * 10_000, None),
    ],
)
def test_the_longest_prefix_decides(package, expected):
    assert library_of(package) == expected


def test_each_prefix_is_listed_once_and_every_runtime_is_a_library():
    read = yaml.safe_load(LIBRARIES.read_text("utf-8"))
    prefixes = [prefix for listed in read["libraries"].values() for prefix in listed]
    assert len(prefixes) == len(set(prefixes)) > 900
    assert set(read["runtimes"]) <= set(read["libraries"])
    assert is_runtime("unity")
    assert not is_runtime("okhttp")


# --- own code ---


def test_own_library_and_generated_classes(dictionary):
    generated = Class("Lcom/evil/R$id;", (Method("<clinit>", (0xB0,)),))
    posing = some_class(random.Random(3), "Lcom/evil/R$code;", 5)
    found = find_own(dexes(*OKHTTP, *EVIL, generated, posing), "com.evil", dictionary=dictionary)
    assert own_names(found) == {one.descriptor for one in EVIL} | {"Lcom/evil/R$code;"}
    counts = summary(found)
    assert (counts.dex_files, counts.classes, counts.own_classes) == (1, 41 + 41 + 2, 42)
    assert (counts.methods, counts.own_methods) == (41 * 4 * 2 + 1 + 5, 41 * 4 + 5)
    assert [(one.name, one.classes, one.methods, one.how) for one in counts.libraries] == [
        ("okhttp", 41, 164, "package")
    ]


def test_a_renamed_library_is_recognised(dictionary):
    found = find_own(dexes(*moved(OKHTTP, "okhttp3", "a.b"), *EVIL), "com.evil", dictionary=dictionary)
    assert own_names(found) == {one.descriptor for one in EVIL}
    assert [(one.name, one.how) for one in summary(found).libraries] == [("okhttp", "dictionary")]


def test_a_shrunk_library_is_recognised(dictionary):
    """A shrinker drops methods: the class's hash is another, those of its methods are not."""
    shrunk = tuple(replace(one, methods=one.methods[1:]) for one in moved(OKHTTP, "okhttp3", "a.b"))
    found = find_own(dexes(*shrunk, *EVIL), "com.evil", dictionary=dictionary)
    assert own_names(found) == {one.descriptor for one in EVIL}


def test_changed_classes_are_not_proven(dictionary):
    """Half of a class's code is new: it is no longer the library's."""
    chance = random.Random(5)
    mixed = tuple(
        replace(one, methods=(*one.methods[:1], *some_class(chance, one.descriptor, 4).methods[1:]))
        for one in moved(OKHTTP, "okhttp3", "a.b")
    )
    assert len(own_names(find_own(dexes(*mixed), "com.evil", dictionary=dictionary))) == 41


def test_without_a_dictionary_names_decide():
    found = find_own(dexes(*OKHTTP, *EVIL), "com.evil", dictionary=NO_DICTIONARY)
    assert own_names(found) == {one.descriptor for one in EVIL}
    assert not found.dexes[0].unproven.any()  # nothing is known, so nothing is missing


# --- borrowed names ---


def test_an_app_whose_own_package_is_below_a_library_prefix(dictionary):
    hidden = moved(EVIL, "com.evil", "okhttp3.evil")
    found = find_own(dexes(*OKHTTP, *hidden), "okhttp3.evil", dictionary=dictionary)
    assert own_names(found) == {one.descriptor for one in hidden}
    assert found.dexes[0].borrowed.sum() == 41
    assert found.dexes[0].proven.sum() == 41


def test_a_library_starts_no_app():
    hidden = moved(EVIL, "com.evil", "androidx.core.evil")
    found = find_own(dexes(*hidden), "com.evil", ["androidx.core.evil.Main"], NO_DICTIONARY)
    assert own_names(found) == {one.descriptor for one in hidden}
    runtime = moved(EVIL, "com.evil", "org.kivy.android")
    assert not own_names(find_own(dexes(*runtime), "com.evil", ["org.kivy.android.Main"], NO_DICTIONARY))


def test_a_package_that_the_library_does_not_have(dictionary):
    hidden = moved(EVIL, "com.evil", "okhttp3.evil")
    found = find_own(dexes(*OKHTTP, *hidden), "com.evil", dictionary=dictionary)
    assert own_names(found) == {one.descriptor for one in hidden}


def test_code_that_rests_on_its_name_alone_is_counted(dictionary):
    hidden = tuple(rename(one, lambda text: text.replace("Lcom/evil/", "Lokhttp3/X")) for one in EVIL)
    found = find_own(dexes(*OKHTTP, *hidden), "com.evil", dictionary=dictionary)
    assert own_names(found) == set()
    assert found.dexes[0].unproven.sum() == 41


# --- features ---


def read(sample: App, dictionary: Dictionary = NO_DICTIONARY) -> FeatureSets:
    opened = [Dex(data, f"classes{number}.dex") for number, data in enumerate(sample.dex_files())]
    return read_features(
        find_own(opened, sample.package, dictionary=dictionary), [f"{sample.package}.Main"], dictionary=dictionary
    )


def same(one: FeatureSets, two: FeatureSets) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(two, name)) for name in ("code", "screens", "strings"))


@pytest.fixture(scope="module")
def original() -> App:
    return app(7)


def test_features_of_an_app(original):
    sets = read(original)
    assert len(sets.code) == 61 * 4 + 61
    assert np.array_equal(sets.code, np.unique(sets.code))
    assert len(sets.strings) == 61 * 4
    assert np.array_equal(sets.screens, sets.code)  # everything is in the package of the one component


def test_features_survive(original):
    sets = read(original)
    assert same(sets, read(original.renamed("com.example.app", "com.other.thing")))
    assert same(sets, read(replace(original, dexes=3)))
    assert same(sets, read(replace(original, classes=original.classes[::-1])))
    reordered = tuple(replace(one, methods=one.methods[::-1]) for one in original.classes)
    assert same(sets, read(replace(original, classes=reordered)))
    edited = read(replace(original, classes=texts(original.classes, lambda text: text + "!")))
    assert np.array_equal(edited.code, sets.code)
    assert not len(np.intersect1d(edited.strings, sets.strings))


def test_common_features_are_left_out(original):
    collector = Collector()
    for family in ("a", "b", "c"):
        collector.app(family, read(original), [])
    known = collector.dictionary([], {"version": 1, "sources": []})
    assert not len(read(original, known).code)
    assert summary(find_own([Dex(original.dex_files()[0], "classes.dex")], dictionary=known)).own_classes == 61


def test_small_methods_and_files_say_nothing():
    tiny = app(8, classes=3)
    tiny = replace(tiny, classes=tuple(replace(one, methods=(Method("a", (0xB0,) * 5),)) for one in tiny.classes))
    assert not len(read(tiny).code)
    assets = feature_sets.Assets()
    assets.take("assets/a", b"a" * 32, 10)
    assets.take("META-INF/CERT.RSA", b"b" * 32, 1000)
    assets.take("classes2.dex", b"c" * 32, 1000)
    assets.take("assets/page.html", b"d" * 32, 1000)
    assert len(assets.features()) == 1


def test_broken_dex_files_have_features_or_none(original):
    data = bytearray(original.dex_files()[0])
    chance = random.Random(9)
    for _ in range(30):
        broken = bytearray(data)
        for _ in range(40):
            broken[chance.randrange(0x70, len(broken))] = chance.randrange(256)
        opened = Dex(bytes(broken), "classes.dex")
        found = find_own([opened], "com.example.app")
        assert summary(found).classes == len(opened.class_type)
        read_features(found, ["com.example.app.Main"])


# --- the file ---


def test_round_trip(dictionary):
    again = read_dictionary(write_dictionary(dictionary))
    assert np.array_equal(again.keys, dictionary.keys)
    assert np.array_equal(again.numbers, dictionary.numbers)
    assert (again.libraries, again.complete) == (dictionary.libraries, dictionary.complete)
    assert write_dictionary(again) == write_dictionary(dictionary)


def test_not_a_dictionary():
    with pytest.raises(ValueError, match="not a library dictionary"):
        read_dictionary(b"something else")


def test_code_of_many_libraries_is_an_idiom():
    collector = Collector()
    for name in ("okhttp3", "retrofit2", "okio"):
        for one in dexes(*moved(OKHTTP, "okhttp3", name)):
            collector.library(one)
    known = collector.dictionary([], {})
    assert own_names(find_own(dexes(*moved(OKHTTP, "okhttp3", "a.b")), "com.evil", dictionary=known))


def test_the_shipped_dictionary():
    known = shipped()
    assert FILE.stat().st_size <= 2_000_000
    assert known.header["version"] >= 1
    assert len(known.header["sources"]) > 200
    assert {"okhttp", "kotlin", "androidx", "gson"} <= set(known.libraries)
    assert {"okhttp", "gson"} <= known.complete
    assert len(known.keys) > 100_000
    assert (np.diff(known.keys) > 0).all()


def test_real_libraries_are_recognised_under_other_names(corpus):
    """Support libraries in real packages, every name of theirs spelled otherwise."""
    seen = 0
    for path, row in corpus:
        if row["file"].startswith(("mobsf-4.4.0__mobi.acpm", "apktool_2.7.0+dfsg.orig__test-kotlin")):
            archive = Archive(path.read_bytes())
            data = archive.read(archive.find("classes.dex"), 64 << 20)
            for old, new in ((b"Landroid/support/", b"Lqndroid/qupport/"), (b"Lkotlin/", b"Lqotlin/")):
                data = data.replace(old, new)
            found = find_own([Dex(data, "classes.dex")], row["app_id"])
            proven = sum(one.classes for one in summary(found).libraries if one.how == "dictionary")
            assert proven > 300
            seen += 1
    assert seen


@pytest.mark.parametrize("classes", [(), (Class("LAlone;"),)], ids=["no class", "no code"])
def test_dex_files_without_code(classes):
    found = find_own(dexes(*classes), "com.example.app")
    assert summary(found).own_classes == len(classes)
    assert read_features(found, ["com.example.app.Main"]).sketches() == {}
