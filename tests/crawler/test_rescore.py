"""Re-scoring: judges the whole index anew, goes on after a kill, and never touches what people decided."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crawler import rescore as module
from crawler.rejudge import Change
from crawler.rescore import rescore
from index.home import Home
from index.model import Judgement, Listing, Picture
from index.open import open_decisions, open_index
from index.profiles import load_profiles
from index.protocol import Judged, QueryError
from index.settings import Settings
from tests.conftest import ROOT
from tests.console.shelf import counterfeit

OFFER = "实时换脸 视频聊天不穿帮 软件出售 加微信"
DAY = "2026-01-01T00:00:00Z"


def listing(number: int, title: str = OFFER, **changes: object) -> Listing:
    fields = {"marketplace": "shop:a.example", "native_id": str(number), "url": f"https://a.example/{number}"}
    return Listing(**{**fields, "title": title, "source_kind": "second_hand", **changes})


@pytest.fixture
def home(own_home: Path) -> Home:
    return Home(own_home).prepare()


def fill(home: Home, *judged: Judged) -> None:
    index = open_index(home)
    index.put(judged, run_id="r1", at=DAY)
    index.close()


def unjudged(*listings: Listing) -> list[Judged]:
    """As rules that knew nothing left them."""
    return [Judged(listing=one, judgement=Judgement(verdict="benign")) for one in listings]


def run(home: Home, query: str = "*") -> tuple[module.Rescored, list[Change]]:
    changes: list[Change] = []
    return rescore(home=home, settings=Settings(), query=query, tell=lambda some, _: changes.extend(some)), changes


def test_new_dropped_and_unchanged_findings(home: Home) -> None:
    fill(home, *unjudged(listing(1), listing(2, "智能台灯 三档调光")), counterfeit(3, "护眼台灯"))
    done, changes = run(home)
    assert {(change.what, change.before) for change in changes} == {("dropped", "violation"), ("new", None)}
    assert done.run.outcome == "healthy" and not done.resumed
    assert done.run.counts == {"listings": 3, "new": 1, "dropped": 1, "verdict": 0}
    index = open_index(home, write=False)
    assert index.count("verdict:benign", kind="findings") == 1
    found = next(change for change in changes if change.what == "new")
    assert [row["field"] for row in index.history(found.listing_id)] == ["verdict"]
    assert index.get(found.listing_id).last_seen == DAY
    index.close()


def test_a_second_time_changes_nothing(home: Home) -> None:
    fill(home, *unjudged(listing(1), listing(2, "智能台灯")), counterfeit(3, "护眼台灯"))
    run(home)
    index = open_index(home, write=False)
    before = [(hit.id, hit.value) for kind in ("listings", "findings") for hit in index.scan("*", kind=kind)]
    again, changes = run(home)
    assert not changes and again.run.counts["listings"] == 3
    assert [(hit.id, hit.value) for kind in ("listings", "findings") for hit in index.scan("*", kind=kind)] == before
    index.close()


def test_a_query_names_what_is_judged_and_a_wrong_one_is_refused_before_anything(home: Home) -> None:
    fill(home, *unjudged(listing(1), listing(2)))
    done, changes = run(home, "native_id:2")
    assert done.run.counts["listings"] == len(changes) == 1
    with pytest.raises(QueryError):
        run(home, "no_such_field:2")


def test_the_page_and_the_sample_stay_with_the_finding(home: Home) -> None:
    one = counterfeit(1, "豆包AI永久会员版")
    finding = one.findings[0]
    fill(home, one)
    run(home)
    index = open_index(home, write=False)
    assert index.count("*")
    for hit in index.scan("*"):
        assert hit.value["capture"]["sha256"] == finding.capture.sha256
    index.close()


def test_what_pictures_say_is_judged_with_the_rest(home: Home) -> None:
    shown = "https://a.example/1.png"
    fill(home, *unjudged(listing(1, "详情见图", image_urls=(shown,))))
    index = open_index(home)
    index.put_pictures([Picture(url=shown, read_at=DAY, text=OFFER)])
    _, (change,) = run(home)
    (finding,) = index.search("*")
    evidence = finding.value["violations"][0]["evidence"][0]
    assert change.what == "new" and evidence["field"] == "image_text[0]" and evidence["quote"] in OFFER
    assert "unseen.pictures" not in finding.value["unseen"]
    index.close()


KILLED = """
import os, signal, sys
from pathlib import Path
import crawler.rescore as module
from index.home import Home
from index.settings import Settings
module.BATCH = 5
def tell(changes, done):
    if done >= 15:
        os.kill(os.getpid(), signal.SIGKILL)
module.rescore(home=Home(Path(sys.argv[1])), settings=Settings(), tell=tell)
"""


def test_a_killed_one_goes_on_where_it_was_and_decisions_stay_byte_for_byte(home: Home, monkeypatch) -> None:
    fill(home, *unjudged(*(listing(number) for number in range(40))))
    decisions = open_decisions(home)
    decisions.append("decision", "d1", {"kind": "dismiss"}, at=DAY, by="li", about=["f1-00000000"])
    decisions.close()
    answers = home.decisions.read_bytes()
    done = subprocess.run([sys.executable, "-c", KILLED, str(home.path)], cwd=ROOT, env=os.environ, check=False)
    assert done.returncode == -signal.SIGKILL
    index = open_index(home, write=False)
    assert index.count("*") == 15
    index.close()
    monkeypatch.setattr(module, "BATCH", 5)
    seen: list[int] = []
    finished = rescore(home=home, settings=Settings(), tell=lambda _, done: seen.append(done))
    assert finished.resumed and finished.run.counts == {"listings": 40, "new": 40, "dropped": 0, "verdict": 0}
    assert seen[0] == 20
    index = open_index(home, write=False)
    assert index.count("*") == 40
    assert [found.outcome for found in index.runs("rescore")] == ["healthy"]
    index.close()
    assert home.decisions.read_bytes() == answers


def test_other_rules_begin_anew(home: Home, monkeypatch) -> None:
    fill(home, *unjudged(*(listing(number) for number in range(4))))
    monkeypatch.setattr(module, "BATCH", 2)

    def stop(changes: list[Change], done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rescore(home=home, settings=Settings(), tell=stop)
    monkeypatch.setattr(module, "rules_digest", lambda profiles: "others")
    finished = rescore(home=home, settings=Settings())
    assert not finished.resumed and finished.run.counts["listings"] == 4


def test_the_digest_of_the_rules_follows_the_profiles() -> None:
    shipped = load_profiles()
    fewer = dict(list(shipped.items())[1:])
    assert module.rules_digest(shipped) == module.rules_digest(dict(reversed(shipped.items())))
    assert module.rules_digest(shipped) != module.rules_digest(fewer)
