"""`copycatch learn` on decisions as people make them."""

from pathlib import Path

import pytest

from index.home import Home
from index.open import open_decisions
from tests.console.shelf import counterfeit, fill
from tests.takedown.answers import say


@pytest.fixture
def home(own_home: Path) -> Home:
    found = Home(own_home)
    many = [counterfeit(number, f"豆包AI会员版 {number}") for number in range(6)]
    fill(found, *many)
    decisions = open_decisions(found)
    ids = [one.findings[0].id for one in many]

    say(decisions, "u1-1", "confirm", ids[0], ids[1], ids[2])
    say(decisions, "u1-2", "dismiss", ids[3], reason="lawful_third_party")
    say(decisions, "u1-1", "dismiss", ids[2], reason="duplicate")  # answers the first one anew
    say(decisions, "u1-4", "wait", ids[4])
    say(decisions, "u1-5", "dismiss", ids[5], reason="own")
    say(decisions, "u1-5", "undo", ids[5], undoes=1)  # takes the dismissal back
    decisions.close()
    return found


def test_the_report_counts_the_last_answers(copycatch, home: Home) -> None:
    before = {path.name: path.read_bytes() for path in home.path.glob("*.sqlite")}
    (said,) = copycatch("learn", "--json").fits("learn")
    assert said["decided"] == 3 and said["overall"]["right"] == 2
    assert said["apart"] == {"duplicate": 1} and said["reasons"] == {"lawful_third_party": 1}
    assert {path.name: path.read_bytes() for path in home.path.glob("*.sqlite")} == before


def test_people_read_shares_with_intervals_and_that_nothing_was_changed(copycatch, home: Home) -> None:
    out = copycatch("learn", "--least", "1").out
    assert "2/3" in out and "lawful third party 1" in out and "no rule, model or threshold was changed" in out


def test_without_decisions_it_says_where_they_would_be(copycatch, own_home: Path) -> None:
    fill(Home(own_home), counterfeit(1, "豆包AI"))
    answer = copycatch("learn")
    assert answer.code == 4 and "decisions.sqlite" in answer.err
