"""The demo as a newcomer runs it: everything planted is found, nobody innocent is flagged, a second run adds nothing."""

import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from console.exits import CommandError
from demo import run as demo_run
from demo.market import FAKE_KEY, Market
from demo.outcome import Outcome
from demo.planted import Planted, planted
from index.home import Home
from tests.conftest import ROOT

COPYCATCH = str(Path(sys.executable).parent / "copycatch")
RULED = re.compile("去衣|Undress")
"""Titles of the listings under the sexual-material rule, without the zero-width characters."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Place:
    """A home and a port of its own: what makes two demos the same demo."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()

    def command(self, *words: str, lang: str = "en") -> dict[str, Any]:
        env = {**os.environ, "COPYCATCH_HOME": str(self.home), "COPYCATCH_DEMO_PORT": str(self.port)}
        env |= {"COPYCATCH_LANG": lang, "COLUMNS": "160"}
        return {"args": [COPYCATCH, *words], "cwd": ROOT, "env": env, "text": True}

    def run(self, *words: str, lang: str = "en") -> subprocess.CompletedProcess[str]:
        return subprocess.run(**self.command(*words, lang=lang), capture_output=True, check=False)

    def files(self, folder: str) -> dict[str, int]:
        return {path.name: path.stat().st_size for path in (self.home / folder).rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("demo-home"))


@pytest.fixture(scope="module")
def first(place: Place) -> dict[str, Any]:
    done = place.run("demo", "--json")
    assert done.returncode in {0, 1}, done.stderr[-3000:]
    document: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode == 0) is all(listing["right"] for listing in document["listings"])
    return document


def test_everything_planted_is_found_and_nobody_innocent_is_flagged(first: dict[str, Any]) -> None:
    assert [listing["title"] for listing in first["listings"] if not listing["right"]] == []
    assert first["planted"] == first["found"] > 15
    assert len(first["listings"]) == first["new"] == len(planted()) > 40
    assert [run["outcome"] for run in first["runs"]] == ["healthy"] * 4


def test_what_was_not_flagged_says_why(first: dict[str, Any]) -> None:
    cleared = {each["title"]: each["cleared"] for each in first["listings"] if each["verdict"] == "benign"}
    assert all(each["zh"] and each["en"] for sentences in cleared.values() for each in sentences)
    assert "signing certificate" in cleared["小舟AI"][0]["en"]
    assert "third-party" in cleared["袖灯：ChatGPT 第三方客户端"][0]["en"]
    assert all(not each["cleared"] for each in first["listings"] if each["findings"])


