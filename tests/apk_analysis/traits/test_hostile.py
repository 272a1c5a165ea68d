"""Bytes that lie: searching never raises, never reads outside, never takes long."""

import gzip
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apk_analysis.archive import Archive
from apk_analysis.compiled import COMPILED
from apk_analysis.contents import Content
from apk_analysis.traits.search import Search
from apk_analysis.traits.texts import kind_of, span_of
from tests.apk_analysis import build
from tests.apk_analysis.dexes import dex
from tests.apk_analysis.traits.damage import digests
from tests.apk_analysis.traits.samples import MAIN, look, traits, values
from tests.apk_analysis.traits.test_search import HERMES
from tests.conftest import ROOT

HOST = "api.deepseek.com"
URL = f"https://{HOST}/v1"
GOOD = [
    dex({MAIN: [URL, "sk-" + "0" * 32, "aHR0cHM6Ly9hYmMuY24=", "QQ群：123456789"]}),
    build.resources({"": URL, "zh": "粤ICP备2026031728号-2A"}),
    build.manifest(label=URL),
    HERMES,
    build.archive({"www/app.js": URL.encode()}),
    gzip.compress(URL.encode()),
]
NAMES = ("classes.dex", "resources.arsc", "AndroidManifest.xml", "assets/a.bundle", "assets/a.zip", "assets/a.gz")
ENTRY = Archive(build.archive({"assets/x": b"x"})).entries[0]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(range(len(GOOD))), st.data())
def test_damaged_files(number: int, data: st.DataObject) -> None:
    file = bytearray(GOOD[number])
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(file) - 1))
        file[at] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF, file[at] ^ 0x10]))
    cut = data.draw(st.integers(0, len(file)))
    for content in (bytes(file), bytes(file[:cut])):
        look({NAMES[number]: content, "assets/plain.txt": content})


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([good[:8] for good in GOOD]))
def test_nothing_but_a_beginning(rest: bytes, magic: bytes) -> None:
    search = Search()
    search.take(Content(ENTRY, magic + rest, b""))
    search.finish()


@pytest.mark.parametrize("place", [0x38, 0x3C, 0x08, 0x20])
@pytest.mark.parametrize("value", [0, 1, 0x70, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
def test_spans_stay_inside_the_file(place: int, value: int) -> None:
    file = bytearray(GOOD[0])
    struct.pack_into("<L", file, place, value)
    kind = kind_of("classes.dex", bytes(file))
    assert kind == "dex"
    begin, stop = span_of(kind, bytes(file))
    assert begin >= 0 and stop <= len(file)


def test_archives_inside_archives() -> None:
    inner = build.archive({"www/app.js": URL.encode()})
    found = traits({"assets/www.zip": inner}, "model_api_host")
    assert [(item.value, item.where) for item in found] == [(HOST, "assets/www.zip!/www/app.js")]
    deeper = build.archive({"inner.zip": inner, f"{HOST}/x.txt": b"x"})
    assert [item.where for item in traits({"assets/www.zip": deeper}, "model_api_host")] == ["assets/www.zip"], "a name"
    assert not values({"assets/www.zip": build.archive({"inner.zip": inner})}, "model_api_host")


def test_compressed_code_of_other_runtimes() -> None:
    found = traits({"assets/private.tar": gzip.compress(bytes(600) + URL.encode())}, "model_api_host")
    assert [item.where for item in found] == ["assets/private.tar!/content"]


@pytest.mark.parametrize(
    "bomb",
    [gzip.compress(bytes(40 << 20)), build.archive({f"{number}.txt": bytes(12 << 20) for number in range(8)})],
    ids=["gzip", "zip"],
)
def test_bombs_inside_are_told(bomb: bytes) -> None:
    _, problems = look({"assets/a.bin": bomb, "assets/b.txt": b"x"})
    assert [(item.kind, item.detail) for item in problems] == [
        ("not_examined", "assets/a.bin: an archive of which not all was searched (too_large)")
    ]


def test_what_is_found_has_an_end() -> None:
    text = "".join(
        f"QQ:{number} wxid_{number:012} https://t.me/user{number} u{number}@qq.com "
        for number in range(10**5, 10**5 + 9_000)
    )
    found, problems = look({f"assets/{number}.txt": text.encode() for number in range(4)})
    assert len(found) <= 1_000
    assert {item.kind for item in problems} == {"not_examined", "not_all_listed"}


SEVERAL = 60
NIGHTLY = (  # compiles everything once more
    pytest.mark.nightly,
    pytest.mark.skipif(os.environ.get("COPYCATCH_NIGHTLY") != "1", reason="only with COPYCATCH_NIGHTLY=1"),
)


@pytest.mark.skipif(not COMPILED, reason="there is nothing to compare with: nothing is compiled here")
@pytest.mark.parametrize("setting", ["NUMBA_DISABLE_JIT", pytest.param("NUMBA_BOUNDSCHECK", marks=NIGHTLY)])
def test_uncompiled_and_with_checked_bounds_the_same_is_found(tmp_path: Path, setting: str) -> None:
    here = [*digests(SEVERAL)]
    command = [sys.executable, "-W", "error", "-m", "tests.apk_analysis.traits.damage", str(SEVERAL)]
    env = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), setting: "1"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == here
    assert len(set(here)) > SEVERAL * 0.4, "the damage makes a difference"
