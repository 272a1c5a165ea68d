"""Mistakes in a call and files that are refused are said in the reader's language, never in the library's."""

import re

import pytest

from console.cli import main
from console.usage import refused

CALLS = (
    (["crwal"], "crwal", "crawl"),
    (["archive", "nope"], "nope", "archive --help"),
    (["crawl", "discuz", "--strat", "x"], "--strat", "--start"),
    (["crawl", "discuz", "--limit"], "--limit", "--help"),
    (["crawl", "discuz", "--limit", "many"], "--limit", "crawl --help"),
    (["crawl", "discuz", "--limit", "0"], "--limit", "1"),
    (["crawl", "discuz", "more"], "more", "crawl --help"),
    (["search", "--limit", "99999"], "--limit", "10000"),
    (["search", "--kind", "pages"], "--kind", "listings"),
    (["show"], "ID", "show --help"),
    (["import", "no-such.csv"], "no-such.csv", ""),
    (["import", "."], ".", ""),
)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("wrong", CALLS, ids=lambda wrong: " ".join(wrong[0]))
def test_a_wrong_call(
    wrong: tuple[list[str], str, str],
    lang: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    call, what, how = wrong
    monkeypatch.setenv("COPYCATCH_LANG", lang)
    assert main(call) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert what in said and how in said
    chinese = re.search(r"[\u4e00-\u9fff]", said)
    assert bool(chinese) == (lang == "zh")
    assert not re.search(r"Input should|No such|Invalid value|Missing|Got unexpected|requires|Did you|Is a dir", said)


def test_what_the_system_says_otherwise_is_passed_on() -> None:
    assert refused(OSError(28, "No space left on device", "a.csv")) == "a.csv: the disk is full"
    assert refused(OSError(110, "Connection timed out", "a.csv")) == "a.csv: Connection timed out"
