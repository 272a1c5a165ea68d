"""Errors are one clear line on standard error with a code that scripts can rely on; never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from console.exits import Exit, explain
from index.home import Home, HomeError
from index.protocol import IndexUnavailable, QueryError
from index.reading import ReadError
from tests.conftest import ROOT
from tests.console.shelf import fill, harmless


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (ReadError("a.csv:3: no"), Exit.WRONG_USE, "a.csv:3: no"),
        (QueryError("unknown field"), Exit.WRONG_USE, "unknown field"),
        (HomeError("the home"), Exit.MISSING, "the home"),
        (IndexUnavailable("disk full"), Exit.MISSING, "disk full"),
        (FileNotFoundError(2, "No such file or directory", "x"), Exit.WRONG_USE, "x: no such file or folder"),
        (ZeroDivisionError("oops"), Exit.FAILURES, "ZeroDivisionError: oops"),
    ],
)
def test_each_error_has_its_line_and_code(error: Exception, code: Exit, words: str) -> None:
    message, found = explain(error)
    assert found == code
    assert words in message


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["crwl"], "did you mean crawl?"),
        (["search", "--limit", "many"], "copycatch search --help"),
        (["search", "--kind", "brands"], "findings"),
        (["--colour"], "no such option: --colour"),
        (["brands", "shwo"], "copycatch brands --help"),
    ],
)
def test_wrong_use_is_said_in_one_line(copycatch, argv: list[str], words: str) -> None:
    answer = copycatch(*argv)
    assert answer.code == 2
    assert answer.out == ""
    assert len(answer.err.splitlines()) == 1
    assert answer.err.startswith("copycatch: ") and words in answer.err


def test_nothing_asked_shows_the_overview(copycatch) -> None:
    answer = copycatch()
    assert answer.code == 2
    assert "Usage: copycatch" in answer.out
    assert answer.err == ""


def test_the_version_is_the_installed_one(copycatch) -> None:
    assert copycatch("--version").out == "copycatch 0.1.0\n"


def test_an_error_in_hostile_words_cannot_move_the_cursor(copycatch) -> None:
    answer = copycatch("show", "\x1b[2J\u202e\nf1-0")
    assert answer.code != 0
    assert not {"\x1b", "\u202e"} & set(answer.err)


def test_no_index_yet_is_said_and_ends_with_4(copycatch) -> None:
    answer = copycatch("search", "x")
    assert answer.code == 4
    assert "not there yet" in answer.err
    assert "Traceback" not in answer.err


def test_every_command_says_which_home_it_uses(copycatch, own_home: Path) -> None:
    assert f"home: {own_home}" in copycatch("search", "x").err


def test_wrong_settings_are_named_with_their_file(copycatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "copycatch.toml").write_text("[crawl]\ndelai = 3\n")
    monkeypatch.chdir(tmp_path)
    answer = copycatch("search", "x")
    assert answer.code == 2
    assert "copycatch.toml" in answer.err and "delai" in answer.err


def test_the_traceback_is_shown_to_those_who_ask(monkeypatch: pytest.MonkeyPatch, copycatch) -> None:
    monkeypatch.setenv("COPYCATCH_DEBUG", "1")
    with pytest.raises(IndexUnavailable):
        copycatch("search", "x")


def run(*argv: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", "import sys; from console.cli import main; sys.exit(main())", *argv],
        cwd=ROOT,
        env={**os.environ, "COPYCATCH_LANG": "zh", **environment},
        capture_output=True,
        check=False,
    )


def test_a_terminal_that_cannot_show_chinese_still_shows_the_rest() -> None:
    result = run("search", "x", PYTHONIOENCODING="ascii")
    assert result.returncode == 4
    assert b"copycatch: " in result.stderr and b"Traceback" not in result.stderr


def test_json_is_utf8_whatever_the_terminal_speaks(tmp_path: Path) -> None:
    result = run("brands", "list", "--json", PYTHONIOENCODING="gbk")
    assert result.returncode == 0
    assert "豆包" in result.stdout.decode("utf-8")


@pytest.mark.parametrize(
    "call",
    ["search --kind listings --limit 3000 --json", "export listings --format csv --out -", "brands list --json"],
)
def test_a_reader_that_goes_away_is_no_error(call: str, own_home: Path) -> None:
    fill(Home(own_home), *(harmless(number) for number in range(3_000)))
    program = f"{sys.executable} -c 'import sys; from console.cli import main; sys.exit(main())' {call}"
    result = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {program} | head -n 1"], cwd=ROOT, capture_output=True, check=False
    )
    assert result.returncode == 0
    assert result.stderr.count(b"\n") <= 1  # the home
