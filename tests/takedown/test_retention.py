"""What no rule may delete, and what a notice is reduced to."""

from index.protocol import Index
from index.records import Decisions
from index.settings import RetentionSettings
from takedown.audit import check_store
from takedown.holds import add, release
from takedown.notice import Step
from takedown.notices import NoticeBook
from takedown.retention import Rules, kept, old_listings, old_notices, reduce
from tests.takedown.answers import say
from tests.takedown.lifecycle.lives import sent
from tests.takedown.objects import target
from tests.takedown.stored import counterfeit

OLD, NOW = "2026-01-05T08:00:00Z", "2026-11-25T08:00:00Z"


def rules(**days: int) -> Rules:
    return Rules(RetentionSettings(**days), NOW)


def put(index: Index, *numbers: int) -> dict[int, tuple[str, str]]:
    judged = {number: counterfeit(number) for number in numbers}
    index.put(list(judged.values()), run_id="r1", at=OLD)
    return {number: (one.findings[0].listing_id, one.findings[0].id) for number, one in judged.items()}


def test_what_is_open_waits_or_was_decided_is_needed(index: Index, records: Decisions) -> None:
    known = put(index, 1, 2, 3, 4)
    say(records, "u1-b", "confirm", known[2][1], at=OLD)
    say(records, "u1-c", "wait", known[3][1], at=OLD)
    say(records, "u1-d", "dismiss", known[4][1], at="2026-11-01T08:00:00Z")
    everything = {listing for listing, _ in known.values()}
    assert kept(index, records, rules()).needed == everything
    found = kept(index, records, rules(decided=100))
    assert found.decided == {known[2][0]} and found.needed == everything - found.decided
    say(records, "u1-b", "undo", known[2][1], at=NOW, undoes=1)
    assert kept(index, records, rules(decided=100)).decided == set(), "what was taken back is open"


def test_a_hold_or_an_open_notice_keeps_what_was_decided(index: Index, records: Decisions) -> None:
    known = put(index, 1, 2, 3)
    for number, (_, finding) in known.items():
        say(records, f"u1-{number}", "confirm", finding, at=OLD)
    add(records, known[1][1], "案件", at=NOW, by="gao")
    notice = sent(records, target(2, finding_id=known[2][1], listing_id=known[2][0]), at=OLD)
    found = kept(index, records, rules(decided=100))
    assert (found.held, found.running, found.decided) == ({known[1][0]}, {known[2][0]}, {known[3][0]})
    assert found.bound == {known[1][0], known[2][0]} and found.notices == {notice.id}
    release(records, known[1][1], "结案", at=NOW, by="gao")
    book = NoticeBook(records)
    closed = book.step(book.get(notice.id), Step(state="closed", at=OLD, by="li"), by="li")
    assert kept(index, records, rules(decided=100)).decided == {listing for listing, _ in known.values()}
    add(records, closed.id, "案件", at=NOW, by="gao")
    assert kept(index, records, rules(decided=100)).held == {known[2][0]}, "a notice holds what it was about"


def test_listings_without_anything_found_go_by_when_they_were_last_seen(index: Index, records: Decisions) -> None:
    put(index, 1)
    bare = [counterfeit(number) for number in (5, 6)]
    for one, at in zip(bare, (OLD, NOW), strict=True):
        index.put([type(one)(listing=one.listing, judgement=type(one.judgement)(verdict="benign"))], run_id="r", at=at)
    names = [one.findings[0].listing_id for one in bare]
    assert list(old_listings(index, rules(), set())) == []
    assert list(old_listings(index, rules(listings=100), set())) == names[:1]
    assert list(old_listings(index, rules(listings=100), set(names))) == []


def test_a_notice_is_reduced_to_what_statistics_count(index: Index, records: Decisions) -> None:
    book = NoticeBook(records)
    notice = sent(records, target(1, seller="王示例"), at=OLD)
    book.step(notice, Step(state="closed", at=OLD, by="li", note="王示例来电", files={"a.png": "ab" * 32}), by="li")
    assert [one.id for one in old_notices(records, rules(notices=100), set())] == [notice.id]
    assert not list(old_notices(records, rules(notices=100), {notice.id})) and not list(
        old_notices(records, rules(), set())
    )
    assert reduce(records, old_notices(records, rules(notices=100), set()), at=NOW, by="gao", reason="期满") == 6
    left = book.get(notice.id)
    assert [step.state for step in left.steps] == ["draft", "approved", "exported", "sent", "closed"]
    assert left.content.recipient == notice.content.recipient
    assert left.content.targets[0].finding_id == target(1).finding_id
    said = "".join(one.body for one in records.sealed())
    assert "王示例" not in said and "李示例" not in said
    assert not check_store(records).faults and not list(old_notices(records, rules(notices=100), set()))
