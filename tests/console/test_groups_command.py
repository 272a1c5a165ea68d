"""`copycatch groups`: who belongs together and why, cut and mended, exported safely, and what came again."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from index.home import Home
from index.model import Finding, Judgement, Observation
from index.open import open_decisions, open_index
from index.protocol import Judged
from tests.console.conftest import Answer, validator
from tests.index.objects import finding, listing, violation
from tests.takedown.answers import say

Command = Callable[..., Answer]
FIRST, DECIDED, GONE, GONE_AGAIN, LATER = (f"2026-11-{day}T08:00:00Z" for day in (10, 12, 15, 16, 20))
EVIL = '=HYPERLINK("http://evil.example")\x1b[31m<script>\u202e'


class Market:
    """An index with what a crawl left in it."""

    def __init__(self, place: Home) -> None:
        self.place = place
        self.index, self.records = open_index(place), open_decisions(place)

    def put(self, number: int, ties: Iterable[str], *, at: str = FIRST, **fields: Any) -> Finding:
        one = listing(number, **{"seller": f"店铺{number}", **fields})
        found = finding(one, brand="doubao")
        judgement = Judgement(verdict="violation", violations=(violation(),), brand="doubao")
        self.index.put(
            [Judged(listing=one, judgement=judgement, findings=(found,), ties=tuple(ties))], run_id="r", at=at
        )
        return found

    def close(self) -> None:
        self.index.close()
        self.records.close()


@pytest.fixture
def market(own_home: Path) -> Iterable[Market]:
    made = Market(Home(own_home).prepare())
    yield made
    made.close()


@pytest.fixture
def three(market: Market) -> list[Finding]:
    """Three offers with one contact; two share icon and wording besides."""
    weak = ["icon:aa", "text:0-bb", "text:1-cc"]
    return [
        market.put(1, ["contact:qq:123456", *weak], title=EVIL, seller="=1+1"),
        market.put(2, ["contact:qq:123456", *weak]),
        market.put(3, ["contact:qq:123456"]),
    ]


def test_groups_are_listed_and_shown(copycatch: Command, three: list[Finding]) -> None:
    (group,) = copycatch("groups", "list", "--json").fits("groups_list")
    assert (group["members"], group["ties"], group["brands"]) == (
        3,
        {"contact": 1, "icon": 1, "text": 1},
        {"doubao": 3},
    )
    shown = copycatch("groups", "list")
    assert group["id"][:14] in shown.out and "contact×1" in shown.out and "1 of 1 groups; 3 listings" in shown.err
    assert copycatch("groups", "list", "--brand", "kimi", "--json").out == ""
    assert copycatch("groups", "list", "--marketplace", group_place(group), "--json").documents == [group]
    (page,) = copycatch("groups", "show", group["id"][:12], "--json").fits("groups_show")
    assert page == copycatch("groups", "show", three[2].listing_id, "--json").documents[0]
    assert [tie["keys"] for tie in page["ties"]] == [["contact:qq:123456"], ["icon:aa"], ["text:0-bb", "text:1-cc"]]
    said = copycatch("groups", "show", group["id"])
    assert "\x1b[31m" not in said.out and "\u202e" not in said.out
    assert "give the same contact" in said.out and "easily copied" in said.out and "no sample" in said.out
    assert "accuse nobody" in said.out and "suspected" in said.out


def group_place(group: dict[str, Any]) -> str:
    (place,) = group["marketplaces"]
    return str(place)


def test_in_chinese(copycatch: Command, three: list[Finding], monkeypatch: pytest.MonkeyPatch) -> None:
    name = copycatch("groups", "list", "--json").documents[0]["id"]
    monkeypatch.setenv("COPYCATCH_LANG", "zh")
    said = copycatch("groups", "show", name).out
    assert "疑似出自一处" in said and "留有同一联系方式" in said and "容易照抄" in said and "不认定任何人" in said


def test_an_export_holds_no_formula_and_no_half_file(copycatch: Command, three: list[Finding], tmp_path: Path) -> None:
    (said,) = copycatch("groups", "export", "--json").fits("groups_export")
    assert said["groups"] == 1 and Path(said["file"]).parent.name == "exports"
    table = Path(said["file"]).read_text("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(table))
    assert len(rows) == 3 and head[0] == "Group"
    first = dict(zip(head, rows[0], strict=True))
    assert first["Title"].startswith("'=") and first["Seller"] == "'=1+1" and first["State"] == "suspected"
    assert "same contact" in first["Ties"]
    target = tmp_path / "groups.json"
    copycatch("groups", "export", three[0].listing_id, "--format", "json", "--out", target)
    document = json.loads(target.read_text("utf-8"))
    validator("groups_show").validate(document["groups"][0])
    assert copycatch("groups", "export", "--out", "-").out.startswith("\ufeff")
    assert copycatch("groups", "export", "--out", tmp_path / "no" / "x.csv").code == 1
    assert copycatch("groups", "export", "--out", "-", "--json").code == 2


def members(copycatch: Command) -> list[set[str]]:
    found = [
        copycatch("groups", "show", one["id"], "--json").documents[0]
        for one in copycatch("groups", "list", "--json").documents
    ]
    return [{member["listing_id"] for member in one["members"]} for one in found]


def test_a_value_is_cut_for_one_or_for_all_and_mended(copycatch: Command, three: list[Finding]) -> None:
    one, two, third = (found.listing_id for found in three)
    (said,) = copycatch(
        "groups", "cut", "contact:qq:123456", third[:14], "--reason", "转述", "--as", "li", "--json"
    ).fits("groups_cut")
    assert said == {"of": "tie", "cuts": [["contact:qq:123456", third]], "new": 1, "by": "li", "reason": "转述"}
    assert members(copycatch) == [{one, two}]
    assert copycatch("groups", "cut", "contact:qq:123456", "--reason", "客服", "--as", "li").code == 0
    (value,) = copycatch("groups", "list", "--values", "--json").fits("groups_values")
    assert (value["key"], value["why"]) == ("contact:qq:123456", "cut")
    assert "cut by a person" in copycatch("groups", "list", "--values").out
    assert members(copycatch) == [{one, two}], "icon and wording still join these"
    assert len(copycatch("groups", "cuts", "--json").fits("groups_cuts")) == 2
    for side in ([third], []):
        (mended,) = copycatch(
            "groups", "mend", "contact:qq:123456", *side, "--reason", "看错", "--as", "li", "--json"
        ).fits("groups_mend")
        assert mended["by"] == "li"
    assert members(copycatch) == [{one, two, third}]
    assert copycatch("groups", "mend", "contact:qq:123456", "--reason", "x", "--as", "li").code == 2


def test_wording_is_cut_and_mended_with_all_its_keys(copycatch: Command, three: list[Finding]) -> None:
    copycatch("groups", "cut", "contact:qq:123456", "--reason", "客服", "--as", "li")
    (said,) = copycatch("groups", "cut", "text:1-cc", "--reason", "模板", "--as", "li", "--json").documents
    assert said["cuts"] == [["*", "text:1-cc"], ["*", "text:0-bb"]] and members(copycatch) == []
    (mended,) = copycatch("groups", "mend", "text:0-bb", "--reason", "看错", "--as", "li", "--json").documents
    assert sorted(mended["mended"]) == [["*", "text:0-bb"], ["*", "text:1-cc"]] and len(members(copycatch)) == 1


def test_two_listings_are_cut_and_one_leaves_its_group(copycatch: Command, three: list[Finding]) -> None:
    one, two, third = (found.listing_id for found in three)
    assert copycatch("groups", "cut", one, three[2].id, "--reason", "两家", "--as", "li").code == 0
    assert members(copycatch) == [{one, two}]
    group = copycatch("groups", "list", "--json").documents[0]["id"]
    assert copycatch("groups", "cut", group, two, "--reason", "两家", "--as", "li").code == 0
    assert members(copycatch) == [{two, third}] or members(copycatch) == []
    assert "apart already: 1" in copycatch("groups", "cut", one, two, "--reason", "两家", "--as", "li").out


@pytest.mark.parametrize(
    "wrong",
    [
        ("cut", "l1-00000000", "l1-00000001", "--reason", "x"),
        ("cut", "l1-00000000", "--reason", "x"),
        ("cut", "contact:qq:1", "--reason", " "),
        ("cut", "contact:qq:1"),
        ("show", "g1-00000000"),
        ("show", "l1-"),
        ("export", "g1-00000000"),
        ("relisted", "--since", "soon"),
        ("relisted", "l1-00000000"),
        ("list", "--limit", "0"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(copycatch: Command, three: list[Finding], wrong: tuple[str, ...]) -> None:
    said = copycatch("groups", *wrong)
    assert said.code == 2 and said.err.strip() and "Traceback" not in said.err


def test_two_people_who_cut_the_same_at_once_make_one_cut(three: list[Finding], market: Market) -> None:
    call = [
        str(Path(sys.executable).parent / "copycatch"),
        "groups",
        "cut",
        "contact:qq:123456",
        "--reason",
        "x",
        "--as",
    ]
    both = [subprocess.Popen([*call, name], stdout=subprocess.PIPE, stderr=subprocess.PIPE) for name in ("li", "wang")]
    said = [process.communicate(timeout=300) for process in both]
    assert {process.returncode for process in both} <= {0, 1} and 0 in {process.returncode for process in both}, said
    assert [record.version for record in market.records.every("cut")] == [1]


def test_pages_of_any_size_and_script_are_shown_and_exported(copycatch: Command, market: Market) -> None:
    for number in range(2):
        market.put(number, ["contact:qq:1"], title=EVIL * 3_000, seller="\u202e" * 3_000, package_name="x" * 50_000)
    (group,) = copycatch("groups", "list", "--json").documents
    shown = copycatch("groups", "show", group["id"])
    assert shown.code == 0 and len(shown.out) < 20_000 and "\u202e" not in shown.out
    table = copycatch("groups", "export", "--out", "-").out.removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(table)))
    assert len(rows) == 3 and all(
        len(cell) <= 32_767 and not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row
    )


def test_who_may_not_decide_may_not_cut(
    copycatch: Command, three: list[Finding], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "copycatch.toml"
    settings.write_text('[[people]]\nname = "wang"\nroles = ["analyst"]\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    assert copycatch("groups", "cut", "contact:qq:123456", "--reason", "x", "--as", "li").code == 2
    assert copycatch("groups", "cut", "contact:qq:123456", "--reason", "x", "--as", "wang").code == 0


def test_what_came_again_is_said(copycatch: Command, market: Market) -> None:
    old = market.put(1, ["contact:qq:1", "signer:aa"], title="豆包官方版")
    say(market.records, "u1-1", "confirm", old.id, at=DECIDED)
    for run, at in (("r2", GONE), ("r3", GONE_AGAIN)):
        market.index.observe([Observation(listing_id=old.listing_id, at=at, state="gone", run_id=run)])
    new = market.put(2, ["contact:qq:1", "signer:bb"], at=LATER, title="大船聊天")
    (found,) = copycatch("groups", "relisted", "--json").fits("groups_relisted")
    assert (found["how"], found["listing_id"], found["earlier"]["listing_id"]) == (
        "relisted",
        new.listing_id,
        old.listing_id,
    )
    assert copycatch("groups", "relisted", new.id, "--json").documents == [found]
    assert copycatch("groups", "relisted", "--since", "2026-11-21", "--json").out == ""
    shown = copycatch("groups", "relisted").out
    assert (
        "suspected relisting" in shown and "name: 豆包官方版 → 大船聊天" in shown and "the same contact: qq:1" in shown
    )


def test_triage_says_that_it_was_confirmed_before(copycatch: Command, market: Market) -> None:
    old = market.put(1, ["contact:qq:1"], title="豆包官方版")
    say(market.records, "u1-1", "confirm", old.id, at=DECIDED)
    new = market.put(2, ["contact:qq:1"], at=LATER, title="大船聊天")
    (page,) = copycatch("triage", "show", new.id, "--as", "li", "--json").fits("triage_show")
    assert [(one["how"], one["earlier"]["listing_id"]) for one in page["unit"]["again"]] == [
        ("another", old.listing_id)
    ]
    shown = copycatch("triage", "show", new.id, "--as", "li").out
    assert "What was confirmed before" in shown and "豆包官方版" in shown and "the same contact: qq:1" in shown
    assert copycatch("triage", "show", old.id, "--as", "li", "--json").documents[0]["unit"]["again"] == []


def test_half_lives_and_where_there_is_none(copycatch: Command, market: Market) -> None:
    for number in range(6):
        found = market.put(number, [])
        other = market.put(100 + number, [], marketplace="forum:b.example")
        say(market.records, f"u1-{number}", "confirm", found.id, other.id, at=DECIDED)
        if number < 5:
            looks = [
                Observation(listing_id=found.listing_id, at=at, state="gone", run_id=at) for at in (GONE, GONE_AGAIN)
            ]
            market.index.observe(looks)
    none, measured = copycatch("groups", "half-life", "--json").fits("groups_half_life")
    assert (none["marketplace"], none["days"], none["enough"]) == ("forum:b.example", None, False)
    assert (measured["days"], measured["gone"], measured["listings"]) == (5.0, 5, 6)
    shown = copycatch("groups", "half-life")
    assert "not measured" in shown.out and "5.0 d" in shown.out and "Kaplan-Meier" in shown.err


def test_an_empty_home(copycatch: Command, market: Market) -> None:
    assert copycatch("groups", "list").code == 0 and copycatch("groups", "relisted").code == 0
    assert copycatch("groups", "half-life").code == 0 and copycatch("groups", "list", "--values").code == 0
    assert copycatch("groups", "cuts").code == 0
