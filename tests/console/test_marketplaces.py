"""`copycatch marketplaces`: what is declared, and how the last run went."""

import re
from pathlib import Path

import pytest

from console.cli.marketplaces import TESTS
from crawler.declarations import declared
from index.home import Home
from tests.console.shelf import note_run


def named(answer) -> dict[str, dict]:
    return {row["name"]: row for row in answer.fits("marketplaces")}


def test_every_spider_is_listed_with_what_it_declares(copycatch) -> None:
    answer = copycatch("marketplaces", "--json")
    assert answer.code == 0
    rows = named(answer)
    assert list(rows) == sorted(declared())
    for name, spider in declared().items():
        assert (rows[name]["kind"], rows[name]["proof"], rows[name]["interval"]) == (
            spider.kind,
            spider.proof,
            spider.interval,
        )
        assert rows[name]["healthy"] is None


@pytest.mark.parametrize("outcome", ["healthy", "unhealthy", "blocked"])
def test_a_site_of_an_engine_shows_how_its_last_run_went(copycatch, own_home: Path, outcome: str) -> None:
    home = Home(own_home)
    note_run(home, "discuz:bbs.example", "healthy" if outcome != "healthy" else "blocked", "2026-11-01T00:00:00Z")
    note_run(home, "discuz:bbs.example", outcome, "2026-11-02T00:00:00Z")
    note_run(home, "discuz:bbs.example", "running", "2026-11-03T00:00:00Z")
    rows = named(copycatch("marketplaces", "--json"))
    assert rows["discuz:bbs.example"]["healthy"] is (outcome == "healthy")
    assert rows["discuz"]["healthy"] is None


def test_cases_are_counted_by_where_they_come_from(copycatch) -> None:
    rows = named(copycatch("marketplaces", "--json"))
    assert rows["discuz"]["cases"]["synthetic"] == len(list((TESTS / "fixtures/discuz").glob("*/meta.json")))
    assert rows["discuz"]["cases"]["recorded"] == len(list((TESTS / "recorded/discuz").glob("*.meta.json"))) > 0
    assert all(sum(row["cases"].values()) > 0 for row in rows.values())


def test_an_installed_copy_has_no_cases_to_count(copycatch, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("console.cli.marketplaces.TESTS", tmp_path / "none")
    assert {row["cases"] for row in named(copycatch("marketplaces", "--json")).values()} == {None}


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", ("应用商店", "真实软件", "浏览器")), ("en", ("app store", "real software"))]
)
@pytest.mark.parametrize("width", [80, 120])
def test_every_marketplace_takes_one_line(
    copycatch, monkeypatch, lang: str, words: tuple[str, ...], width: int
) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", lang)
    monkeypatch.setenv("COLUMNS", str(width))
    shown = copycatch("marketplaces").out
    assert all(word in shown for word in words)
    assert len(shown.split("\n")) <= len(declared()) + 4
    if lang == "zh":
        assert not re.search(
            r"shop\b(?<!_shop)|forum|recorded|synthetic|unproven|browser", re.sub(r"(?m)^\S+", "", shown)
        )


def test_a_person_reads_a_table(copycatch) -> None:
    shown = copycatch("marketplaces").out
    assert "fdroid_repo" in shown and "never run" in shown
