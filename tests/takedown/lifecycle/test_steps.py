"""Steps after sending: what is needed for each, when it can have been, and who came second."""

import multiprocessing
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from index.home import Home
from index.open import open_decisions
from index.records import Decisions, Overtaken
from takedown.lifecycle.asks import asks
from takedown.lifecycle.outcome import told
from takedown.lifecycle.said import Said, backwards, last_second, moment
from takedown.lifecycle.steps import TRIES, receipt
from takedown.notice import Notice
from takedown.notices import NoticeBook, NoticeError
from takedown.recipients.model import Deadline
from tests.takedown.lifecycle.lives import NOW, SENT_AT, desk, exported, recipient, sent
from tests.takedown.objects import content, target

CHINA = timezone(timedelta(hours=8))
F1, F2, F3 = (target(number).finding_id for number in (1, 2, 3))


def test_sending_says_how_to_whom_with_what_proof_and_until_when(records: Decisions) -> None:
    notice = desk(records).sent(exported(records), Said(files={"a.png": "ab" * 32}), now=SENT_AT, by="lin")
    step = notice.steps[-1]
    assert (step.channel, step.to, step.by) == ("portal", "https://store.example.com/complain", "lin")
    assert step.digest == notice.content.digest and step.files == {"a.png": "ab" * 32}
    assert (step.due_at, step.due_rule) == ("2026-12-04T15:59:59Z", "7 working_days, Asia/Shanghai")
    assert NoticeBook(records).get(notice.id) == notice
    assert [record.by for record in records.versions("step", notice.id)][-1] == "lin"


def test_what_the_person_says_goes_before_the_recipients_file(records: Decisions) -> None:
    said = Said(channel="email", to="abuse@host.example", due_at="2026-12-01T15:59:59Z")
    step = desk(records).sent(exported(records), said, now=SENT_AT, by="lin").steps[-1]
    assert (step.channel, step.to, step.due_at, step.due_rule) == (
        "email",
        "abuse@host.example",
        "2026-12-01T15:59:59Z",
        "stated",
    )


def test_a_rule_without_a_number_makes_no_term(records: Decisions) -> None:
    lenient = recipient(deadline=Deadline(unit="without_delay"))
    step = desk(records, lenient).sent(exported(records), Said(), now=SENT_AT, by="lin").steps[-1]
    assert (step.due_at, step.due_rule) == ("", "without_delay")


def test_a_recipient_without_a_file_needs_the_address_said(records: Decisions) -> None:
    notice = exported(records, recipient="nobody")
    with pytest.raises(NoticeError):
        desk(records).sent(notice, Said(), now=SENT_AT, by="lin")
    with pytest.raises(NoticeError):
        desk(records).sent(notice, Said(channel="email"), now=SENT_AT, by="lin")
    step = desk(records).sent(notice, Said(channel="email", to="a@b.example"), now=SENT_AT, by="lin").steps[-1]
    assert step.due_at == ""


def test_a_mail_goes_where_the_notice_says(records: Decisions) -> None:
    host = recipient(channel="email", address="")
    notice = exported(records, fields={"to_address": "abuse@host.example"})
    step = desk(records, host).sent(notice, Said(), now=SENT_AT, by="lin").steps[-1]
    assert (step.channel, step.to) == ("email", "abuse@host.example")
    with pytest.raises(NoticeError):
        desk(records, host).sent(exported(records), Said(), now=SENT_AT, by="lin")


def test_only_what_was_exported_is_sent(records: Decisions) -> None:
    drafted = NoticeBook(records).draft(content(), at=SENT_AT, by="lin")
    with pytest.raises(NoticeError):
        desk(records).sent(drafted, Said(), now=NOW, by="lin")


def test_a_second_proof_of_sending_leaves_the_term(records: Decisions) -> None:
    first = sent(records)
    again = desk(records).sent(first, Said(receipt="A-7", at=NOW), now=NOW, by="lin")
    assert again.state == "sent" and again.steps[-1].due_at == first.steps[-1].due_at and receipt(again) == "A-7"


def test_an_acknowledgement_has_a_number_or_a_picture_and_keeps_the_term(records: Decisions) -> None:
    notice = sent(records)
    with pytest.raises(NoticeError):
        desk(records).acknowledged(notice, Said(receipt="  "), now=NOW, by="lin")
    done = desk(records).acknowledged(notice, Said(receipt=" TX-2026-0001 "), now=NOW, by="lin")
    assert (done.state, receipt(done)) == ("acknowledged", "TX-2026-0001")
    assert (done.steps[-1].by, done.steps[-1].due_at) == ("recipient", notice.steps[-1].due_at)
    assert records.versions("step", done.id)[-1].by == "lin"


