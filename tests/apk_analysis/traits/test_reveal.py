"""Constants that are only encoded: read without running anything, with the steps shown."""

import base64
import codecs
import os
import struct

import pytest

from tests.apk_analysis.dexes import Uses, dex
from tests.apk_analysis.traits.samples import MAIN, look, traits

HOST, RELAY = "api.deepseek.com", "oa.api2d.net"
URL = f"https://{HOST}/v1/chat"
LIBRARY = "Lokhttp3/internal/Util;"


def steps(files: dict[str, bytes], value: str = HOST) -> list[tuple[str, ...]]:
    return [trait.decode for trait in traits(files, "model_api_host", "relay_host") if trait.value == value]


def in_code(*uses: str | bytes, others: dict[str, Uses] | None = None) -> dict[str, bytes]:
    return {"classes.dex": dex({MAIN: list(uses), **(others or {})})}


def b64(data: str | bytes) -> str:
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


def xored(text: str, key: bytes) -> bytes:
    return bytes(byte ^ key[at % len(key)] for at, byte in enumerate(text.encode()))


ESCAPES = "".join(f"\\x{byte:02x}" for byte in URL.encode())
ENCODED = {
    "base64": (b64(URL), ("base64",)),
    "base64 without padding": (b64(URL + "/a").rstrip("="), ("base64",)),
    "base64 in the other alphabet": (base64.urlsafe_b64encode(f"{URL}?a=>>>?".encode()).decode(), ("base64",)),
    "base64 twice": (b64(b64(URL)), ("base64", "base64")),
    "base64 of the bare host": (b64(HOST), ("base64",)),
    "base64 written backwards": (b64(URL + "/a")[::-1], ("reversed", "base64")),
    "hexadecimal": (URL.encode().hex(), ("hex",)),
    "HEXADECIMAL": (URL.encode().hex().upper(), ("hex",)),
    "backwards": (URL[::-1], ("reversed",)),
    "the bare host backwards": (HOST[::-1], ("reversed",)),
    "backwards, then base64": (b64(URL[::-1]), ("base64", "reversed")),
    "one key byte": (xored(URL, b"\x07").decode(), ("xor 0x07",)),
    "one key byte, base64": (b64(xored(URL, b"\xa5")), ("base64", "xor 0xa5")),
    "one key byte, hexadecimal": (xored(URL, b"\x5a").hex(), ("hex", "xor 0x5a")),
    "shifted": ("".join(chr(ord(char) + 3) for char in URL), ("shift -3",)),
    "shifted, base64": (b64(bytes(ord(char) - 9 for char in URL)), ("base64", "shift +9")),
}


@pytest.mark.parametrize("name", ENCODED)
def test_constants_of_own_code(name: str) -> None:
    text, expected = ENCODED[name]
    assert steps(in_code(text)) == [expected]


@pytest.mark.parametrize("name", ENCODED)
def test_not_those_of_libraries(name: str) -> None:
    assert not steps({"classes.dex": dex({MAIN: ["hello"], LIBRARY: [ENCODED[name][0]]})})


@pytest.mark.parametrize(
    "text", [b64(URL), b64("x" + URL), b64("xy" + URL), URL.encode().hex(), URL[::-1], HOST[::-1], ESCAPES]
)
def test_texts_in_assets(text: str) -> None:
    found = traits({"assets/app.js": f"var k = '{text}';".encode()}, "model_api_host")
    assert [item.value for item in found] == [HOST] and found[0].decode and found[0].where == "assets/app.js"


@pytest.mark.parametrize("key", [b"k7", b"secret", b"0123456789abcdef"])
def test_a_key_that_stands_beside_it(key: bytes) -> None:
    text = b64(xored(URL, key))
    expected = [("base64", f"xor with the {len(key)} bytes beside it")]
    assert steps(in_code(text, key.decode())) == expected
    decoder = "Lcom/example/app/Decoder;"
    called = {"classes.dex": dex({MAIN: [text, (decoder, "run")], decoder: [key.decode()]})}
    assert steps(called) == expected, "the key in the class that is called"
    assert not steps(in_code(text, others={"Lcom/example/app/Other;": [key.decode()]})), "not any constant anywhere"


def array(data: bytes, width: int = 1) -> bytes:
    """fill-array-data with its elements, as instructions."""
    elements = b"".join(byte.to_bytes(width, "little") for byte in data)
    payload = struct.pack("<HHL", 0x0300, width, len(data)) + elements + bytes(len(elements) % 2)
    return struct.pack("<HlH", 0x0026, 4, 0x000E) + payload


