"""`copycatch triage` on an index as crawls leave it: units, answers, leases, the allow-list."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Self

import pytest

from console.answers import answers
from console.triage import desk as desks
from console.triage import survey as surveying
from index.home import Home
from index.ids import finding_id, listing_id
from index.open import open_decisions, open_index
from index.protocol import Judged
from takedown.leases import Lease
from takedown.notice import Step
from takedown.notices import NoticeBook
from tests.conftest import ROOT
from tests.console.conftest import Answer
from tests.console.shelf import HOSTILE, counterfeit, fill
from tests.crawler.test_intake import BAD, take
from tests.takedown.objects import content, target

Command = Callable[..., Answer]
SAMPLE = "aa" * 32
AT = "2026-11-20T08:00:00Z"
LATER = "2026-11-21T08:00:00Z"


def listed(
    number: int, title: str, *, sample: str | None = None, priority: float = 0.5, shop: int = 0, **said: Any
) -> Judged:
    """A counterfeit offer at shop number so-and-so."""
    one = counterfeit(number, title)
    listing = replace(one.listing, marketplace=f"shop:s{shop or number}.example", **said)
    name = listing_id(listing.marketplace, listing.native_id)
    finding = replace(
        one.findings[0], id=finding_id(name, "counterfeit", "doubao"), listing_id=name, title=title,
        marketplace=listing.marketplace, sample_sha256=sample, priority=priority,
    )  # fmt: skip
    return replace(one, listing=listing, findings=(finding,))


TWO = [listed(1, "豆包会员版", sample=SAMPLE, priority=0.9), listed(2, "豆包极速版", sample=SAMPLE, priority=0.6)]
ALONE = listed(3, "豆包AI代充", priority=0.7, price="￥30")


@pytest.fixture
def home(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("COPYCATCH_AS", "li")
    found = Home(own_home)
    fill(found, *TWO, ALONE, at=AT)
    return found


def put(home: Home, *judged: Judged, at: str = LATER) -> None:
    with closing(open_index(home)) as index:
        index.put(judged, run_id="r2", at=at)


def listing(copycatch: Command, *argv: str) -> list[dict[str, Any]]:
    (said,) = copycatch("triage", "list", *argv, "--json").fits("triage_list")
    units: list[dict[str, Any]] = said["units"]
    return units


def shown(copycatch: Command, name: str) -> dict[str, Any]:
    (said,) = copycatch("triage", "show", name, "--json").fits("triage_show")
    unit: dict[str, Any] = said["unit"]
    return unit


def test_units_are_listed_by_priority_and_say_why_they_are_one(copycatch: Command, home: Home) -> None:
    two, alone = listing(copycatch)
    assert (two["members"], len(two["marketplaces"]), two["priority"], two["title"]) == (2, 2, 0.9, "豆包会员版")
    assert two["why"][0]["kind"] == "sample" and "同一个安装包" in two["why"][0]["zh"] and SAMPLE in two["why"][0]["en"]
    assert alone["members"] == 1 and alone["why"] == [] and alone["state"] == "open"
    assert [one["id"] for one in listing(copycatch, "title:代充")] == [alone["id"]]
    assert listing(copycatch, "--state", "confirmed") == [] and listing(copycatch, "--mine") == []
    assert copycatch("triage", "list", "nosuch:x").code == 2


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_unit_takes_one_line_and_accuses_nobody(
    copycatch: Command, home: Home, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    put(home, listed(4, f"{HOSTILE} {'很长的标题' * 40}", priority=0.95))
    monkeypatch.setenv("COPYCATCH_LANG", lang)
    monkeypatch.setenv("COLUMNS", "100")
    out = copycatch("triage", "list").out
    assert len([line for line in out.splitlines() if line.startswith("u1-")]) == 3 == len(out.splitlines()) - 2
    assert "\x1b[2J" not in out and "\u202e" not in out
    assert ("疑似违规" if lang == "zh" else "suspected") in out and "已确认" not in out and "confirmed" not in out


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_next_unit_fits_one_screen_with_all_that_is_needed(
    copycatch: Command, home: Home, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", lang)
    monkeypatch.setenv("COLUMNS", "100")
    out = copycatch("triage", "next").out
    assert len(out.splitlines()) <= 45
    told = {
        "zh": ("同一个安装包", "“豆包”", "≠", "没能看到", "什么可以澄清", "疑似", "triage confirm u1-"),
        "en": (
            "same sample",
            "“豆包”",
            "≠",
            "nobody could see",
            "would clear",
            "suspected",
            "triage confirm u1-",
        ),
    }[lang]
    assert [words for words in told if words not in out] == []


def test_next_gives_each_analyst_another_unit_until_it_is_answered(copycatch: Command, home: Home) -> None:
    def following(*argv: str) -> dict[str, Any] | None:
        (said,) = copycatch("triage", "next", "--json", *argv).fits("triage_show")
        unit: dict[str, Any] | None = said["unit"]
        return unit

    first = following()
    assert first and first["held_by"] == "li" and first["members"] == 2
    assert following()["id"] == first["id"]  # the same person goes on with what they hold
    second = following("--as", "chen")
    assert second and second["id"] != first["id"] and following("--as", "wang") is None
    assert following("--another") is None
    refused = copycatch("triage", "confirm", first["id"], "--as", "chen")
    assert refused.code == 2 and "li is working on" in refused.err
    assert copycatch("triage", "confirm", first["id"]).code == 0
    assert following() is None and following("--as", "chen")["id"] == second["id"]
    assert following("--query", "title:nosuch", "--as", "chen") is None


def test_a_lease_from_a_clock_that_jumped_locks_nobody_out(copycatch: Command, home: Home) -> None:
    name = listing(copycatch)[0]["id"]
    ahead = datetime.now(UTC) + timedelta(days=900)
    lease = Lease(taken_at=f"{ahead:%Y-%m-%dT%H:%M:%SZ}", until=f"{ahead + timedelta(minutes=9):%Y-%m-%dT%H:%M:%SZ}")
    with closing(open_decisions(home)) as records:
        records.append("lease", name, lease, at=lease.taken_at, by="chen")
    assert copycatch("triage", "next", "--json").documents[0]["unit"]["id"] == name
    assert copycatch("triage", "confirm", name, "--json").code == 0


def test_one_answer_covers_the_unit_and_the_same_command_again_changes_nothing(copycatch: Command, home: Home) -> None:
    name = listing(copycatch)[0]["id"]
    (done,) = copycatch("triage", "confirm", name, "--json").fits("triage_done")
    assert done["made"] and len(done["findings"]) == 2 and done["record"] == f"{name}:1"
    (again,) = copycatch("triage", "confirm", name, "--json").fits("triage_done")
    assert not again["made"] and again["record"] == done["record"]
    assert "decided so before" in copycatch("triage", "confirm", name).out
    (unit,) = listing(copycatch, "--state", "confirmed")
    assert unit["id"] == name and unit["version"] == 1
    assert "confirmed" in copycatch("triage", "show", name).out
    refused = copycatch("triage", "dismiss", name, "--reason", "own")
    assert refused.code == 2 and "--version 1" in refused.err
    assert copycatch("triage", "dismiss", name, "--reason", "own", "--version", "1").code == 0
    assert shown(copycatch, name)["state"] == "dismissed"
    with closing(open_decisions(home)) as records:
        assert {answer.kind for answer in answers(records).values()} == {"dismiss"}  # what others read


def test_members_are_left_out_and_new_ones_are_proposed_not_decided(copycatch: Command, home: Home) -> None:
    name, members = listing(copycatch)[0]["id"], [one.findings[0].id for one in TWO]
    (done,) = copycatch("triage", "dismiss", name, "--reason", "licensed", "--except", members[1][:12], "--json").fits(
        "triage_done"
    )
    assert (done["findings"], done["excluded"]) == (members[:1], members[1:])
    assert (
        shown(copycatch, name)["state"] == "open"
        and f"--only {members[1][:13]}" in copycatch("triage", "show", name).out
    )
    put(home, listed(9, "豆包尊享版", sample=SAMPLE))
    unit = shown(copycatch, name)
    assert (unit["state"], unit["wanted"], unit["proposed"]) == ("joined", 2, {"kind": "dismiss", "reason": "licensed"})
    assert {one["id"]: one["excluded"] for one in unit["findings"]}[members[1]]
    assert "The same is proposed" in copycatch("triage", "show", name).out
    new = listed(9, "x").findings[0].id
    (done,) = copycatch("triage", "dismiss", name, "--only", new, "--json").fits("triage_done")  # for the same reason
    assert done["findings"] == [new] and done["excluded"] == members[1:]
    (done,) = copycatch("triage", "dismiss", name, "--reason", "licensed", "--json").fits("triage_done")
    assert members[1] not in done["findings"]  # left out until it is named
    assert copycatch("triage", "confirm", name, "--only", members[1]).code == 0
    unit = shown(copycatch, name)
    assert {one["id"]: one["state"] for one in unit["findings"]} == {
        members[0]: "dismissed", members[1]: "confirmed", new: "dismissed"
    }  # fmt: skip
    assert len(unit["said"]) == 4 and copycatch("triage", "confirm", name, "--only", "f1-0000000").code == 2


def test_undo_restores_and_says_so_and_after_sending_it_is_a_withdrawal(copycatch: Command, home: Home) -> None:
    name, about = listing(copycatch)[0]["id"], TWO[0].findings[0].id
    assert copycatch("triage", "undo", name).code == 2
    copycatch("triage", "confirm", name)
    before = shown(copycatch, name)
    copycatch("triage", "dismiss", name, "--reason", "own", "--version", "1")
    (done,) = copycatch("triage", "undo", name, "--json").fits("triage_done")
    assert done["kind"] == "undo" and done["made"]
    assert not copycatch("triage", "undo", name, "--json").fits("triage_done")[0]["made"]
    after = shown(copycatch, name)
    assert (after["state"], after["findings"]) == (before["state"], before["findings"])
    with closing(open_decisions(home)) as records:
        book = NoticeBook(records)
        notice = book.draft(content(target(1, finding_id=about)), at=LATER, by="li")
        for state in ("approved", "exported", "sent"):
            notice = book.step(notice, Step(state=state, at=LATER, by="wang"), by="wang")
    refused = copycatch("triage", "undo", name, "--version", "1")
    assert refused.code == 2 and notice.id in refused.err and "withdraw" in refused.err


class Later(datetime):
    """A clock of the week after next."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return super().now(tz) + timedelta(days=9)


