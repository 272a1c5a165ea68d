"""What is searched, in which encodings, and that nobody can drown a hit in decoys."""

import base64
import zlib

import pytest

from apk_analysis.archive import Archive
from apk_analysis.contents import Content
from apk_analysis.traits.search import Search
from tests.apk_analysis import build
from tests.apk_analysis.dexes import dex
from tests.apk_analysis.traits.samples import MAIN, look, traits, values

HOST = "api.deepseek.com"
FILING = "粤ICP备2026031728号-2A"
# What Hermes 0.11 made of a script that prints four constants: an address, one with Chinese text (kept as UTF-16), a
# short one, and one of more than 255 characters.
HERMES = zlib.decompress(
    base64.b64decode(
        "eNrlUjtLA0EQ/m7jJVFQNFbRIsFGm9xqxAfpgpUPUKKFYnV6Sx7e3i25I4goiWAjip32QhCxsrHSxsZCLP0HgoW9phAfE42gjf4Av2F2vnnsTD"
        "FzFbsIXAaisTkAmZ3avf/4Unitnrc6lc22u5uu9APDBzRS1tBQw9/T8Cd22e/5OQaWoG5bDD3UPKJ/zqgsPm0fnZ2cBhuj3noYggZD9wZDn8Wg"
        "O+TX/3dQduqfIp7zfeWlOLddJ2t4plS2MJYdvpq13SXT/sqaKm9YQihPiBVj2ZW8NKCKeccvCiVMH9X1cYxhBqGFJPqRxDC9gxjACPFR1GYTZN"
        "OIIwefRMFDCpzEhQmDVCFPFRZxB4IqQGxIh6ZD0iKTGmPBAth0SGNQLbI5ABluggxqmISuz3+/hfqi27/ZSCNe59yXiudEUQqPLxkF78cRaTQE"
        "LYiGgU7Y5TL03oyVLe3L64nDjgW+dnzwLG/fATezoAI="
    )
)


