"""The demo as a newcomer runs it: everything planted is found, nobody innocent is flagged, a second run adds nothing."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from demo.market import Market
from demo.planted import planted
from tests.conftest import ROOT

COPYCATCH = str(Path(sys.executable).parent / "copycatch")


def demo(home: Path, *arguments: str, port: int, lang: str = "en") -> subprocess.CompletedProcess[str]:
    env = {
        **os.environ,
        "COPYCATCH_HOME": str(home),
        "COPYCATCH_DEMO_PORT": str(port),
        "COPYCATCH_LANG": lang,
        "COLUMNS": "160",
    }
    return subprocess.run(
        [COPYCATCH, "demo", *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def port() -> int:
    import socket  # noqa: PLC0415 - only here

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo-home")


@pytest.fixture(scope="module")
def first(home: Path, port: int) -> dict[str, Any]:
    done = demo(home, "--json", port=port)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_everything_planted_is_found_and_nobody_innocent_is_flagged(first: dict[str, Any]) -> None:
    assert first["planted"] == first["found"] > 15
    assert [listing["title"] for listing in first["listings"] if not listing["right"]] == []
    assert len(first["listings"]) == len(planted()) > 40
    assert all(run["outcome"] == "healthy" for run in first["runs"])


def test_brands_are_named(first: dict[str, Any]) -> None:
    for listing in first["listings"]:
        if listing["brand"]:
            assert listing["brand"] in {finding["brand"] for finding in listing["findings"]}, listing["title"]


def test_a_second_demo_adds_nothing_and_its_report_reads_well(first: dict[str, Any], home: Path, port: int) -> None:
    before = {path.name for path in (home / "demo/samples").rglob("*") if path.is_file()}
    done = demo(home, port=port, lang="zh")
    assert done.returncode == 0, done.stderr
    assert "新条目 0 条" in done.stdout and f"已知条目 {len(first['listings'])} 条" in done.stdout
    assert "疑似" in done.stdout and "代过人脸" in done.stdout
    assert {path.name for path in (home / "demo/samples").rglob("*") if path.is_file()} == before
    command = re.search(r"copycatch show (f1-[0-9a-f]{24})", done.stdout)
    assert command is not None
    env = {**os.environ, "COPYCATCH_HOME": str(home / "demo")}
    shown = subprocess.run([COPYCATCH, "show", command[1]], env=env, capture_output=True, text=True, check=False)
    assert shown.returncode == 0 and command[1] in shown.stdout


def test_no_media_byte_of_an_undress_listing_lies_under_the_home(first: dict[str, Any], home: Path) -> None:
    import gzip  # noqa: PLC0415 - only here

    ruled = [listing for listing in first["listings"] if re.search("去衣|脱\u200b?衣|Undress", listing["title"])]
    assert len(ruled) >= 3 and all(listing["findings"] for listing in ruled)
    for path in (home / "demo").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            content += gzip.decompress(content) if path.suffix == ".gz" else b""
            assert b"UFJBQ1RJQ0U" not in content, path
            if "samples" not in path.parts:
                assert b"\x89PNG" not in content, path


def test_a_taken_port_is_said_plainly(home: Path) -> None:
    with Market(0) as market:
        done = demo(home, port=int(market.host.rpartition(":")[2]))
    assert done.returncode == 4
    assert "COPYCATCH_DEMO_PORT" in done.stderr and "Traceback" not in done.stderr


def test_the_market_serves_what_it_announces_and_remembers_who_asked() -> None:
    with Market(0) as market:
        for start in " ".join(market.urls.values()).split():
            address = start.replace("/repo?", "/repo/entry.jar?")
            with urllib.request.urlopen(address) as answer:
                assert answer.status == 200 and answer.read()
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"{market.base}/nowhere")
        assert "/shop/sitemap.xml" in market.requested
