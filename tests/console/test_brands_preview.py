"""`copycatch brands preview`: what an edited profile would explain; nothing is stored, nothing closed."""

import hashlib
from pathlib import Path

import pytest

from index.home import Home
from index.model import Listing
from index.open import open_decisions, open_index
from index.profiles import SHIPPED
from tests.console.shelf import counterfeit, fill
from tests.takedown.answers import say

PARTNER = "partners:\n  - {name: 某工作室, expires: 2999}\n"


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    path = tmp_path / "doubao.yml"
    path.write_text((SHIPPED / "doubao.yml").read_text("utf-8") + PARTNER, "utf-8")
    return path


@pytest.fixture
def shelf(own_home: Path) -> list[str]:
    """Ids of findings about '豆苞AI 官方版', a disguised name, of a seller that the edited profile licenses."""
    judged = [counterfeit(number, f"豆苞AI 官方版 {number}") for number in (1, 2)]
    fill(Home(own_home), *judged)
    return [one.findings[0].id for one in judged]


def test_findings_that_it_explains_are_listed_with_the_reason(copycatch, shelf, edited, own_home: Path) -> None:
    before = hashlib.sha256(Home(own_home).index.read_bytes()).hexdigest()
    (said,) = copycatch("brands", "preview", edited, "--json").fits("brands_preview")
    assert {change["finding"] for change in said["changes"]} == set(shelf)
    for change in said["changes"]:
        assert change["before"] == "violation" and change["after"] != "violation"
        assert "某工作室" in change["reason"]["zh"] and "licensed" in change["reason"]["en"]
    assert hashlib.sha256(Home(own_home).index.read_bytes()).hexdigest() == before
    index = open_index(Home(own_home), write=False)
    stored = index.get(shelf[0])
    index.close()
    assert stored is not None and stored.value["verdict"] == "violation"


def test_people_see_a_table_and_that_nothing_was_closed(copycatch, shelf, edited) -> None:
    answer = copycatch("brands", "preview", edited)
    assert answer.code == 0 and "某工作室" in answer.out and "none was closed" in answer.err


def test_an_unchanged_profile_explains_nothing(copycatch, shelf) -> None:
    (said,) = copycatch("brands", "preview", SHIPPED / "doubao.yml", "--json").fits("brands_preview")
    assert said["changes"] == []


def test_what_a_person_decided_is_left_alone(copycatch, shelf, edited, own_home: Path) -> None:
    decisions = open_decisions(Home(own_home))
    say(decisions, "u1-1", "confirm", shelf[0])
    say(decisions, "u1-2", "wait", shelf[1])
    (said,) = copycatch("brands", "preview", edited, "--json").fits("brands_preview")
    assert [change["finding"] for change in said["changes"]] == [shelf[1]]
    say(decisions, "u1-1", "undo", shelf[0], undoes=1)
    decisions.close()
    (said,) = copycatch("brands", "preview", edited, "--json").fits("brands_preview")
    assert {change["finding"] for change in said["changes"]} == set(shelf)


def test_without_an_index_there_is_nothing_to_explain(copycatch, edited, own_home: Path) -> None:
    (said,) = copycatch("brands", "preview", edited, "--json").fits("brands_preview")
    assert said["changes"] == [] and not Home(own_home).index.exists()


def test_a_broken_profile_is_wrong_use(copycatch, tmp_path: Path) -> None:
    path = tmp_path / "doubao.yml"
    path.write_text("id: doubao\nnames: 3", "utf-8")
    answer = copycatch("brands", "preview", path)
    assert answer.code == 2 and "doubao.yml" in answer.err


def test_add_previews_what_it_would_explain(copycatch, shelf, own_home: Path) -> None:
    call = ("brands", "add", "doubao", "--update", "--partner", "某工作室;2999", "--json")
    (said,) = copycatch(*call).fits("brands_add")
    assert {change["finding"] for change in said["explains"]} == set(shelf)


def test_the_listings_are_those_of_the_index(shelf, own_home: Path) -> None:
    index = open_index(Home(own_home), write=False)
    listing = counterfeit(1, "豆苞AI 官方版 1").listing
    assert isinstance(listing, Listing) and index.count("brand:doubao") == len(shelf)
    index.close()
