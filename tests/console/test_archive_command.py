"""`copycatch archive`: what is kept, whether it was changed, and what a rule removes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.archive import Archive
from index.archive.captures import read
from index.home import Home
from index.model import Capture, Run
from index.open import open_decisions, open_index
from tests.console.conftest import Answer
from tests.console.shelf import counterfeit, harmless
from tests.takedown.answers import say

Command = Callable[..., Answer]
OLD, NEW = "2024-01-05T08:00:00Z", "2026-11-25T08:00:00Z"


def filled(own_home: Path) -> dict[str, Capture]:
    """A sealed run: the page of a finding, one of a withdrawn finding that was decided about, a harmless one, a new one."""
    place = Home(own_home).prepare()
    archive = Archive(place.archive, "r1")

    def keep(name: str, at: str) -> Capture:
        return archive.store(url=f"https://e.org/{name}", status=200, headers=[], body=name.encode() * 99, taken_at=at)

    pages = {name: keep(name, NEW if name == "new" else OLD) for name in ("found", "decided", "harmless", "new")}
    seal = archive.seal()
    Archive(place.archive, "r2").close()
    index = open_index(place)
    found, decided = counterfeit(1, "豆包"), counterfeit(2, "豆包助手")
    index.put([replace(found, capture=pages["found"]), replace(decided, capture=pages["decided"])], run_id="r1", at=OLD)
    index.put([replace(harmless(3), capture=pages["harmless"])], run_id="r1", at=OLD)
    index.put([replace(decided, findings=())], run_id="r1", at=OLD)  # withdrawn since
    index.record_run(
        Run(id="r1", marketplace="m", spider="s", started_at=OLD, finished_at=OLD, outcome="healthy", seal=seal)
    )
    index.close()
    decisions = open_decisions(place)
    finding = decided.findings[0].id
    say(decisions, "u1-a", "confirm", finding, at=OLD)
    decisions.close()
    return pages


def test_status_and_verify_agree_where_nothing_was_changed(copycatch: Command, own_home: Path) -> None:
    filled(own_home)
    said = copycatch("archive", "status", "--json").fits("archive_status")
    assert [(one["run"], one["state"], one["records"]) for one in said] == [("r1", "sealed", 5), ("r2", "open", 0)]
    checked = copycatch("archive", "verify", "--json")
    assert checked.code == 0 and checked.fits("archive_status") == said
    assert "whole and sealed" in copycatch("archive", "verify", "r1").out


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_run_takes_one_line_on_a_narrow_terminal(
    copycatch: Command, own_home: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    name = "r20261125-080000-1a2b3c4d-5e6f"
    archive = Archive(Home(own_home).prepare().archive, name)
    archive.store(url="https://e.org/", status=200, headers=[], body=b"x", taken_at=NEW)
    archive.seal()
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("COPYCATCH_LANG", lang)
    assert name in copycatch("archive", "status").out


def test_a_change_is_listed_with_the_page_it_concerns(copycatch: Command, own_home: Path) -> None:
    pages = filled(own_home)
    path = own_home / "archive" / pages["harmless"].warc
    content = bytearray(path.read_bytes())
    content[pages["harmless"].offset + 200] ^= 1
    path.write_bytes(content)
    answer = copycatch("archive", "verify", "r1", "--json")
    assert answer.code == 1
    [said] = answer.fits("archive_status")
    assert [(one["what"], one["url"]) for one in said["damages"]] == [
        ("archive.record_changed", "https://e.org/harmless")
    ]
    assert "https://e.org/harmless" in copycatch("archive", "verify", "r1").err


def test_a_run_whose_files_are_gone_is_missed(copycatch: Command, own_home: Path) -> None:
    filled(own_home)
    for path in (own_home / "archive").glob("r1.*"):
        path.unlink()
    answer = copycatch("archive", "verify", "--json")
    assert answer.code == 1 and answer.fits("archive_status")[0]["damages"][0]["what"] == "archive.chain_missing"
    assert copycatch("archive", "verify", "r9").code == 2


def test_pruning_keeps_what_findings_and_decisions_need(copycatch: Command, own_home: Path) -> None:
    pages = filled(own_home)
    [would] = copycatch("archive", "prune", "--older-than", "365d", "--dry-run", "--json").fits("archive_prune")
    assert (would["records"], would["needed"]) == (1, 0)
    assert copycatch("archive", "prune", "--older-than", "365d").code == 2  # no reason
    assert copycatch("archive", "prune", "--reason", "x").code == 2  # no age
    assert copycatch("archive", "prune", "--older-than", "soon", "--reason", "x").code == 2
    done = copycatch("archive", "prune", "--older-than", "365d", "--reason", "rule 7")
    assert done.code == 0 and "removed 1 record" in done.out
    assert copycatch("archive", "verify").code == 0
    readable = set()
    for name, capture in pages.items():
        try:
            read(own_home / "archive", capture)
        except LookupError:
            continue
        readable.add(name)
    assert readable == {"found", "decided", "new"}


def test_without_an_index_nothing_is_pruned(copycatch: Command, own_home: Path) -> None:
    filled(own_home)
    (own_home / "index.sqlite").unlink()
    assert copycatch("archive", "prune", "--older-than", "1d", "--reason", "x").code == 4
    assert copycatch("archive", "verify").code == 0


def test_a_setting_says_how_long_pages_are_kept(
    copycatch: Command, own_home: Path, tmp_path: Path, monkeypatch
) -> None:
    filled(own_home)
    (tmp_path / "copycatch.toml").write_text("[retention]\npages = 300\n")
    monkeypatch.chdir(tmp_path)
    [would] = copycatch("archive", "prune", "--dry-run", "--json").fits("archive_prune")
    assert would["records"] == 1