@pytest.mark.parametrize(
    "number", ["A\x1b[2J1", "A\u202e1", "A\u200b1", "A\n1", "A\t1", "A\x001", "A\ud8001", "A\xa01", "9" * 201]
)
def test_a_receipt_number_that_nobody_could_cite_is_refused(number: str, records: Decisions) -> None:
    notice = sent(records)
    with pytest.raises(NoticeError) as refusal:
        desk(records).acknowledged(notice, Said(receipt=number), now=NOW, by="lin")
    assert str(refusal.value).isprintable()
    assert NoticeBook(records).get(notice.id) == notice


def test_the_word_of_the_recipient_alone_takes_nothing_down(records: Decisions) -> None:
    notice = sent(records, target(1), target(2))
    done = desk(records).acted(notice, Said(targets=(F1,), reason="已处理"), now=NOW, by="lin")
    assert done.state == "acknowledged" and told(done) == {F1: ("said", done.steps[-1])}
    assert done.steps[-1].due_at == notice.steps[-1].due_at


def test_a_person_who_saw_it_gone_needs_words_and_a_picture(records: Decisions) -> None:
    notice = sent(records, target(1), target(2))
    picture = {"gone.png": "cd" * 32}
    for incomplete in (Said(note="我看到页面已不存在"), Said(files=picture)):
        with pytest.raises(NoticeError):
            desk(records).acted(notice, incomplete, now=NOW, by="lin", witness=True)
    saw = Said(note="我看到页面已不存在", files=picture, targets=(target(1).url,))
    part = desk(records).acted(notice, saw, now=NOW, by="lin", witness=True)
    assert (part.state, part.steps[-1].due_at) == ("partially_actioned", notice.steps[-1].due_at)
    whole = desk(records).acted(part, replace(saw, targets=(F2,)), now=NOW, by="lin", witness=True)
    assert (whole.state, whole.steps[-1].by, whole.steps[-1].due_at) == ("actioned", "lin", "")


def test_a_refusal_has_a_reason_and_is_remembered_for_the_next_notice(records: Decisions) -> None:
    notice = sent(records)
    with pytest.raises(NoticeError):
        desk(records).rejected(notice, Said(), now=NOW, by="lin")
    said = Said(reason="缺少商标注册证", asked=("商标注册证", " "), receipt="R-1")
    done = desk(records).rejected(notice, said, now=NOW, by="lin")
    assert done.state == "rejected" and told(done)[F1][0] == "refused"
    (ask,) = asks(records, notice.content.recipient)
    assert (ask.notice, ask.reason, ask.asked, ask.receipt) == (notice.id, "缺少商标注册证", ("商标注册证",), "R-1")
    assert asks(records, "somebody_else") == []
    other = desk(records).rejected(sent(records), Said(reason="链接打不开"), now=NOW, by="wang")
    assert [each.notice for each in asks(records, notice.content.recipient)] == [other.id, notice.id]


def test_a_refusal_of_some_targets_leaves_the_others_due(records: Decisions) -> None:
    notice = sent(records, target(1), target(2), target(3))
    part = desk(records).rejected(notice, Said(reason="不侵权", targets=(F2,)), now=NOW, by="lin")
    assert (part.state, part.steps[-1].due_at) == ("acknowledged", notice.steps[-1].due_at)
    assert part.steps[-1].targets == {F2: "refused"}
    saw = Said(note="已不存在", files={"a.png": "ab" * 32}, targets=(F1,))
    part = desk(records).acted(part, saw, now=NOW, by="lin", witness=True)
    rest = desk(records).rejected(part, Said(reason="不侵权"), now=NOW, by="lin")
    assert rest.state == "partially_actioned" and set(rest.steps[-1].targets) == {F2, F3}


def test_a_counter_notice_sets_us_a_term(records: Decisions) -> None:
    notice = sent(records, basis="ip_trademark")
    done = desk(records).countered(notice, Said(reason="我方有授权", at="2026-11-27T02:00:00Z"), now=NOW, by="lin")
    assert (done.state, done.steps[-1].due_at) == ("counter_notice", "2026-12-12T15:59:59Z")
    later = desk(records).countered(done, Said(reason="补充说明"), now=NOW, by="lin")
    assert later.steps[-1].due_at == done.steps[-1].due_at, "a further letter gives nobody more time"
    other = desk(records).countered(sent(records), Said(reason="我方有授权"), now=NOW, by="lin")
    assert other.steps[-1].due_at == ""


