"""Taking back reaches every recipient; submitting again asks only for what is left; what is due is listed."""

import pytest

from index.records import Decisions, Overtaken
from takedown.lifecycle.duties import waiting
from takedown.lifecycle.outcome import Outcome, outcomes, told
from takedown.lifecycle.resubmission import again, continued
from takedown.lifecycle.said import Said
from takedown.lifecycle.withdrawal import concerned, whole, withdraw
from takedown.notice import Notice
from takedown.notices import NoticeBook, NoticeError
from tests.takedown.lifecycle.lives import NOW, SENT_AT, desk, exported, healthy, look, looks, recipient, sent
from tests.takedown.objects import AT, allegation, content, target

F1, F2 = (target(number).finding_id for number in (1, 2))


def test_one_command_takes_it_back_from_everybody(records: Decisions) -> None:
    book = NoticeBook(records)
    alone = sent(records)
    shared = sent(records, target(1), target(2), recipient="other_store")
    out = exported(records, recipient="third_store")
    done = desk(records).closed(sent(records, recipient="fourth"), Said(reason="已下架"), now=SENT_AT, by="lin")
    draft = book.draft(content(target(1), target(2)), at=AT, by="lin")
    only = book.draft(content(target(1)), at=AT, by="lin")
    unrelated = sent(records, target(2))
    found = concerned(records, [F1])
    assert [(each.notice.id, each.part, each.sent) for each in found] == [
        (alone.id, "whole", True),
        (shared.id, "some", True),
        (out.id, "whole", True),
        (done.id, "whole", True),
        (draft.id, "draft", False),
        (only.id, "whole", False),
    ]
    changed = {each.id: each for each in withdraw(records, found, reason="判断有误：对方有授权", now=NOW, by="wang")}
    states = {name: book.get(name).state for name in changed}
    assert states == {
        alone.id: "withdrawn",
        shared.id: "sent",
        out.id: "withdrawn",
        done.id: "withdrawn",
        draft.id: "draft",
        only.id: "withdrawn",
    }
    assert told(changed[shared.id])[F1][0] == "withdrawn" and F2 not in told(changed[shared.id])
    assert changed[shared.id].steps[-1].due_at == shared.steps[-1].due_at
    assert changed[alone.id].steps[-1].reason == "判断有误：对方有授权" and changed[alone.id].steps[-1].by == "wang"
    assert [each.finding_id for each in book.get(draft.id).content.targets] == [F2]
    assert book.get(unrelated.id) == unrelated
    assert concerned(records, [F1]) == []
    (rest,) = (each for each in concerned(records, [F2]) if each.notice.id == shared.id)
    assert rest.part == "whole", "the other half of it was taken back before"


def test_a_finding_whose_id_became_another_is_found(records: Decisions) -> None:
    notice = sent(records)
    records.alias(F1, "f1-" + "ee" * 12, at=AT, by="copycatch", reason="test")
    assert [each.notice.id for each in concerned(records, ["f1-" + "ee" * 12])] == [notice.id]
    assert [each.notice.id for each in concerned(records, [F1])] == [notice.id]


def test_a_withdrawal_is_all_or_nothing_and_has_a_reason(records: Decisions) -> None:
    book, one, other = NoticeBook(records), sent(records), sent(records, recipient="other_store")
    found = concerned(records, [F1])
    desk(records).acknowledged(other, Said(receipt="1"), now=NOW, by="lin")  # meanwhile
    with pytest.raises(Overtaken):
        withdraw(records, found, reason="错误", now=NOW, by="lin")
    assert book.get(one.id).state == "sent" and book.get(other.id).state == "acknowledged"
    for given, reason in ((concerned(records, [F1]), " "), ([], "错误")):
        with pytest.raises(NoticeError):
            withdraw(records, given, reason=reason, now=NOW, by="lin")
    assert len(withdraw(records, concerned(records, [F1]), reason="错误", now=NOW, by="lin")) == 2
    assert whole(book.get(one.id)) is None


