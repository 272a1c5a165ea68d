"""What was written down is handed out, and whatever was changed since is found."""

import sqlite3
from contextlib import closing
from random import Random

import pytest

from index.home import Home
from index.records import Decisions
from takedown.audit import check, check_store, export, note

AT = "2026-11-25T08:00:00Z"


@pytest.fixture
def written(records: Decisions) -> Decisions:
    for number in range(40):
        records.append("audit", f"a{number}", {"说": f"第 {number} 次", "n": 0.1}, at=AT, by="李", about=["f1-a"])
    records.append("notice", "n1", {"seller": "某人"}, at=AT, by="李")
    records.append("notice", "n1", {"seller": ""}, at=AT, by="李", after=1)
    records.alias("f1-a", "f1-b", at=AT, by="李", reason="规则改变")
    return records


def test_an_export_is_sound_and_ends_with_the_head(written: Decisions) -> None:
    lines = list(export(written))
    found = check(lines)
    assert (found.records, found.faults, found.unchained, found.removed) == (43, (), 0, 0)
    assert found == check_store(written) and found.head in lines[-1].decode()


def test_every_changed_byte_is_found(written: Decisions) -> None:
    whole, random = b"".join(export(written)), Random(7)
    for _ in range(2000):
        place = random.randrange(len(whole))
        changed = bytearray(whole)
        changed[place] ^= 1 << random.randrange(8)
        assert check(bytes(changed).splitlines(keepends=True)).faults, place


@pytest.mark.parametrize("lost", [0, 7, 39, 42])
def test_a_dropped_doubled_or_swapped_line_is_found(written: Decisions, lost: int) -> None:
    lines = list(export(written))
    assert check([*lines[:lost], *lines[lost + 1 :]]).faults
    assert check([*lines[: lost + 1], lines[lost], *lines[lost + 1 :]]).faults
    assert check([*lines[:lost], lines[lost + 1], lines[lost], *lines[lost + 2 :]]).faults
    assert [fault.what for fault in check(lines[:lost]).faults] == ["audit.fault.unclosed"]
    assert check([*lines, lines[-1]]).faults


@pytest.mark.parametrize("raw", [b"", b"[]\n", b"{}\n", b"null\n", b"[" * 100_000, b'{"records": "x"}\n', b"\xff\n"])
def test_what_is_no_record_is_a_fault(raw: bytes) -> None:
    assert check([raw]).faults


def test_a_removed_content_needs_a_record_that_says_why(written: Decisions, home: Home) -> None:
    seq = written.versions("notice", "n1")[0].seq
    written.remove([seq], at=AT, by="王", reason="本人要求", what="n1 的旧版本")
    found = check_store(written)
    assert (found.faults, found.removed) == ((), 1) and check(export(written)).faults == ()
    assert "某人".encode() not in b"".join(path.read_bytes() for path in home.path.glob("decisions.sqlite*"))
    with closing(sqlite3.connect(home.decisions)) as opened:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            opened.execute("UPDATE records SET body = '' WHERE id = 'a1'")
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            opened.execute("UPDATE records SET by = '' WHERE seq = ?", (seq,))
        opened.execute("DROP TRIGGER records_stay")
        opened.execute("UPDATE records SET body = '' WHERE id = 'a1'")
        opened.commit()
    assert [fault.what for fault in check_store(written).faults] == ["audit.fault.removed"]


@pytest.mark.parametrize("what", ["newest", "removal", "nothing"])
def test_what_must_stay_is_not_removed(written: Decisions, what: str) -> None:
    removal = written.remove([written.versions("notice", "n1")[0].seq], at=AT, by="王", reason="r", what="w")
    seq = {"newest": written.versions("notice", "n1")[1].seq, "removal": removal.seq, "nothing": 999}[what]
    with pytest.raises(ValueError, match=str(seq)):
        written.remove([seq], at=AT, by="王", reason="r", what="w")


@pytest.mark.parametrize("column", ["kind", "id", "version", "at", "by", "body", "sha256", "chain"])
def test_a_changed_row_of_the_file_is_found(written: Decisions, home: Home, column: str) -> None:
    with closing(sqlite3.connect(home.decisions)) as opened:
        opened.execute("DROP TRIGGER records_stay")
        value = {"version": 9, "kind": "hold", "body": '{"n":1}'}.get(column, "x")
        opened.execute(f"UPDATE records SET {column} = ? WHERE seq = 20", (value,))
        opened.commit()
    assert check_store(written).faults


def test_an_act_without_a_record_of_its_own_is_noted(records: Decisions) -> None:
    note(records, "export", at=AT, by="li", about=["f1-a"], file="a.csv")
    (record,) = records.about("f1-a")
    assert record.value == {"what": "export", "file": "a.csv"} and record.by == "li"