def test_waiting_ends_with_the_day_or_the_fact(copycatch: Command, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    two, alone = (one["id"] for one in listing(copycatch))
    assert copycatch("triage", "wait", alone).code == 2
    assert copycatch("triage", "wait", alone, "--until", "soon").code == 2
    assert "sample" in copycatch("triage", "wait", alone, "--fact", "moon").err
    (done,) = copycatch("triage", "wait", alone, "--until", "+3", "--json").fits("triage_done")
    assert done["kind"] == "wait" and shown(copycatch, alone)["state"] == "waiting"
    for past in ("2026-01-01", f"{datetime.now(UTC):%Y-%m-%d}", "+0", "+-3"):
        assert copycatch("triage", "wait", alone, "--until", past).code == 2
    assert shown(copycatch, alone)["state"] == "waiting"
    assert copycatch("triage", "wait", two, "--fact", "sample").code == 0
    monkeypatch.setattr(desks, "datetime", Later)
    assert shown(copycatch, alone)["state"] == "due"
    assert [one["id"] for one in listing(copycatch)] == [alone]
    put(home, replace(TWO[0], findings=(replace(TWO[0].findings[0], unseen=()),)))
    assert {one["id"]: one["state"] for one in listing(copycatch)} == {two: "due", alone: "due"}


def test_escalated_units_go_to_reviewers_and_assigned_ones_to_whom_they_were_given(
    copycatch: Command, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "copycatch.toml").write_text(
        "".join(f'[[people]]\nname = "{name}"\nroles = ["{role}"]\n' for name, role in
                (("li", "analyst"), ("chen", "analyst"), ("wang", "reviewer"))),
        "utf-8",
    )  # fmt: skip
    monkeypatch.chdir(tmp_path)
    two, alone = (one["id"] for one in listing(copycatch))
    (done,) = copycatch("triage", "escalate", two, "--note", "is the licence real?", "--json").fits("triage_done")
    assert done["kind"] == "escalate"
    (done,) = copycatch("triage", "assign", alone, "--to", "chen", "--json").fits("triage_done")
    assert done["made"] and copycatch("triage", "list", "--mine", "--as", "chen", "--json").documents[0]["total"] == 1
    assert copycatch("triage", "next", "--json").documents == [{"unit": None}]
    assert copycatch("triage", "next", "--json", "--as", "chen").documents[0]["unit"]["id"] == alone
    unit = copycatch("triage", "next", "--json", "--as", "wang").documents[0]["unit"]
    assert unit["id"] == two and unit["said"][0]["note"] == "is the licence real?"
    (done,) = copycatch("triage", "note", two, "--note", "asked them", "--as", "wang", "--json").fits("triage_done")
    assert done["kind"] == "note" and shown(copycatch, two)["state"] == "escalated"
    assert copycatch("triage", "list", "--as", "nobody").code == 2
    for call in (("assign", two, "--to", "nobody"), ("escalate", two, "--note", "?", "--to", "nobody")):
        refused = copycatch("triage", *call)
        assert refused.code == 2 and "chen, li, wang" in refused.err


def test_a_query_is_shown_first_and_exceptions_and_others_work_are_left_out(copycatch: Command, home: Home) -> None:
    put(home, *(listed(n, f"豆包会员 {n}", priority=0.3) for n in range(10, 16)))
    named = {unit["title"]: unit["id"] for unit in listing(copycatch)}
    copycatch("triage", "next", "--query", "title:10", "--as", "chen")
    copycatch("triage", "confirm", named["豆包会员 11"])
    query = ("--query", 'title:会员 OR title:"豆包会员版"', "--except", named["豆包会员 12"][:12])
    (said,) = copycatch("triage", "dismiss", *query, "--reason", "lawful_third_party", "--json").fits("triage_preview")
    left = {each["title"]: each["why"] for each in said["left_out"]}
    assert len(said["units"]) == 3 and set(left) == {"豆包会员 10", "豆包会员 11", "豆包会员 12", "豆包会员版"}
    assert "chen" in left["豆包会员 10"] and "confirmed" in left["豆包会员 11"] and "1 of its 2" in left["豆包会员版"]
    assert listing(copycatch, "--state", "dismissed") == []
    assert "Nothing was written" in copycatch("triage", "dismiss", *query, "--reason", "own").out
    done = copycatch("triage", "dismiss", *query, "--reason", "lawful_third_party", "--yes", "--json").fits(
        "triage_done"
    )
    assert {one["unit"] for one in done} == {each["unit"] for each in said["units"]}
    assert copycatch("triage", "confirm", named["豆包会员 12"], "--query", "x").code == 2
    assert copycatch("triage", "dismiss", named["豆包会员 12"]).code == 2


def test_a_wrong_join_is_cut_and_stays_cut(copycatch: Command, home: Home) -> None:
    name = listing(copycatch)[0]["id"]
    wrong = TWO[1].findings[0].id
    (done,) = copycatch("triage", "cut", name, wrong, "--reason", "another app", "--json").fits("triage_cut")
    assert (done["findings"], done["pairs"]) == ([wrong], 1)
    assert sorted(unit["members"] for unit in listing(copycatch)) == [1, 1, 1]
    put(home, listed(9, "豆包尊享版", sample=SAMPLE))
    units = {unit["id"]: unit["members"] for unit in listing(copycatch)}
    assert units[name] == 2 and sorted(units.values()) == [1, 1, 2]
    assert shown(copycatch, wrong)["members"] == 1
    assert copycatch("triage", "cut", wrong, wrong, "--reason", "x").code == 2
    (done,) = copycatch("triage", "cut", name, wrong, "--reason", "it is the same app", "--mend", "--json").fits(
        "triage_cut"
    )
    assert done["pairs"] == 1 and shown(copycatch, name)["members"] == 3
    assert copycatch("triage", "cut", name, wrong, "--reason", "x", "--mend").code == 2


def test_a_hundred_crawls_in_which_only_counters_changed_reopen_nothing(copycatch: Command, home: Home) -> None:
    """Judged anew each time: reach, and with it the priority, moves with the counters; the answers stay."""
    offers = [
        replace(BAD, seller="甲店", price="￥39"),
        replace(BAD, native_id="3", url=f"{BAD.url}3", title="AI换脸软件 永久会员"),
    ]
    take(home.path, offers)
    for unit in listing(copycatch):
        copycatch("triage", "confirm", unit["id"])
    before = {unit["id"]: unit["priority"] for unit in listing(copycatch, "--state", "confirmed")}
    for number in range(1, 101):
        counters = {
            "downloads": 10.0 ** (number % 8),
            "rating": number % 50 / 10,
            "views": 7.0 * number,
            "sales": number,
        }
        day = f"2026-11-{1 + number % 28:02d}"
        assert (
            take(home.path, [replace(one, counters=counters, published_at=day) for one in offers]).counts["listings"]
            == 2
        )
    after = {unit["id"]: unit["priority"] for unit in listing(copycatch, "--state", "confirmed")}
    assert listing(copycatch) == [] and after.keys() == before.keys() and after != before
    put(home, replace(TWO[0], listing=replace(TWO[0].listing, counters={"downloads": 1e6})))
    assert listing(copycatch) == []


def test_what_reopens_shows_the_difference_first(copycatch: Command, home: Home) -> None:
    alone = listing(copycatch)[1]["id"]
    copycatch("triage", "dismiss", alone, "--reason", "lawful_third_party")
    put(home, replace(ALONE, listing=replace(ALONE.listing, seller="豆包官方旗舰店", price="￥3000")))
    (unit,) = [one for one in listing(copycatch) if one["id"] == alone]
    assert unit["state"] == "reopened"
    (finding,) = shown(copycatch, alone)["findings"]
    assert [one["field"] for one in finding["differences"]] == ["developer", "price"]
    lines = copycatch("triage", "show", alone).out.splitlines()
    assert lines[2] == "What changed since it was decided" and "某工作室 → 豆包官方旗舰店" in lines[3]
    assert copycatch("triage", "confirm", alone).code == 0  # no version is asked for: the difference was seen
    assert shown(copycatch, alone)["state"] == "confirmed"


def test_what_changed_since_it_was_shown_is_not_decided_unseen(copycatch: Command, home: Home) -> None:
    unit = copycatch("triage", "next", "--json").documents[0]["unit"]
    worse = replace(TWO[0].findings[0], violations=(replace(TWO[0].findings[0].violations[0], probability=0.5),))
    put(home, replace(TWO[0], findings=(worse,)))
    refused = copycatch("triage", "confirm", unit["id"])
    assert refused.code == 2 and "changed since you looked" in refused.err
    assert shown(copycatch, unit["id"])["evidence"] != unit["evidence"]
    assert copycatch("triage", "confirm", unit["id"]).code == 0


def test_the_allow_list_is_respected_shown_and_runs_out(copycatch: Command, home: Home) -> None:
    name = ALONE.findings[0].id
    call = ("triage", "allow", name, "--scope", "seller", "--reason", "licensed")
    (said,) = copycatch(*call, "--expires", "2999-01-01", "--json").fits("triage_allowed")
    (entry,) = said["entries"]
    assert (
        entry["findings"] == [name]
        and entry["counts"]
        and (entry["group"], entry["brand"]) == ("counterfeit", "doubao")
    )
    assert shown(copycatch, name)["state"] == "allowed" and len(listing(copycatch)) == 1
    assert [unit["id"] for unit in listing(copycatch, "--state", "allowed")] == [shown(copycatch, name)["id"]]
    assert "allowed (licensed, by li, until 2999-01-01)" in copycatch("triage", "show", name).out
    other = replace(ALONE, listing=replace(ALONE.listing, native_id="77", seller="别人"))
    own = listing_id(other.listing.marketplace, "77")
    put(
        home,
        replace(
            other, findings=(replace(ALONE.findings[0], id=finding_id(own, "counterfeit", "doubao"), listing_id=own),)
        ),
    )
    assert len(listing(copycatch)) == 2  # another seller at the same place is not covered
    (said,) = copycatch(*call, "--expires", "2026-01-01", "--json").fits("triage_allowed")
    assert not said["entries"][0]["counts"] and said["entries"][0]["version"] == 2
    assert shown(copycatch, name)["state"] == "open" and "over" in copycatch("triage", "allowed").out
    copycatch(*call, "--expires", "2999-01-01")
    (said,) = copycatch(*call, "--expires", "2999-01-01", "--end", "--json").fits("triage_allowed")
    assert said["entries"][0]["ended"] and shown(copycatch, name)["state"] == "open"
    assert copycatch("triage", "allow", name, "--scope", "domain", "--reason", "own").code == 2


def test_scopes_reach_as_far_as_all_members_agree(copycatch: Command, home: Home) -> None:
    name = listing(copycatch)[0]["id"]
    assert copycatch("triage", "confirm", name, "--scope", "seller").code == 2  # two shops
    copycatch("triage", "confirm", name, "--scope", "app")
    assert shown(copycatch, name)["said"][0]["scope"] == {"kind": "app", "value": f"sample:{SAMPLE}"}


def test_ids_that_name_nothing_or_too_much_are_said(copycatch: Command, home: Home) -> None:
    assert "begin with u1-" in copycatch("triage", "show", "豆包").err
    assert copycatch("triage", "show", "u1-ffffffff").code == 2
    assert shown(copycatch, TWO[0].findings[0].listing_id)["members"] == 2
    assert copycatch("triage", "confirm").code == 2


def test_the_survey_is_made_anew_only_when_the_index_moved(
    copycatch: Command, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    true = surveying._made
    monkeypatch.setattr(surveying, "_made", lambda *given: made.append("x") or true(*given))
    units = listing(copycatch)
    copycatch("triage", "confirm", units[0]["id"])
    listing(copycatch)
    assert len(made) == 1
    put(home, listed(20, "豆包又一个"))
    monkeypatch.setattr(desks, "QUICK", -1.0)  # as if it took long
    monkeypatch.setattr(desks, "WORTH", 1e9)
    assert copycatch("triage", "next", "--json").documents[0]["unit"]["id"] == units[1]["id"] and len(made) == 1
    assert len(listing(copycatch)) == 2 and len(made) == 2
    (home.path / surveying.FILE).write_bytes(b"{damaged")
    assert len(listing(copycatch)) == 2 and len(made) == 3


KILLED = """
import os, signal, sys
import console.triage.deciding as deciding
from console.cli import main
true = deciding.write
def write(*given, **more):
    true(*given, **more)
    os.kill(os.getpid(), signal.SIGKILL)
deciding.write = write
main(sys.argv[1:])
"""


def test_a_command_killed_before_it_answers_has_decided_exactly_once(copycatch: Command, home: Home) -> None:
    name = listing(copycatch)[0]["id"]
    command = [sys.executable, "-c", KILLED, "triage", "confirm", name]
    assert subprocess.run(command, cwd=ROOT, env=os.environ, check=False).returncode == -signal.SIGKILL
    (done,) = copycatch("triage", "confirm", name, "--json").fits("triage_done")
    assert not done["made"] and done["version"] == 1
    with closing(open_decisions(home)) as records:
        assert len(list(records.every("decision"))) == 1


def test_two_commands_at_once_make_one_decision(copycatch: Command, home: Home) -> None:
    name = listing(copycatch)[0]["id"]
    program = [str(Path(sys.executable).parent / "copycatch"), "triage"]
    calls = [("confirm", name, "--as", "li"), ("dismiss", name, "--reason", "own", "--as", "chen")]
    both = [subprocess.Popen([*program, *call], env=os.environ, stderr=subprocess.PIPE, text=True) for call in calls]
    outcomes = [(one.communicate(timeout=300)[1], one.returncode) for one in both]
    assert sorted(code for _, code in outcomes) == [0, 2], outcomes
    with closing(open_decisions(home)) as records:
        assert len(list(records.every("decision"))) == 1


def test_without_an_index_it_says_what_is_missing(copycatch: Command, own_home: Path) -> None:
    answer = copycatch("triage", "list")
    assert answer.code == 4 and "index.sqlite" in answer.err


def test_texts_of_one_seller_are_one_unit(copycatch: Command, home: Home) -> None:
    from detection.ties import tie_keys  # noqa: PLC0415 - loads matching libraries, for one test

    text = "小舟智聊永久会员账号，支持安卓和苹果，自动发货，售后一年，付款后联系客服领取教程与安装包，先到先得不退不换，介绍朋友另有优惠，长期合作价格面议。"

    def offered(number: int, seller: str, price: str) -> Judged:
        one = listed(number, f"豆包 {number}", shop=50, seller=seller, description=f"{text}{price}")
        return replace(one, ties=tie_keys(one.listing, None))

    put(home, offered(30, "甲店", "9元"), offered(31, "甲店", "19元"), offered(32, "乙店", "9元"))
    (unit,) = [one for one in listing(copycatch, "--limit", "50") if one["why"] and one["why"][0]["kind"] == "text"]
    assert unit["members"] == 2 and unit["why"][0]["value"] == "甲店"
