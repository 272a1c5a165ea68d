"""Legal holds: said, lifted, and said again."""

import pytest

from index.records import Decisions, Overtaken
from takedown.holds import Hold, HoldError, add, held, release

AT = "2026-11-25T08:00:00Z"


def test_what_is_held_stays_so_until_somebody_lifts_it(records: Decisions) -> None:
    add(records, "f1-a", " 案件 ", at=AT, by="gao")
    add(records, "n1-b", "案件", at=AT, by="gao")
    assert [(one.id, one.reason, one.by) for one in held(records).values()] == [
        ("f1-a", "案件", "gao"),
        ("n1-b", "案件", "gao"),
    ]
    assert [record.kind for record in records.about("f1-a")] == ["hold"]
    with pytest.raises(HoldError):
        add(records, "f1-a", "again", at=AT, by="gao")
    release(records, "f1-a", "结案", at=AT, by="li")
    assert list(held(records)) == ["n1-b"]
    with pytest.raises(HoldError):
        release(records, "f1-a", "again", at=AT, by="li")
    add(records, "f1-a", "重开", at=AT, by="li")
    assert list(held(records)) == ["n1-b", "f1-a"]


def test_a_hold_says_why(records: Decisions) -> None:
    for do in (add, release):
        with pytest.raises(HoldError):
            do(records, "f1-a", " ", at=AT, by="gao")
    with pytest.raises(ValueError, match="reason"):
        Hold(reason="")


def test_of_two_who_hold_it_at_once_one_is_told(records: Decisions, monkeypatch: pytest.MonkeyPatch) -> None:
    add(records, "f1-a", "first", at=AT, by="gao")
    monkeypatch.setattr(records, "latest", lambda *_: None)  # as the other one still saw it
    with pytest.raises(Overtaken):
        add(records, "f1-a", "second", at=AT, by="li")
