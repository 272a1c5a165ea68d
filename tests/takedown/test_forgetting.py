"""A person is blotted out of records: order, versions and answers stay, and so does the chain."""

from dataclasses import replace

import pytest

from index.party import Party
from index.protocol import IndexUnavailable
from index.records import Decisions
from index.redacting import Redaction
from takedown.answers import all_answers
from takedown.audit import check, check_store, export
from takedown.forgetting import forget, naming
from takedown.notices import NoticeBook
from tests.takedown.answers import say
from tests.takedown.objects import content, target

AT = "2026-11-28T08:00:00Z"
WHO = {"at": AT, "by": "gao", "reason": "第17号", "what": "a person"}
WANG, CHEN = Redaction(["王示例", "13800000000"]), Redaction(["陈示例"])


def filled(records: Decisions) -> None:
    """Answers of which the order counts, an undone one, and a notice."""
    say(records, "u1-a", "confirm", "f1-a", note="卖家王示例")
    say(records, "u1-a", "dismiss", "f1-a", note="王示例说是官方")
    say(records, "u1-a", "undo", "f1-a", undoes=2)
    say(records, "u1-b", "note", "f1-a", note="电话 13800000000，陈示例接的")
    NoticeBook(records).draft(
        content(target(1, seller="王示例"), reporter=Party(org="某公司", name="陈示例")), at=AT, by="li"
    )


def text(records: Decisions) -> str:
    return "".join(one.body for one in records.sealed())


def test_answers_stay_what_they_were(records: Decisions) -> None:
    filled(records)
    before = all_answers(records).of("f1-a")
    chain = [(one.seq, one.version, one.sha256, one.chain) for one in records.every()]
    removal = forget(records, WANG, set(), **WHO)
    after = all_answers(records).of("f1-a")
    assert after.decision == replace(before.decision, note="卖家███") and after.id == before.id
    assert "王示例" not in text(records) and "13800000000" not in text(records) and "陈示例" in text(records)
    assert [(one.seq, one.version, one.sha256, one.chain) for one in records.every()][: len(chain)] == chain
    assert removal.value["records"] == [1, 2, 4, 5]
    (notice,) = NoticeBook(records).every()
    assert notice.content.targets[0].seller == "███" and notice.content.reporter.name == "陈示例"
    for audited in (check_store(records), check(list(export(records)))):
        assert not audited.faults and audited.removed == 4


def test_another_person_in_the_same_record_can_be_forgotten_later(records: Decisions) -> None:
    filled(records)
    forget(records, WANG, set(), **WHO)
    forget(records, CHEN, set(), **WHO)
    assert not {"王示例", "陈示例"} & {word for word in ("王示例", "陈示例") if word in text(records)}
    assert records.versions("decision", "u1-b")[0].value["note"] == "电话 ███████████，███接的"
    assert not check_store(records).faults and not check(list(export(records))).faults
    assert naming(records, CHEN, set()).seqs == () == naming(records, WANG, set()).seqs


def test_who_was_stopped_runs_it_again(records: Decisions, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(records)

    def full(*_: object, **__: object) -> None:
        raise IndexUnavailable("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(records, "remove", full)
        with pytest.raises(IndexUnavailable):
            forget(records, WANG, set(), **WHO)
    assert all_answers(records).of("f1-a").decision.note == "卖家王示例", "nothing is half done"
    forget(records, WANG, set(), **WHO)
    assert "王示例" not in text(records) and not check_store(records).faults


def test_held_notices_stay_and_are_named(records: Decisions) -> None:
    filled(records)
    (notice,) = NoticeBook(records).every()
    found = naming(records, WANG, {notice.id})
    assert found.bound == (notice.id,) and found.seqs == (1, 2, 4)
    forget(records, WANG, {notice.id}, **WHO)
    assert NoticeBook(records).get(notice.id).content.targets[0].seller == "王示例"


def test_a_word_too_short_would_stand_everywhere() -> None:
    for words in ([], ["王"], ["  x "], [""]):
        with pytest.raises(ValueError, match="two characters"):
            Redaction(words)
    assert WANG.value({"url": "https://e.org/王示例", "title": "王示例的店", "n": 1, "all": ["王示例", None]}) == {
        "url": "https://e.org/王示例", "title": "███的店", "n": 1, "all": ["███", None]
    }  # fmt: skip
