"""What people decided: append-only, apart from the index, and never overwritten by a second person."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from index.home import Home
from index.open import open_decisions, open_index
from index.records import Decisions, Entry, Overtaken, Record, Sealed, link
from index.sqlite.decisions import SqliteDecisions
from takedown.decision import Decision, Scope
from tests.index.conftest import ENGINES
from tests.index.objects import judged, listing

AT = "2026-01-01T00:00:00Z"
Opener = Callable[[], "closing[Decisions]"]


@pytest.fixture(params=ENGINES)
def open_again(request: pytest.FixtureRequest, home: Home) -> Opener:
    """Opens the same store once more, as another process would."""
    url = request.getfixturevalue("elastic_url") if request.param == "elastic" else None
    return lambda: closing(open_decisions(home, url))


@pytest.fixture
def decisions(open_again: Opener) -> Iterator[Decisions]:
    with open_again() as opened:
        yield opened


@pytest.fixture
def sqlite(home: Home) -> Iterator[Decisions]:
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


def test_versions_follow_each_other_and_a_second_writer_is_told(decisions: Decisions, open_again: Opener) -> None:
    decisions.append("notice", "n1", {"state": "draft"}, at=AT, by="li")
    with open_again() as other:
        other.append("notice", "n1", {"state": "sent"}, at=AT, by="li", after=1)
        with pytest.raises(Overtaken, match=r"not.* version 1|version 2, not 1"):
            decisions.append("notice", "n1", {"state": "lost"}, at=AT, by="li", after=1)
    latest = decisions.latest("notice", "n1")
    assert latest and (latest.version, latest.value) == (2, {"state": "sent"})
    assert [record.version for record in decisions.every("notice")] == [1, 2]


def test_every_record_in_order_page_by_page(decisions: Decisions) -> None:
    entries = [Entry(kind="audit", id=f"a{number}", value={}) for number in range(1040)]
    decisions.append_all(entries, at=AT, by="li")
    assert [record.id for record in decisions.every("audit")] == [entry.id for entry in entries]


@pytest.mark.parametrize("table", ["records", "subjects", "aliases"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET rowid_ = 1", "REPLACE INTO {} SELECT * FROM {}"])
def test_the_file_itself_refuses_to_forget(sqlite: Decisions, home: Home, table: str, change: str) -> None:
    sqlite.append("decision", "d1", decision(), at=AT, by="li", about=["f1-a"])
    sqlite.alias("f1-old", "f1-a", at=AT, by="li", reason="r")
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


def test_a_new_index_leaves_decisions_untouched(sqlite: Decisions, home: Home) -> None:
    sqlite.append("decision", "d1", decision(), at=AT, by="li")
    for _ in range(2):
        with closing(open_index(home)) as index:
            index.put([judged(listing(), flagged=True)], run_id="r", at=AT)
        for path in home.path.glob("index.sqlite*"):
            path.unlink()
    assert sqlite.latest("decision", "d1")


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


def test_what_is_replaced_says_the_same_without_the_person_and_can_be_replaced_again(decisions: Decisions) -> None:
    first = decisions.append("notice", "n1", {"seller": "某人", "by": "王"}, at=AT, by="li")
    decisions.append("step", "n1", {"a": 1}, at=AT, by="li")
    with pytest.raises(ValueError, match="1"):
        decisions.remove([first.seq], at=AT, by="wang", reason="r", what="w")
    one = decisions.append("replaced", "1", {"seller": "██", "by": "王"}, at=AT, by="wang")
    assert decisions.latest("notice", "n1").value == first.value, "not yet"
    decisions.remove([first.seq], at=AT, by="wang", reason="r", what="w")
    assert decisions.latest("notice", "n1") == replace(first, value=one.value, removed=True)
    decisions.append("replaced", "1", {"seller": "██", "by": "█"}, at=AT, by="wang", after=1)
    decisions.remove([one.seq], at=AT, by="wang", reason="r", what="w")
    known = {record.seq: record for record in decisions.every()}
    assert known[first.seq].value == {"seller": "██", "by": "█"} and known[one.seq].value == {}
    assert not any("某人" in text or "王" in text for text in (sealed.body for sealed in decisions.sealed()))
    assert decisions.versions("notice", "n1")[0].removed and len(decisions.versions("notice", "n1")) == 1


def test_content_goes_with_a_record_that_says_why_and_the_newest_stays(decisions: Decisions) -> None:
    old = decisions.append("notice", "n1", {"seller": "某人"}, at=AT, by="li")
    decisions.append("notice", "n1", {"seller": ""}, at=AT, by="li", after=1)
    removal = decisions.remove([old.seq], at=AT, by="wang", reason="本人要求", what="n1")
    emptied, newest = decisions.versions("notice", "n1")
    assert emptied == replace(old, value={}, removed=True) and newest.value == {"seller": ""}
    assert removal.value["records"] == [old.seq] and removal.chain == link(newest.chain, removal)
    for seq in (newest.seq, removal.seq, 99):
        with pytest.raises(ValueError, match=str(seq)):
            decisions.remove([seq], at=AT, by="wang", reason="r", what="w")


@pytest.mark.elastic
def test_records_of_a_writer_that_died_are_found_by_the_next(home: Home, elastic_url: str) -> None:
    with closing(open_decisions(home, elastic_url)) as first, closing(open_decisions(home, elastic_url)) as second:
        first.append("audit", "a1", {}, at=AT, by="li")

        async def dies(_documents: object) -> None:
            raise BrokenPipeError

        first._write = dies
        with pytest.raises(BrokenPipeError):
            first.append("audit", "a2", {"x": 1}, at=AT, by="li")
        assert [record.id for record in second.every()] == ["a1", "a2"]
        with pytest.raises(Overtaken):
            second.append("audit", "a2", {"x": 2}, at=AT, by="wang")
        assert second.append("audit", "a3", {}, at=AT, by="wang").seq == 3


@pytest.mark.elastic
def test_many_who_write_at_once_make_one_chain(home: Home, elastic_url: str) -> None:
    def work(number: int) -> None:
        with closing(open_decisions(home, elastic_url)) as opened:
            for turn in range(5):
                opened.append("audit", f"a{number}.{turn}", {}, at=AT, by="li")

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(4)))
    with closing(open_decisions(home, elastic_url)) as opened:
        records = list(opened.every())
    before = ["", *(record.chain for record in records)]
    assert [record.seq for record in records] == list(range(1, 21))
    assert all(one.chain == link(chain, one) for chain, one in zip(before, records, strict=False))


# carrying records into another store


def some_records(decisions: Decisions) -> list[Sealed]:
    for number in range(3):
        decisions.append("audit", f"a{number}", {"n": number, "词": "换脸"}, at=AT, by="li", about=["f1-b", "f1-a"])
    decisions.alias("f1-old", "f1-a", at=AT, by="li", reason="r")
    old = decisions.append("notice", "n1", {"seller": "某人"}, at=AT, by="li")
    decisions.append("notice", "n1", {"seller": ""}, at=AT, by="li", after=1)
    decisions.remove([old.seq], at=AT, by="wang", reason="本人要求", what="n1")
    return list(decisions.sealed())


def test_records_are_carried_as_they_are_and_the_chain_goes_on(decisions: Decisions, tmp_path: Path) -> None:
    whole = some_records(decisions)
    assert all(one.holds for one in whole) and decisions.tip() == (7, whole[-1].record.chain)
    with closing(SqliteDecisions(tmp_path / "other.sqlite")) as other:
        other.adopt(whole[:2], before=(0, ""))
        other.adopt(whole[2:], before=(2, whole[1].record.chain))
        assert list(other.sealed()) == whole and list(other.sealed(after=5)) == whole[5:]
        assert other.current_id("f1-old") == "f1-a" and len(other.about("f1-a")) == 3
        after = other.append("audit", "next", {}, at=AT, by="li")
        assert after.seq == 8 and after.chain == link(whole[-1].record.chain, after)


def test_records_come_back_into_the_store_under_test(decisions: Decisions, tmp_path: Path) -> None:
    with closing(SqliteDecisions(tmp_path / "other.sqlite")) as other:
        whole = some_records(other)
    decisions.adopt(whole, before=(0, ""))
    assert list(decisions.sealed()) == whole and decisions.current_id("f1-old") == "f1-a"
    with pytest.raises(Overtaken):
        decisions.adopt(whole, before=(0, ""))
    after = decisions.append("audit", "next", {}, at=AT, by="li")
    assert after.chain == link(whole[-1].record.chain, after)


def test_what_was_emptied_elsewhere_is_emptied_here(decisions: Decisions, tmp_path: Path) -> None:
    with closing(SqliteDecisions(tmp_path / "other.sqlite")) as other:
        whole = some_records(other)
    unaware = [replace(one, record=replace(one.record, removed=False), body='{"seller":"某人"}') if one.record.removed
               else one for one in whole]  # fmt: skip
    assert not replace(whole[0], body="{}").holds
    decisions.adopt(unaware, before=(0, ""))
    assert decisions.versions("notice", "n1")[0].value == {"seller": "某人"}
    decisions.follow_removals([one for one in whole if one.record.removed])
    assert list(decisions.sealed()) == whole