@pytest.mark.parametrize("width", [1, 2, 4])
def test_arrays_of_bytes(width: int) -> None:
    assert steps(in_code(array(URL.encode(), width))) == [("array",)]
    assert steps(in_code(array(xored(URL, b"\x99"), width))) == [("array", "xor 0x99")]
    assert steps(in_code(array(xored(URL, b"pass"), width), "pass")) == [("array", "xor with the 4 bytes beside it")]


@pytest.mark.parametrize("parts", [("https://api.", "deepseek.com", "/v1"), ("https://", "api", ".deepseek.", "com")])
def test_texts_in_parts(parts: tuple[str, ...]) -> None:
    assert steps(in_code(*parts)) == [("joined",)]
    apart = {f"Lcom/example/app/C{number};": [part] for number, part in enumerate(parts)}
    assert not steps({"classes.dex": dex(apart)}), "parts in different methods are no text"


def test_parts_do_not_run_into_each_other() -> None:
    assert not steps(in_code("https://my-api.", "deepseek.com"))
    assert not steps(in_code("https://api.deep", "seek.company.sample.cn"))


def test_a_key_in_parts() -> None:
    first, second = "sk-" + "a1B2c3D4e5" * 2, "T3BlbkFJ" + "f6G7h8I9j0" * 2
    found = traits(in_code(first, second), "hardcoded_key")
    assert [(item.value, item.decode) for item in found] == [("sk-a1B... (OpenAI)", ("joined",))]


def test_what_was_decoded_is_searched_for_everything() -> None:
    text = b64("QQ群：123456789 微信号: abc_12345 粤ICP备2026031728号-2A https://oa.api2d.net/x")
    found = {(item.kind, item.value, item.decode) for item in traits(in_code(text))}
    assert {
        ("contact_qq_group", "123456789", ("base64",)),
        ("contact_wechat", "abc_12345", ("base64",)),
        ("app_filing", "粤ICP备2026031728号-2A", ("base64",)),
        ("relay_host", RELAY, ("base64",)),
    } <= found


def test_plain_text_stays_plain() -> None:
    assert steps(in_code(URL, b64(URL))) == [()]


@pytest.mark.parametrize(
    "text",
    [
        "A" * 60_000 + "=",
        "aHR0cHM6Ly" * 6_000,
        b64(os.urandom(30_000)),
        "=" * 50_000,
        "68747470" * 7_000,
        "//:sptth" * 7_000,
        "".join(chr(number % 31 + 1) for number in range(30_000)),
        codecs.encode("http" * 5_000, "rot13"),
    ],
)
def test_hostile_constants_end_soon_and_say_nothing(text: str) -> None:
    classes: dict[str, Uses] = {f"Lcom/example/app/C{number};": [text, f"key{number}"] for number in range(50)}
    found, _ = look({"classes.dex": dex(classes), "assets/a.js": text.encode() * 20})
    assert not [item for item in found if item.kind != "host"]


def test_decoding_has_an_end() -> None:
    text = URL
    for _ in range(6):
        text = b64(text)
    assert not steps(in_code(text)), "deeper than anybody would look"


def test_thousands_of_encoded_constants() -> None:
    many = [b64(f"https://host{number}.sample.cn/{number}") for number in range(3_000)]
    found = traits({"classes.dex": dex({MAIN: many})}, "host")
    assert len(found) == 100 and all(item.decode == ("base64",) for item in found)


def test_first_values_of_fields_and_annotations() -> None:
    """A compiler moves `static String HOST = "..."` out of the code."""
    code = dex({MAIN: [], LIBRARY: []}, values={MAIN: [b64(URL)]})
    assert steps({"classes.dex": code}) == [("base64",)]
    noted = dex(
        {MAIN: [], LIBRARY: []}, notes={MAIN: ["https://notes.sample.cn/v1"], LIBRARY: ["https://other.sample.cn"]}
    )
    assert [item.value for item in traits({"classes.dex": noted}, "host")] == ["notes.sample.cn"]
    foreign = dex({MAIN: [], LIBRARY: []}, values={LIBRARY: [b64(URL), "https://other.sample.cn"]})
    assert not traits({"classes.dex": foreign}, "model_api_host", "host")


def test_a_key_in_a_field() -> None:
    code = dex({MAIN: []}, values={MAIN: [b64(xored(URL, b"k3y")), "k3y"]})
    assert steps({"classes.dex": code}) == [("base64", "xor with the 3 bytes beside it")]