def found_of(notice: Notice, *became: str) -> list[Outcome]:
    return [
        Outcome(finding_id=each.finding_id, became=what)  # type: ignore[arg-type] # one of the literals, or refused
        for each, what in zip(notice.content.targets, became, strict=True)
    ]


def test_what_is_submitted_again_cites_the_receipt_and_asks_for_what_is_left(records: Decisions) -> None:
    only_first = allegation(violation="p1-2b", targets=(F1,), quotes=())
    notice = sent(records, target(1), target(2), allegations=(allegation(), only_first), overrides={"live": "x: y"})
    with pytest.raises(NoticeError):
        again(exported(records), found_of(exported(records), "up"))
    notice = desk(records).rejected(notice, Said(reason="材料不足", receipt="R-1"), now=NOW, by="lin")
    made = again(notice, found_of(notice, "removed", "blocked"))
    assert made.resubmits == "R-1" and [each.finding_id for each in made.targets] == [F2]
    assert [each.violation for each in made.allegations] == ["p2-6a"], "what was only about the first is left out"
    assert made.allegations[0].quotes == () and made.overrides == {}
    assert not made.statements.signed_by, "what somebody signed was the first one"
    with pytest.raises(NoticeError):
        again(notice, found_of(notice, "removed", "before"))
    newer = NoticeBook(records).draft(made, at=NOW, by="lin")
    assert continued(NoticeBook(records).every()) == {notice.id: newer.id}


def test_without_a_receipt_the_notice_itself_is_cited(records: Decisions) -> None:
    notice = sent(records)
    (found,) = outcomes(notice, lambda _: looks(look("seen", NOW)), healthy)
    newer = NoticeBook(records).draft(again(notice, [found]), at=NOW, by="lin")
    assert newer.content.resubmits == notice.id
    assert continued(NoticeBook(records).every()) == {notice.id: newer.id}


def test_what_is_due_is_listed_overdue_first(records: Decisions) -> None:
    late = sent(records, at="2026-11-02T09:00:00Z")
    soon = sent(records)
    lenient = recipient("other_store", deadline=recipient().deadline.__class__(unit="without_delay"))
    open_end = desk(records, lenient).sent(exported(records, recipient="other_store"), Said(), now=SENT_AT, by="lin")
    out = exported(records)
    refused = desk(records).rejected(sent(records), Said(reason="否", receipt="R-9"), now=NOW, by="lin")
    counter = desk(records).countered(sent(records, basis="ip_trademark"), Said(reason="有授权"), now=NOW, by="lin")
    NoticeBook(records).draft(content(), at=AT, by="lin")
    desk(records).closed(sent(records), Said(reason="完成"), now=NOW, by="lin")
    found = waiting(NoticeBook(records).every(), NOW)
    assert [(each.notice.id, each.duty, each.overdue, each.ours) for each in found] == [
        (late.id, "answer", True, False),
        (soon.id, "answer", False, False),
        (counter.id, "counter", False, True),
        (out.id, "send", False, True),
        (open_end.id, "answer", False, False),
        (refused.id, "refused", False, True),
    ]
    assert (found[0].since, found[0].due_at) == ("2026-11-02T09:00:00Z", "2026-11-11T15:59:59Z")
    newer = NoticeBook(records).draft(again(refused, found_of(refused, "up")), at=NOW, by="lin")
    assert refused.id not in {each.notice.id for each in waiting(NoticeBook(records).every(), NOW)}
    assert newer.content.resubmits == "R-9"


def test_an_exported_notice_loses_a_target_as_a_draft(records: Decisions) -> None:
    notice = exported(records, target(1), target(2))
    (found,) = concerned(records, [F1])
    assert (found.part, found.sent) == ("draft", False)
    (done,) = withdraw(records, [found], reason="错误", now=NOW, by="lin")
    assert done.state == "draft" and [
        each.finding_id for each in NoticeBook(records).get(notice.id).content.targets
    ] == [F2]
