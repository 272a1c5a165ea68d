"""`copycatch doctor` tells what is missing and how to get it."""

from pathlib import Path

import pytest

from console import checks
from index.home import Home
from tests.console.shelf import fill, harmless


def state(answer) -> dict[str, dict]:
    return {check["name"]: check for check in answer.fits("doctor")[0]["checks"]}


def test_a_good_machine_is_said_to_be_good(copycatch) -> None:
    answer = copycatch("doctor", "--json")
    found = state(answer)
    assert answer.code == 0
    assert all(found[name]["ok"] for name in ("python", "sqlite", "settings", "home", "index"))
    assert all(bool(check["remedy"]) != check["ok"] for check in found.values())


def test_a_home_that_cannot_be_written_ends_with_4(copycatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file where a folder should be")
    monkeypatch.setenv("COPYCATCH_HOME", str(blocked / "home"))
    answer = copycatch("doctor", "--json")
    assert answer.code == 4
    assert not state(answer)["home"]["ok"] and "COPYCATCH_HOME" in state(answer)["home"]["remedy"]


def test_wrong_settings_are_found(copycatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "copycatch.toml").write_text("[crawl]\ndelai = 3\n")
    monkeypatch.chdir(tmp_path)
    answer = copycatch("doctor", "--json")
    assert answer.code == 4
    assert "delai" in state(answer)["settings"]["found"]


def test_a_damaged_index_is_found(copycatch, own_home: Path) -> None:
    fill(Home(own_home), harmless(1))
    assert state(copycatch("doctor", "--json"))["index"]["found"].endswith("index.sqlite")
    (own_home / "index.sqlite").write_bytes(b"ruined" * 1000)
    answer = copycatch("doctor", "--json")
    assert answer.code == 4
    assert "restore" in state(answer)["index"]["remedy"]


def test_what_is_only_nice_to_have_does_not_end_with_4(
    copycatch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    answer = copycatch("doctor", "--json")
    found = state(answer)
    assert answer.code == 0
    assert not found["browser"]["ok"] and not found["browser"]["needed"]
    assert not found["fonts"]["ok"] and "apt install" in found["fonts"]["remedy"]
    assert "optional" in copycatch("doctor").out


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_person_gets_a_table(copycatch, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", lang)
    shown = copycatch("doctor").out
    assert ("数据目录" if lang == "zh" else "home") in shown


def test_every_check_is_one_of_the_listed() -> None:
    assert [check.name for check in checks.checks()] == [
        "python", "sqlite", "settings", "home", "space", "index", "browser", "ocr", "fonts"
    ]  # fmt: skip