def test_a_second_demo_adds_nothing_reads_well_and_serves(first: dict[str, Any], place: Place) -> None:
    before = place.files("demo/samples")
    with subprocess.Popen(
        **place.command("demo", "--serve", lang="zh"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        said = "".join(_until(process.stdout, "crawl feed"))
        with urllib.request.urlopen(f"http://127.0.0.1:{place.port}/channel/posts.json") as answer:
            assert len(json.load(answer)["posts"]) == 8
        process.send_signal(signal.SIGINT)
        complaints = process.stderr.read()
    assert process.returncode == (0 if all(listing["right"] for listing in first["listings"]) else 1), complaints
    assert "新条目 0 条" in said and f"已知条目 {len(first['listings'])} 条" in said
    assert "疑似" in said and "代过人脸" in said and "没有请求任何图片或视频" in said
    assert "scrapy" not in said + complaints and "Traceback" not in complaints
    assert place.files("demo/samples") == before
    _pasted(next(line for line in said.splitlines() if "show f1-" in line))


def test_ctrl_c_while_it_is_still_saying_that_it_serves_ends_it(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def said(*_: object, **__: object) -> str:
        os.kill(os.getpid(), signal.SIGINT)
        return ""

    monkeypatch.setattr(demo_run, "command", said)
    before = signal.getsignal(signal.SIGINT)
    market: Any = SimpleNamespace(base="http://127.0.0.1:1", host="127.0.0.1", urls={"feed": "http://127.0.0.1:1/"})
    demo_run._serve(market, Home(place.home))
    assert signal.getsignal(signal.SIGINT) is before


def _until(lines: Iterator[str], mark: str) -> Iterator[str]:
    for line in lines:
        yield line
        if mark in line:
            return
    pytest.fail(f"the demo ended without saying {mark!r}")


def _pasted(command: str) -> None:
    """What the report tells people to type works as it stands."""
    shown = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr
    assert re.search("f1-[0-9a-f]{24}", command)[0] in shown.stdout


def test_no_media_byte_of_an_undress_listing_lies_under_the_home(first: dict[str, Any], place: Place) -> None:
    ruled = [each for each in first["listings"] if RULED.search(each["title"].replace("\u200b", ""))]
    assert len(ruled) == 3 and all(listing["findings"] for listing in ruled)
    archived = b""
    for path in (place.home / "demo").rglob("*"):
        if path.is_file() and "samples" not in path.parts:
            content = path.read_bytes()
            content += gzip.decompress(content) if path.suffix == ".gz" else b""
            assert b"UFJBQ1RJQ0U" not in content, path
            assert b"\x89PNG" not in content, path
            archived += content if "archive" in path.parts else b""
    assert "一键去衣".encode() in archived  # the pages themselves are kept, so the search above could have found them


def test_the_hard_coded_key_is_kept_masked_only(first: dict[str, Any], place: Place) -> None:
    assert any(each["native_id"] == "example.zhida.model" and each["findings"] for each in first["listings"])
    kept = b"".join(path.read_bytes() for path in (place.home / "demo").glob("*.sqlite*"))
    assert FAKE_KEY[:6].encode() in kept and FAKE_KEY[6:].encode() not in kept


@pytest.mark.parametrize(
    ("verdict", "found", "right"),
    [
        ("violation", [("counterfeit", "doubao")], True),
        ("violation", [("shell", "doubao"), ("counterfeit", "doubao")], True),
        ("violation", [("counterfeit", "kimi")], False),
        ("violation", [("shell", "doubao")], False),
        ("violation", [], False),
        ("benign", [("shell", None)], False),
        ("benign", [], True),
    ],
)
def test_right_means_the_planted_group_and_brand(verdict: str, found: list[tuple[str, str]], *, right: bool) -> None:
    group, brand = ("counterfeit", "doubao") if verdict == "violation" else (None, None)
    truth = Planted(place="store", native_id="a.b", title="t", verdict=verdict, group=group, brand=brand)
    findings = tuple({"group": group, "brand": brand} for group, brand in found)
    assert Outcome(planted=truth, listing={"id": "l1"}, findings=findings).right is right
    assert not Outcome(planted=truth, listing=None, findings=findings).right


def test_another_port_is_taken_and_said_when_the_usual_one_is_not_free(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COPYCATCH_DEMO_PORT", raising=False)
    with Market(0) as taken:
        monkeypatch.setattr(demo_run, "PORT", int(taken.host.rpartition(":")[2]))
        with demo_run._market() as market:
            assert market.host != taken.host
            assert market.base in capsys.readouterr().err


def test_a_port_that_was_asked_for_and_is_taken_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with Market(0) as taken:
        monkeypatch.setenv("COPYCATCH_DEMO_PORT", taken.host.rpartition(":")[2])
        with pytest.raises(CommandError, match="COPYCATCH_DEMO_PORT") as raised:
            demo_run._market()
    assert raised.value.code == 4


@pytest.mark.parametrize("given", ["0", "65536", "-1", "http", "8 8"])
def test_a_port_that_is_none_is_wrong_use(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("COPYCATCH_DEMO_PORT", given)
    with pytest.raises(CommandError, match="COPYCATCH_DEMO_PORT") as raised:
        demo_run._market()
    assert raised.value.code == 2
