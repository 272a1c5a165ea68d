"""An app that is little more than a web view, and where its address comes from."""

import pytest

from apk_analysis.fingerprint import Trait
from tests.apk_analysis.dexes import Uses, dex
from tests.apk_analysis.traits.samples import MAIN, traits, values

LOAD = ("Landroid/webkit/WebView;", "loadUrl")


def test_a_window_on_a_web_page() -> None:
    found = traits({"classes.dex": dex({MAIN: [LOAD, "https://chat.example.net/h5"]})}, "webview_only")
    assert found == [Trait(kind="webview_only", value="chat.example.net", where="classes.dex")]
    local = traits({"classes.dex": dex({MAIN: [LOAD, "file:///android_asset/www/index.html"]})}, "webview_only")
    assert [item.value for item in local] == ["assets"]


@pytest.mark.parametrize("view", ["Lcom/tencent/smtt/sdk/WebView;", "Lcom/example/app/MyView;"])
def test_other_web_views_are_windows_too(view: str) -> None:
    classes = {MAIN: [(view, "loadUrl"), "https://chat.example.net"], "Lcom/example/app/MyView;": []}
    code = dex(classes, parents={"Lcom/example/app/MyView;": "Landroid/webkit/WebView;"})
    assert values({"classes.dex": code}, "webview_only") == ["chat.example.net"]


NO_SHELLS: dict[str, dict[str, Uses]] = {
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
def test_apps_that_do_more_are_no_shells(name: str) -> None:
    found = traits({"classes.dex": dex(NO_SHELLS[name])})
    assert "webview_only" not in {item.kind for item in found}


def test_generated_and_library_classes_do_not_count_as_own_code() -> None:
    classes = {
        MAIN: [LOAD, "https://chat.example.net"],
        "Lcom/example/app/R$string;": [],
        "Lcom/example/app/BuildConfig;": [],
    }
    classes |= {f"Landroidx/core/C{number};": [] for number in range(60)}
    assert values({"classes.dex": dex(classes)}, "webview_only") == ["chat.example.net"]


def test_the_share_of_code_about_pages() -> None:
    classes: dict[str, Uses] = {MAIN: [LOAD], "Lcom/example/app/Client;": [], "Lcom/example/app/Rest;": ["x"] * 20}
    code = dex(classes, parents={"Lcom/example/app/Client;": "Landroid/webkit/WebViewClient;"})
    assert values({"classes.dex": code}, "webview_share") == ["11% (5 of 46 code units)"]
    classes["Lcom/example/app/More;"] = ["x"] * 20
    assert not values({"classes.dex": dex(classes)}, "webview_share"), "too little to tell"


FETCH = ("Ljava/net/URL;", "openConnection")
CONFIG = "https://cfg.sample.cn/app/config.json"


def test_an_address_that_comes_from_a_configuration() -> None:
    apart: dict[str, Uses] = {MAIN: [LOAD], "Lcom/example/app/Api;": [FETCH, CONFIG]}
    found = traits({"classes.dex": dex(apart)}, "address_from_config")
    assert found == [Trait(kind="address_from_config", value="cfg.sample.cn", where="classes.dex")]


@pytest.mark.parametrize(
    "classes",
    [
        {MAIN: [LOAD, "https://home.sample.cn"], "Lcom/example/app/Api;": [FETCH, CONFIG]},
        {
            MAIN: [LOAD],
            "Lcom/example/app/Main$1;": ["file:///android_asset/a.html"],
            "Lcom/example/app/Api;": [FETCH, CONFIG],
        },
        {MAIN: [LOAD], "Lcom/example/app/Api;": [FETCH, "https://a.sample.cn/v1/chat"]},
        {MAIN: [LOAD], "Lcom/example/app/Api;": [CONFIG]},
        {MAIN: ["x"], "Lcom/example/app/Api;": [FETCH, CONFIG]},
        {MAIN: [LOAD], "Lokhttp3/Api;": [FETCH, CONFIG]},
    ],
    ids=["constant", "constant inside", "no configuration", "nothing is fetched", "no page", "only a library"],
)
def test_addresses_that_do_not(classes: dict[str, Uses]) -> None:
    assert not values({"classes.dex": dex(classes)}, "address_from_config")