def places(files: dict[str, bytes], kind: str = "model_api_host") -> list[str]:
    return [trait.where for trait in traits(files, kind)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16", "gbk"])
def test_texts_in_every_usual_encoding(encoding: str) -> None:
    text = f"请访问 https://{HOST}/v1 备案号：{FILING}。".encode(encoding)
    assert places({"assets/a.txt": text}) == ["assets/a.txt"]
    assert values({"assets/a.txt": text}, "app_filing") == [FILING]


def test_escapes_of_json_and_javascript() -> None:
    text = FILING.encode("unicode_escape")
    assert values({"assets/a.js": b"var a='" + text + b"'"}, "app_filing") == [FILING]
    assert values({"assets/a.js": b"var a='" + text.upper().replace(b"\\U", b"\\u") + b"'"}, "app_filing") == [FILING]
    slashes = rb'{"u":"https:\/\/host.sample.cn\/a"}'
    assert values({"assets/a.json": slashes}, "host") == ["host.sample.cn"]


@pytest.mark.parametrize("length", range(40, 130))
def test_the_length_in_front_of_a_dex_string_is_no_part_of_it(length: int) -> None:
    """Length bytes look like letters and digits: 0x30 is '0'."""
    assert places({"classes.dex": dex({MAIN: [(HOST + "/").ljust(length, "x")]})}) == ["classes.dex"]


@pytest.mark.parametrize("length", [48, 65, 97, 122])
def test_nor_is_that_of_a_resource_string(length: int) -> None:
    text = (HOST + "/").ljust(length, "x")
    assert places({"resources.arsc": build.resources({"": text})}) == ["resources.arsc"], "UTF-16"
    pool = bytes([length, length]) + text.encode() + b"\0"
    head = (1).to_bytes(2, "little") + (28).to_bytes(2, "little") + (32 + len(pool)).to_bytes(4, "little")
    numbers = [1, 0, 0x100, 32, 0, 0]
    table = head + b"".join(number.to_bytes(4, "little") for number in numbers) + pool
    assert places({"resources.arsc": b"\2\0\x0c\0" + (12 + len(table)).to_bytes(4, "little") + bytes(4) + table}) == [
        "resources.arsc"
    ], "UTF-8"


def test_binary_xml_native_code_and_unknown_files() -> None:
    wide = HOST.encode("utf-16-le")
    assert places({"res/layout/a.xml": b"\3\0\x08\0" + bytes(60) + wide}) == ["res/layout/a.xml"]
    assert places({"lib/arm64-v8a/libapp.so": b"\x7fELF" + bytes(60) + HOST.encode()}) == ["lib/arm64-v8a/libapp.so"]
    assert places({"assets/data.bin": bytes(60) + HOST.encode() + b"\0"}) == ["assets/data.bin"]


def test_pictures_and_lists_of_digests_are_not_searched() -> None:
    assert not places({"res/a.png": b"\x89PNG" + HOST.encode(), "META-INF/MANIFEST.MF": HOST.encode()})


def test_an_entry_beyond_what_is_kept_is_told() -> None:
    archive, search = Archive(build.archive({"assets/big.bin": b"x"})), Search()
    search.take(Content(archive.entries[0], None, b""))
    problems = search.problems
    assert [(item.kind, item.detail) for item in problems] == [("not_examined", "assets/big.bin: too large to search")]


def test_decoys_hide_nothing_in_other_files() -> None:
    decoys = f"x{HOST} ".encode() * 500
    files = {f"assets/{number}.txt": decoys for number in range(3)}
    found, problems = look({**files, "assets/z.txt": HOST.encode()})
    assert [item.where for item in found if item.kind == "model_api_host"] == ["assets/z.txt"]
    assert [item.kind for item in problems] == ["not_examined"], "that more stands there than was looked at"


def test_ten_megabytes_of_beginnings() -> None:
    found, problems = look({"assets/a.js": b"http://" * (10 << 20 >> 3), "assets/b.js": b"'https://host.sample.cn'"})
    assert [item.value for item in found if item.kind == "host"] == ["host.sample.cn"]
    assert "holds more of the same" in problems[0].detail


def test_a_hundred_thousand_near_matches() -> None:
    text = b"api.openai.co api.deepseek.con sk-proj AIz LTA ICP" * 100_000
    assert not look({"assets/a.txt": text})[0]


def test_every_prefix_of_every_anchor_behind_each_other() -> None:
    """The longest walks an automaton can be sent on."""
    text = b"".join(HOST.encode()[:size] for size in range(1, len(HOST))) * 2_000
    assert not places({"assets/a.txt": text})
    assert places({"assets/a.txt": text + b" " + HOST.encode()}) == ["assets/a.txt"]


def test_names_of_entries_are_searched_as_names_only() -> None:
    assert not places({f"assets/{HOST}.txt": b"nothing"})


@pytest.mark.parametrize("cut", [0, 8, 40, 64, 127, 128, 400, -1])
def test_hermes_bytecode(cut: int) -> None:
    found = traits({"assets/index.android.bundle": HERMES[:cut] if cut else HERMES})
    seen = {(item.kind, item.value) for item in found}
    if cut == 0:
        assert {("model_api_host", HOST), ("relay_host", "oa.api2d.net"), ("app_filing", FILING)} <= seen
        assert ("host", "long.sample.cn") in seen


def test_decoys_of_one_fact_leave_room_for_the_others() -> None:
    decoys = " ".join(f"https://h{number}.sample.cn" for number in range(1_900)).encode()
    files = {f"assets/{number:02}.js": decoys + bytes([number]) for number in range(40)}
    found, problems = look({**files, "assets/99.js": HOST.encode()})
    assert [item.where for item in found if item.kind == "model_api_host"] == ["assets/99.js"]
    assert "assets/02.js: enough was found before it" in {item.detail for item in problems}


def test_thousands_of_encoded_constants_have_an_end() -> None:
    many: dict[str, list[str]] = {}
    for number in range(6):
        many[f"Lcom/example/app/C{number};"] = [
            base64.b64encode(f"a constant {number} {place}".encode()).decode() for place in range(2_000)
        ]
    classes = {f"classes{number or ''}.dex": dex({name: uses}) for number, (name, uses) in enumerate(many.items())}
    _, problems = look(classes)
    assert [item.detail for item in problems] == ["classes5.dex: holds more encoded constants than are read"]
