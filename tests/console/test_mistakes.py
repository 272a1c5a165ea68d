"""Mistakes in the settings and in the home are said in Chinese to whoever reads Chinese, with the place and what to write."""

import os
import re
from pathlib import Path

import pytest

from console.cli import main
from index.home import Home
from index.open import open_index

SETTINGS = (
    (b"[crawl]\ndelai = 2\n", "delai", "没有"),
    (b'[crawl]\ndelay = "two"\n', "delay", "应为数字，收到文字"),
    (b'[retention]\npages = "x"\n', "pages", "应为整数"),
    (b"[crawl\n", "copycatch.toml", "第 1 行"),
    (b"\xff\xfe[", "copycatch.toml", "UTF-8"),
    (b'[alerts]\nkind = "weixin"\n', "weixin", "不能是"),
    (b'[alerts]\nkind = "wecom"\nurl = "https://x"\n', "url", "url_file"),
    (b'[schedule]\nzone = "Mars/Base"\n', "Mars/Base", "Asia/Shanghai"),
    (b'[schedule]\njitter = "soon"\n', "soon", "30m"),
    (b'[[marketplaces]]\nspider = "discus"\nstart = ["http://a.example/"]\n', "discus", "discuz"),
    (b'[[marketplaces]]\nspider = "discuz"\n', "discuz", "start"),
    (b'[[marketplaces]]\nspider = "discuz"\nstart = ["bbs"]\n', "bbs", "网址"),
    (
        b'[[marketplaces]]\nspider = "discuz"\nstart = ["http://a.example/"]\ninterval = "dayly"\n',
        "dayly",
        "daily 07:00",
    ),
    (
        b'[[marketplaces]]\nspider = "discuz"\nstart = ["http://a.example/"]\ninterval = "0 0 30 2 *"\n',
        "0 0 30 2 *",
        "时间",
    ),
)
ENGLISH = re.compile(r"\b(expected|unknown|known|cannot|there is|number|not|no)\b")


@pytest.fixture(autouse=True)
def _chinese(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", "zh")
    monkeypatch.setenv("COPYCATCH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("case", SETTINGS, ids=lambda case: case[1])
def test_settings(case: tuple[bytes, str, str], capsys: pytest.CaptureFixture[str]) -> None:
    written, place, remedy = case
    Path("copycatch.toml").write_bytes(written)
    assert main(["schedule", "next"]) == 2
    line = said(capsys)
    assert place in line and remedy in line
    assert not ENGLISH.search(line)


def test_an_unknown_brand(capsys: pytest.CaptureFixture[str]) -> None:
    Path("copycatch.toml").write_text('[watch]\nbrands = ["dubao"]\n')
    assert main(["watch"]) == 2
    assert "dubao" in (line := said(capsys)) and "品牌档案" in line


def test_nothing_there_yet(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search"]) == 4
    assert "还没有数据" in (line := said(capsys)) and "crawl" in line and not ENGLISH.search(line)


@pytest.mark.parametrize("call", [["search"], ["watch"]])
def test_a_damaged_file(call: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "home").mkdir()
    for name in ("index.sqlite", "plan.sqlite"):
        (tmp_path / "home" / name).write_text("hello " * 200)
    assert main(call) == 4
    assert ".sqlite：文件已损坏" in said(capsys)


def test_a_home_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COPYCATCH_HOME", os.devnull + "/home")
    assert main(["schedule", "next"]) == 4
    assert "写不进去" in (line := said(capsys)) and "COPYCATCH_HOME" in line


def test_an_id_that_nothing_has_is_not_nothing_due(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    open_index(Home(tmp_path / "home").prepare()).close()
    for wrong in ("l1-3b1f9a7c", "f1-none", "0" * 64):
        assert main(["recheck", wrong]) == 2
        assert wrong in (line := said(capsys)) and "没有" in line


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf\n# none yet\n"])
def test_an_empty_list_of_addresses_crawls_nothing(content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    Path("sites.txt").write_bytes(content)
    assert main(["crawl", "lookalike_site", "--start", "@sites.txt"]) == 2
    assert "sites.txt 里没有网址" in said(capsys)


def test_the_home_is_named_once_in_a_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    open_index(Home(tmp_path / "home").prepare()).close()
    for call in (["archive", "verify"], ["recheck"], ["recheck"]):
        main(call)
        assert capsys.readouterr().err.count("数据目录") == 1


def test_an_engine_whose_sites_are_in_the_settings(capsys: pytest.CaptureFixture[str]) -> None:
    Path("copycatch.toml").write_text('[[marketplaces]]\nspider = "discuz"\nstart = ["http://bbs.example/"]\n')
    assert main(["crawl", "discuz"]) == 2
    assert "discuz:bbs.example" in (line := said(capsys)) and "--start" in line
