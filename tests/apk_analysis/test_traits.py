"""Hosts, keys and web shells, each with the file that shows it."""

import hashlib
from pathlib import Path

import pytest

from apk_analysis.analyse import analyse
from apk_analysis.fingerprint import Trait
from tests.apk_analysis import build
from tests.apk_analysis.dexes import dex

LOAD = ("Landroid/webkit/WebView;", "loadUrl")
MAIN = "Lcom/example/app/Main;"
# Made up, in the published shape; none of them ever opened anything.
OPENAI = "sk-" + "a1B2c3D4e5" * 2 + "T3BlbkFJ" + "f6G7h8I9j0" * 2
DEEPSEEK = "sk-" + "0123456789abcdef" * 2


def traits(folder: Path, files: dict[str, bytes]) -> list[Trait]:
    path = folder / "sample.apk"
    path.write_bytes(build.archive({**build.files(), **files}))
    found = analyse(path).fingerprint
    assert not [problem for problem in found.problems if problem.kind == "internal_error"]
    return list(found.traits)


def test_hosts_in_code_assets_and_resources(tmp_path: Path) -> None:
    found = traits(
        tmp_path,
        {
            "classes.dex": dex({MAIN: ["https://api.deepseek.com/v1"]}),
            "assets/www/app.js": b"fetch('https://oa.api2d.net/v1/chat')",
            "resources.arsc": build.resources({"": "https://api.moonshot.cn/v1"}),
        },
    )
    assert [(item.kind, item.value, item.where) for item in found] == [
        ("model_api_host", "api.deepseek.com", "classes.dex"),
        ("model_api_host", "api.moonshot.cn", "resources.arsc"),
        ("relay_host", "oa.api2d.net", "assets/www/app.js"),
    ]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("https://api.x.ai/v1", True),
        ("//sub.api.x.ai", True),
        ("api.x.ai", True),
        ("https://myapi.x.ai", False),
        ("https://api.x.ai.example.org", False),
        ("https://api.x.aircraft.example", False),
        ("visit api.x.ai. Now", True),
        ("my-api.x.ai", False),
    ],
)
def test_hosts_stand_alone(tmp_path: Path, text: str, *, seen: bool) -> None:
    assert bool(traits(tmp_path, {"assets/a.txt": text.encode()})) == seen


def test_keys_are_masked_and_hashed(tmp_path: Path) -> None:
    found = traits(tmp_path, {"assets/config.json": f'{{"key": "{OPENAI}"}}'.encode()})
    assert found == [
        Trait(
            kind="hardcoded_key",
            value="sk-a1B... (OpenAI)",
            where="assets/config.json",
            sha256=hashlib.sha256(OPENAI.encode()).hexdigest(),
        )
    ]
    assert OPENAI not in repr(found)


def test_a_shape_shared_by_vendors_needs_the_vendor_beside_it(tmp_path: Path) -> None:
    assert not traits(tmp_path, {"assets/a.js": f"key='{DEEPSEEK}'".encode()})
    found = traits(tmp_path, {"assets/a.js": f"key='{DEEPSEEK}'; // deepseek".encode()})
    assert [item.value for item in found] == ["sk-012... (DeepSeek)"]
    longer = f"deepseek x{DEEPSEEK}".encode()
    assert not traits(tmp_path, {"assets/a.js": longer}), "part of a longer word is no key"


def test_a_window_on_a_web_page(tmp_path: Path) -> None:
    found = traits(tmp_path, {"classes.dex": dex({MAIN: [LOAD, "https://chat.example.net/h5"]})})
    assert found == [Trait(kind="webview_only", value="chat.example.net", where="classes.dex")]
    local = traits(tmp_path, {"classes.dex": dex({MAIN: [LOAD, "file:///android_asset/www/index.html"]})})
    assert [item.value for item in local] == ["assets"]


@pytest.mark.parametrize("view", ["Lcom/tencent/smtt/sdk/WebView;", "Lcom/example/app/MyView;"])
def test_other_web_views_are_windows_too(tmp_path: Path, view: str) -> None:
    classes = {MAIN: [(view, "loadUrl"), "https://chat.example.net"], "Lcom/example/app/MyView;": []}
    code = dex(classes, parents={"Lcom/example/app/MyView;": "Landroid/webkit/WebView;"})  # type: ignore[arg-type]
    assert [item.kind for item in traits(tmp_path, {"classes.dex": code})] == ["webview_only"]


NO_SHELLS = {
    "no call": {MAIN: ["https://chat.example.net"]},
    "no address": {MAIN: [LOAD, "hello"]},
    "the library calls": {MAIN: ["https://chat.example.net"], "Landroidx/webkit/Helper;": [LOAD]},
    "the address is the library's": {MAIN: [LOAD], "Lokhttp3/Api;": ["https://chat.example.net"]},
    "much own code": {
        MAIN: [LOAD, "https://a.example"],
        **{f"Lcom/example/app/C{number};": ["x"] for number in range(40)},
    },
    "a large own class": {MAIN: [LOAD, "https://a.example", *["x"] * 5000]},
}


@pytest.mark.parametrize("name", sorted(NO_SHELLS))
def test_apps_that_do_more_are_no_shells(tmp_path: Path, name: str) -> None:
    found = traits(tmp_path, {"classes.dex": dex(NO_SHELLS[name])})  # type: ignore[arg-type]
    assert "webview_only" not in {item.kind for item in found}


def test_generated_and_library_classes_do_not_count_as_own_code(tmp_path: Path) -> None:
    classes = {
        MAIN: [LOAD, "https://chat.example.net"],
        "Lcom/example/app/R$string;": [],
        "Lcom/example/app/BuildConfig;": [],
    }
    classes |= {f"Landroidx/core/C{number};": [] for number in range(60)}
    found = traits(tmp_path, {"classes.dex": dex(classes)})  # type: ignore[arg-type]
    assert [item.kind for item in found] == ["webview_only"]
