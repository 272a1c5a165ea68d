"""What people decided: append-only, apart from the index, and never overwritten by a second person."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from index.home import Home
from index.open import open_decisions, open_index
from index.records import Entry, Overtaken, Record, link
from index.sqlite.decisions import SqliteDecisions as Decisions
from takedown.decision import Decision, Scope
from tests.index.objects import judged, listing

AT = "2026-01-01T00:00:00Z"


@pytest.fixture
def decisions(home: Home) -> Iterator[Decisions]:
    with closing(open_decisions(home)) as opened:
        yield opened


def decision(number: int = 1, finding: str = "f1-a") -> Decision:
    scope = Scope(kind="offer", value="l1-a")
    return Decision(
        unit=f"d{number}", finding_ids=(finding,), kind="confirm", scope=scope, decided_by="li", decided_at=AT
    )


def test_a_decision_comes_back_by_id_and_by_finding(decisions: Decisions) -> None:
    one = decision()
    record = decisions.append("decision", one.unit, one, at=AT, by="li", about=one.finding_ids)
    assert record == decisions.latest("decision", "d1") and record.version == 1 and record.value["decided_by"] == "li"
    assert (
        decisions.about("f1-a") == [record]
        and decisions.about("f1-b") == []
        and decisions.latest("notice", "d1") is None
    )


def test_versions_follow_each_other_and_a_second_writer_is_told(decisions: Decisions, home: Home) -> None:
    decisions.append("notice", "n1", {"state": "draft"}, at=AT, by="li")
    with closing(open_decisions(home)) as other:
        other.append("notice", "n1", {"state": "sent"}, at=AT, by="li", after=1)
        with pytest.raises(Overtaken, match="version 2, not 1"):
            decisions.append("notice", "n1", {"state": "lost"}, at=AT, by="li", after=1)
    latest = decisions.latest("notice", "n1")
    assert latest and (latest.version, latest.value) == (2, {"state": "sent"})
    assert [record.version for record in decisions.every("notice")] == [1, 2]


def test_every_record_in_order_page_by_page(decisions: Decisions) -> None:
    for number in range(520):
        decisions.append("audit", f"a{number}", {}, at=AT, by="li")
    assert [record.id for record in decisions.every("audit")] == [f"a{number}" for number in range(520)]


@pytest.mark.parametrize("table", ["records", "subjects", "aliases"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET rowid_ = 1", "REPLACE INTO {} SELECT * FROM {}"])
def test_the_file_itself_refuses_to_forget(decisions: Decisions, home: Home, table: str, change: str) -> None:
    decisions.append("decision", "d1", decision(), at=AT, by="li", about=["f1-a"])
    decisions.alias("f1-old", "f1-a", at=AT, by="li", reason="r")
    column = {"records": "at", "subjects": "seq", "aliases": "at"}[table]
    statement = change.replace("rowid_", column).format(table, table)
    with closing(sqlite3.connect(home.decisions)) as opened:
        opened.execute("PRAGMA recursive_triggers = OFF")
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            opened.execute(statement)


def test_an_alias_finds_what_was_decided_under_the_old_id(decisions: Decisions) -> None:
    decisions.append("decision", "d1", decision(), at=AT, by="li", about=["f1-a"])
    decisions.alias("f1-a", "f1-b", at=AT, by="li", reason="native id rule changed")
    decisions.alias("f1-b", "f1-c", at=AT, by="li", reason="again")
    decisions.alias("f1-b", "f1-c", at=AT, by="li", reason="said twice")
    assert decisions.current_id("f1-a") == "f1-c" == decisions.current_id("f1-c")
    assert [record.id for record in decisions.about("f1-c")] == ["d1"]
    for old, new, why in (("f1-c", "f1-a", "circle"), ("f1-x", "f1-x", "circle"), ("f1-a", "f1-z", "already")):
        with pytest.raises(ValueError, match=why):
            decisions.alias(old, new, at=AT, by="li", reason="r")


def test_a_new_index_leaves_decisions_untouched(decisions: Decisions, home: Home) -> None:
    decisions.append("decision", "d1", decision(), at=AT, by="li")
    for _ in range(2):
        with closing(open_index(home)) as index:
            index.put([judged(listing(), flagged=True)], run_id="r", at=AT)
        for path in home.path.glob("index.sqlite*"):
            path.unlink()
    assert decisions.latest("decision", "d1")


def test_the_chain_sees_a_changed_a_dropped_and_a_swapped_record(decisions: Decisions) -> None:
    for number in range(3):
        decisions.append("audit", f"a{number}", {"n": number}, at=AT, by="li", about=["f1-b", "f1-a"])
    records = list(decisions.every())

    def holds(given: list[Record]) -> bool:
        before = ["", *(record.chain for record in given)]
        return all(record.chain == link(chain, record) for chain, record in zip(before, given, strict=False))

    assert holds(records) and records[0].about == ("f1-a", "f1-b")
    assert not holds([records[0], replace(records[1], by="wang"), records[2]])
    assert not holds([records[0], records[2]]) and not holds([records[1], records[0], records[2]])


def test_of_several_records_all_come_or_none(decisions: Decisions) -> None:
    decisions.append("notice", "n1", {}, at=AT, by="li")
    entries = [Entry(kind="audit", id="a1", value={}), Entry(kind="notice", id="n1", value={})]
    with pytest.raises(Overtaken):
        decisions.append_all(entries, at=AT, by="li")
    with pytest.raises(Overtaken):
        decisions.append_all(entries[:1], at=AT, by="li", unmoved={("notice", "n1"): 0})
    assert decisions.latest("audit", "a1") is None
    decisions.append_all(entries[:1], at=AT, by="li", unmoved={("notice", "n1"): 1})
    assert decisions.latest("audit", "a1") and len(decisions.versions("notice", "n1")) == 1
