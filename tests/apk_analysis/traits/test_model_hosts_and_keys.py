"""Hosts of language models and keys, each with the file that shows it."""

import hashlib

import pytest

from apk_analysis.fingerprint import Trait
from tests.apk_analysis import build
from tests.apk_analysis.dexes import dex
from tests.apk_analysis.traits.samples import MAIN, traits, values

# Made up, in the published shape; none of them ever opened anything.
OPENAI = "sk-" + "a1B2c3D4e5" * 2 + "T3BlbkFJ" + "f6G7h8I9j0" * 2
DEEPSEEK = "sk-" + "0123456789abcdef" * 2
GOOGLE = "AIza" + "0123456789abcdefghijklmnopqrstuvwxy"
ZHIPU = "0123456789abcdef" * 2 + ".abcdefghABCDEFGH"
ARK = "01234567-89ab-cdef-0123-456789abcdef"
HOSTS = ("model_api_host", "relay_host")


def test_hosts_in_code_assets_and_resources() -> None:
    found = traits(
        {
            "classes.dex": dex({MAIN: ["https://api.deepseek.com/v1"]}),
            "assets/www/app.js": b"fetch('https://oa.api2d.net/v1/chat')",
            "resources.arsc": build.resources({"": "https://api.moonshot.cn/v1"}),
        },
        *HOSTS,
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
        ("first line\napi.x.ai\nlast", True),
    ],
)
def test_hosts_stand_alone(text: str, *, seen: bool) -> None:
    assert bool(traits({"assets/a.txt": text.encode()}, *HOSTS)) == seen


def test_keys_are_masked_and_hashed() -> None:
    found = traits({"assets/config.json": f'{{"key": "{OPENAI}"}}'.encode()})
    assert found == [
        Trait(
            kind="hardcoded_key",
            value="sk-a1B... (OpenAI)",
            where="assets/config.json",
            sha256=hashlib.sha256(OPENAI.encode()).hexdigest(),
        )
    ]
    assert OPENAI not in repr(found)


def test_a_shape_shared_by_vendors_needs_the_vendor_beside_it() -> None:
    assert not traits({"assets/a.js": f"key='{DEEPSEEK}'".encode()})
    found = traits({"assets/a.js": f"key='{DEEPSEEK}'; // deepseek".encode()})
    assert [item.value for item in found] == ["sk-012... (DeepSeek)"]
    longer = f"deepseek x{DEEPSEEK}".encode()
    assert not traits({"assets/a.js": longer}), "part of a longer word is no key"


def test_a_google_key_is_a_models_only_beside_the_models_host() -> None:
    """Maps and Firebase keys have the same shape, and most apps hold one."""
    key = f'<string name="google_api_key">{GOOGLE}</string>'.encode()
    assert [item.kind for item in traits({"assets/a.xml": key}, "hardcoded_key", "cloud_key")] == ["cloud_key"]
    host = b"https://generativelanguage.googleapis.com/v1beta"
    found = traits({"assets/a.xml": key, "assets/b.js": host}, "hardcoded_key", "cloud_key")
    assert [(item.kind, item.value) for item in found] == [("hardcoded_key", "AIza01... (Google)")]


@pytest.mark.parametrize(
    ("host", "key", "value"),
    [("open.bigmodel.cn", ZHIPU, "012345... (Zhipu)"), ("ark.cn-beijing.volces.com", ARK, "012345... (Ark)")],
)
def test_shapes_without_a_beginning_need_the_host_beside_them(host: str, key: str, value: str) -> None:
    url = f"https://{host}/api/v3"
    assert values({"assets/a.js": f"u='{url}',k='{key}'".encode()}, "hardcoded_key") == [value]
    assert values({"classes.dex": dex({MAIN: [url, key]})}, "hardcoded_key") == [value]
    apart = dex({MAIN: [url], "Lcom/example/app/Bluetooth;": [key]})
    assert not values({"classes.dex": apart}, "hardcoded_key"), "any number of that shape in another class"
    assert not values({"assets/a.js": f"k='{key}'".encode()}, "hardcoded_key")


def test_a_secret_is_told_once_under_the_first_vendor() -> None:
    text = f"dashscope.aliyuncs.com deepseek {DEEPSEEK}".encode()
    assert values({"assets/a.js": text, "assets/b.js": text}, "hardcoded_key") == ["sk-012... (DeepSeek)"]


def test_ten_thousand_near_matches_do_not_hide_a_key_in_another_file() -> None:
    decoys = b"sk-short " * 10_000
    found = traits({"assets/a.js": decoys, "assets/b.js": f"'{OPENAI}'".encode()}, "hardcoded_key")
    assert [item.where for item in found] == ["assets/b.js"]
