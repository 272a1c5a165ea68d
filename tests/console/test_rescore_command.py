"""`copycatch index rescore` as people call it."""

from pathlib import Path

from index.home import Home
from tests.console.shelf import counterfeit, fill, harmless


def test_it_says_what_is_different(copycatch, own_home: Path) -> None:
    fill(Home(own_home), counterfeit(1, "护眼台灯"), harmless(2))
    (said,) = copycatch("index", "rescore", "--json").fits("index_rescore")
    assert said["counts"] == {"listings": 2, "new": 0, "dropped": 1, "verdict": 0}
    (change,) = said["changes"]
    assert (change["what"], change["before"], change["after"]) == ("dropped", "violation", "benign")
    answer = copycatch("index", "rescore")
    assert answer.code == 0 and "2 listings judged anew: 0 new findings" in answer.out


def test_people_see_a_table_and_hostile_titles_are_harmless(copycatch, own_home: Path) -> None:
    fill(Home(own_home), counterfeit(1, "台灯\x1b[2J [bold]x[/bold]"))
    out = copycatch("index", "rescore").out
    assert "dropped" in out and "[bold]" in out and "\x1b" not in out


def test_a_wrong_query_is_wrong_use(copycatch, own_home: Path) -> None:
    fill(Home(own_home), harmless(1))
    answer = copycatch("index", "rescore", "--query", "titel:x")
    assert answer.code == 2 and "title" in answer.err
