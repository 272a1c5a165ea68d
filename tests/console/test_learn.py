"""`copycatch learn` on decisions as people make them."""

from pathlib import Path

import pytest

from index.home import Home
from index.open import open_decisions
from takedown.decision import Decision, Scope
from tests.console.shelf import counterfeit, fill


@pytest.fixture
def home(own_home: Path) -> Home:
    found = Home(own_home)
    many = [counterfeit(number, f"豆包AI会员版 {number}") for number in range(6)]
    fill(found, *many)
    decisions = open_decisions(found)
    ids = [one.findings[0].id for one in many]

    def say(number: int, kind: str, *about: str, reason: str | None = None, undoes: str | None = None) -> None:
        decision = Decision(
            id=f"d{number}",
            finding_ids=about,
            kind=kind,
            scope=Scope(kind="offer", value="x"),
            decided_by="li",
            decided_at=f"2026-11-2{number}T08:00:00Z",
            reason=reason,
            note="n",
            undoes=undoes,
        )
        decisions.append("decision", decision.id, decision, at=decision.decided_at, by="li", about=about)

    say(1, "confirm", ids[0], ids[1], ids[2])
    say(2, "dismiss", ids[3], reason="lawful_third_party")
    say(3, "dismiss", ids[2], reason="duplicate")  # answers the first one anew
    say(4, "wait", ids[4])
    say(5, "dismiss", ids[5], reason="genuine")
    say(6, "confirm", ids[0], undoes="d5")  # takes the dismissal back
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
