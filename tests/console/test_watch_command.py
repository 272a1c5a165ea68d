"""`copycatch watch` and `copycatch crawl --watch`: what is asked for where, and why; in turns, on a real site."""

from pathlib import Path
from typing import NamedTuple

import pytest

from index.model import Run
from index.times import utc
from tests.console.test_crawl import crawl, site  # noqa: F401 - site is a fixture

SETTINGS = """
[crawl]
shipped = false
[watch]
brands = ["deepseek"]
words = ["AI换脸神器"]
per_run = 3
[[marketplaces]]
spider = "apple_itunes"
start = ["https://apps.apple.com/cn/"]
lang = ["zh"]
[[marketplaces]]
spider = "feed"
start = ["http://{host}/feed.xml"]
"""


class Settled(NamedTuple):
    """A folder with settings, and the site that they name."""

    folder: Path
    host: str

    @property
    def toml(self) -> Path:
        return self.folder / "copycatch.toml"


@pytest.fixture
def settled(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Settled:
    host = request.getfixturevalue("site")
    (tmp_path / "copycatch.toml").write_text(SETTINGS.format(host=host), "utf-8")
    monkeypatch.chdir(tmp_path)
    return Settled(tmp_path, host)


def test_every_word_has_a_reason_and_a_turn(copycatch, settled: Settled) -> None:
    rows = copycatch("watch", "--json").fits("watch")
    assert [(row["word"], row["because"], row["kind"]) for row in rows[:3]] == [
        ("AI换脸神器", ["settings"], "own"),
        ("com.deepseek.chat", ["deepseek"], "package"),
        ("深度求索", ["deepseek"], "name"),
    ]
    assert rows[3:] == [
        {"marketplace": f"feed:{settled.host}", "spider": "feed", "word": None, "kind": None, "because": [], "asked_at": None,
         "now": True}
    ]  # fmt: skip
    every = copycatch("watch", "apple_itunes", "--all", "--json").fits("watch")
    assert len(every) > 30 and {row["now"] for row in every} == {True, False}
    table = copycatch("watch")
    assert "your own" in table.out and "cannot be asked" in table.out and "all within" in table.err


def test_crawl_watch_walks_what_cannot_be_asked(copycatch, settled: Settled) -> None:
    answer = crawl(settled.host, f"feed:{settled.host}", "--watch", "--json", folder=settled.folder)
    assert answer.code == 0, answer.err
    (run,) = answer.fits("crawl")
    assert (run["marketplace"], run["counts"]["listings"]) == (f"feed:{settled.host}", 2)


def test_a_marketplace_of_the_settings_is_crawled_by_its_name(settled: Settled) -> None:
    answer = crawl(settled.host, f"feed:{settled.host}", "--json", folder=settled.folder)
    assert answer.code == 0, answer.err
    assert answer.fits("crawl")[0]["start"] == [f"http://{settled.host}/feed.xml"]


@pytest.mark.parametrize(("remarks", "code"), [(('crawl.budget_pages {"limit": 7}',), 0), ((), 3)])
def test_a_spent_budget_is_said_and_is_no_failure(
    copycatch,
    settled: Settled,
    monkeypatch: pytest.MonkeyPatch,
    remarks: tuple[str, ...],
    code: int,
) -> None:
    counts = {"listings": 9, "not_due": 5}
    run = Run(
        id="r", marketplace="m", spider="feed", started_at=utc(), outcome="interrupted", counts=counts, remarks=remarks
    )
    monkeypatch.setattr("console.cli.crawl.crawl", lambda orders, **_: [run for _ in orders])
    answer = copycatch("crawl", f"feed:{settled.host}")
    assert answer.code == code and "m: 5 listings are not due" in answer.err
    assert ("the budget of 7 pages is spent" in answer.err) == bool(remarks)


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("crawl", "--watch", "--all"), "--watch goes without"),
        (("crawl", "nowhere", "--watch"), "no marketplace is called nowhere"),
        (("watch", "nowhere"), "there are: apple_itunes"),
    ],
)
def test_wrong_use(copycatch, settled: Settled, argv: tuple[str, ...], words: str) -> None:
    answer = copycatch(*argv)
    assert (answer.code, answer.out) == (2, "") and words in answer.err


def test_an_unknown_brand_is_named(copycatch, settled: Settled) -> None:
    settled.toml.write_text('[watch]\nbrands = ["nobody"]\n', "utf-8")
    assert "nobody" in copycatch("watch").err