@pytest.mark.parametrize("at", ["2026-11-28T09:00:01Z", "2026-11-25T08:59:59Z"])
def test_a_time_that_cannot_have_been_is_refused(at: str, records: Decisions) -> None:
    notice = sent(records)
    with pytest.raises(NoticeError):
        desk(records).acknowledged(notice, Said(receipt="1", at=at), now=NOW, by="lin")


def test_a_clock_that_jumped_blocks_nobody_and_both_times_are_kept(records: Decisions) -> None:
    ahead = "2031-01-01T00:00:00Z"
    notice = sent(records, at=ahead)
    done = desk(records).acknowledged(notice, Said(receipt="1"), now=NOW, by="lin")
    assert [step.at for step in done.steps[-2:]] == [ahead, NOW] and backwards(done) and not backwards(notice)
    assert [record.at for record in records.versions("step", done.id)][-2:] == [ahead, NOW]
    stated = desk(records).rejected(done, Said(reason="否", at=NOW), now="2026-11-29T00:00:00Z", by="lin")
    assert stated.steps[-1].at == NOW and records.versions("step", done.id)[-1].at == "2026-11-29T00:00:00Z"


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("2026-11-28 09:30", "2026-11-28T01:30:00Z"),
        ("2026-11-28T09:30:00+00:00", "2026-11-28T09:30:00Z"),
        ("2026-11-27", "2026-11-27T04:00:00Z"),
        ("2026-11-25", SENT_AT),  # noon came before it was sent
        ("2026-11-28", "2026-11-28T03:00:00Z"),  # noon is still to come
    ],
)
def test_times_as_people_write_them(written: str, wanted: str, records: Decisions) -> None:
    assert moment(written, CHINA, sent(records), "2026-11-28T03:00:00Z") == wanted


@pytest.mark.parametrize("written", ["", "yesterday", "2026-13-01", "0001-01-01 00:00", "\x1b[2J", "9" * 10_000])
def test_what_is_no_time_is_refused(written: str) -> None:
    for read in (moment, last_second):
        with pytest.raises(NoticeError) as refusal:
            read(written, CHINA)
        assert len(str(refusal.value)) < 200 and str(refusal.value).isprintable()


def test_a_term_is_a_whole_day() -> None:
    assert last_second("2026-12-01", CHINA) == "2026-12-01T15:59:59Z"


def test_unknown_targets_and_endless_words_are_refused(records: Decisions) -> None:
    notice = sent(records)
    for said in (Said(targets=("f1-ff",)), Said(targets=("x",)), Said(reason="x" * 20_001)):
        with pytest.raises(NoticeError):
            desk(records).acted(notice, said, now=NOW, by="lin")
    with pytest.raises(NoticeError):
        desk(records).acted(exported(records), Said(), now=NOW, by="lin")


def test_of_two_people_the_second_is_told(records: Decisions) -> None:
    seen = sent(records)
    desk(records).acknowledged(seen, Said(receipt="1"), now=NOW, by="lin")
    with pytest.raises(Overtaken):
        desk(records).rejected(seen, Said(reason="否"), now=NOW, by="wang")
    assert NoticeBook(records).get(seen.id).state == "acknowledged" and asks(records, seen.content.recipient) == []


def _refuse(
    home: Path, names: list[str], barrier: "multiprocessing.synchronize.Barrier", queue: "multiprocessing.Queue[int]"
) -> None:
    records = open_decisions(Home(home))
    barrier.wait(60)
    done = 0
    for name in names:
        try:
            desk(records).rejected(NoticeBook(records).get(name), Said(reason=f"否 {name}"), now=NOW, by="lin")
            done += 1
        except (Overtaken, NoticeError):
            pass
    records.close()
    queue.put(done)


def test_two_processes_at_once_write_each_step_and_each_ask_once(records: Decisions, home: Home) -> None:
    shared: list[Notice] = [sent(records) for _ in range(10)]
    own = [[sent(records).id for _ in range(TRIES)] for _ in range(2)]
    context = multiprocessing.get_context("spawn")
    barrier, queue = context.Barrier(2), context.Queue()
    workers = [
        context.Process(target=_refuse, args=(home.path, [*(n.id for n in shared), *mine], barrier, queue))
        for mine in own
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0, 0]
    book = NoticeBook(records)
    for notice in shared:
        assert sum(step.state == "rejected" for step in book.get(notice.id).steps) >= 1
    refused = sum(step.state == "rejected" for each in book.every() for step in each.steps)
    assert refused == queue.get(timeout=10) + queue.get(timeout=10)
    assert len(asks(records, shared[0].content.recipient)) == refused
    assert all(book.get(name).state == "rejected" for mine in own for name in mine)
