"""Who loads code that is not in the package."""

import base64

import pytest

from tests.apk_analysis.dexes import dex
from tests.apk_analysis.traits.samples import MAIN, traits, values

KINDS = ("code_loaded_later", "code_loader", "hotfix_framework")
LIBRARY = "Lcom/google/android/gms/dynamite/DynamiteModule;"


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("DexClassLoader", "<init>"),
        ("PathClassLoader", "<init>"),
        ("InMemoryDexClassLoader", "<init>"),
        ("DexFile", "loadDex"),
    ],
)
def test_own_code_that_loads(name: str, method: str) -> None:
    call = (f"Ldalvik/system/{name};", method)
    found = traits({"classes.dex": dex({MAIN: [call]})}, *KINDS)
    assert [(item.kind, item.value, item.where) for item in found] == [
        ("code_loaded_later", f"{name} (com.example.app.Main)", "classes.dex")
    ]
    other = traits({"classes.dex": dex({MAIN: ["x"], LIBRARY: [call]})}, *KINDS)
    assert [(item.kind, item.value) for item in other] == [("code_loader", f"{name} (com.google.android.gms)")]


def test_other_calls_of_a_loader_load_nothing() -> None:
    assert not values({"classes.dex": dex({MAIN: [("Ldalvik/system/PathClassLoader;", "findLibrary")]})}, *KINDS)


def test_a_loader_by_its_name() -> None:
    name = "dalvik.system.DexClassLoader"
    assert values({"classes.dex": dex({MAIN: [name]})}, *KINDS) == ["DexClassLoader (by name, com.example.app.Main)"]
    hidden = base64.b64encode(name.encode()).decode()
    found = traits({"classes.dex": dex({MAIN: [hidden]})}, *KINDS)
    assert [(item.value, item.decode) for item in found] == [("DexClassLoader (by name)", ("base64",))]
    assert not values({"classes.dex": dex({MAIN: ["x"], LIBRARY: [name]})}, *KINDS)


def test_a_framework_that_replaces_code() -> None:
    loader = "Lcom/tencent/tinker/loader/TinkerLoader;"
    merely = dex({MAIN: ["x"], loader: []})
    assert [(item.kind, item.value) for item in traits({"classes.dex": merely}, *KINDS)] == [
        ("hotfix_framework", "Tinker")
    ]
    used = dex({MAIN: [(loader, "tryLoad")], loader: []})
    assert values({"classes.dex": used}, "code_loaded_later") == ["Tinker (com.example.app.Main)"]
    extended = dex({MAIN: [], loader: []}, parents={MAIN: loader})
    assert values({"classes.dex": extended}, "code_loaded_later") == ["Tinker (com.example.app.Main)"]


def test_a_word_is_no_framework() -> None:
    assert not values({"classes.dex": dex({MAIN: ["see Lcom/tencent/tinker/loader/ for more"]})}, *KINDS)


def test_pages_that_replace_themselves() -> None:
    found = traits({"assets/apps/H5ABCDE/www/app.js": b"plus.runtime.install(path,{})"}, *KINDS)
    assert {item.kind for item in found} == {"hotfix_framework", "code_loaded_later"}


def test_reflection_is_told_when_much_code_does_it() -> None:
    call = ("Ljava/lang/reflect/Method;", "invoke")
    some = {f"Lcom/example/app/C{number};": [call] for number in range(5)}
    many = {f"Lcom/example/app/D{number};": ["x"] for number in range(200)}
    assert values({"classes.dex": dex(some)}, "reflection_share") == ["100% (5 of 5 own methods)"]
    assert not values({"classes.dex": dex({**some, **many})}, "reflection_share")
