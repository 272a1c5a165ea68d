"""The book of notices: edits void approvals, steps follow each other, and two people never overwrite each other."""

from dataclasses import replace
from typing import get_args

import pytest

from index.records import Decisions, Overtaken
from takedown.notice import FOLLOWS, Content, State, Step
from takedown.notices import NoticeBook, NoticeError
from tests.takedown.objects import AT, content


def test_a_notice_comes_back_as_it_was_drafted(records: Decisions) -> None:
    book = NoticeBook(records)
    drafted = book.draft(content(), at=AT, by="lin")
    assert book.get(drafted.id) == drafted == book.get(drafted.id[:12]) and list(book.every()) == [drafted]
    assert drafted.steps[0].digest == content().digest
    assert {record.kind for record in records.about(content().targets[0].finding_id)} == {"notice", "step"}


def test_an_edit_leads_back_to_the_draft_until_something_was_sent(records: Decisions) -> None:
    book = NoticeBook(records)
    notice = book.draft(content(), at=AT, by="lin")
    notice = book.step(notice, Step(state="approved", at=AT, by="wang", digest=content().digest), by="wang")
    edited = book.edit(notice, replace(content(), summary="更正"), at=AT, by="lin")
    assert (edited.state, edited.version) == ("draft", 2) and book.get(edited.id) == edited
    for state in ("approved", "exported", "sent"):
        edited = book.step(edited, Step(state=state, at=AT, by="wang"), by="wang")
    with pytest.raises(NoticeError):
        book.edit(edited, content(), at=AT, by="lin")


def test_of_two_people_the_second_is_told(records: Decisions) -> None:
    book = NoticeBook(records)
    seen = book.draft(content(), at=AT, by="lin")
    book.edit(seen, replace(content(), summary="甲"), at=AT, by="lin")
    with pytest.raises(Overtaken):
        book.edit(seen, replace(content(), summary="乙"), at=AT, by="wang")
    with pytest.raises(Overtaken):
        book.step(seen, Step(state="approved", at=AT, by="wang"), by="wang")
    assert book.get(seen.id).content.summary == "甲" and book.get(seen.id).state == "draft"


@pytest.mark.parametrize("name", ["n1-", "n1-0", "x", ""])
def test_an_unknown_notice_is_said_to_be_unknown(records: Decisions, name: str) -> None:
    NoticeBook(records).draft(content(), at=AT, by="lin")
    with pytest.raises(NoticeError):
        NoticeBook(records).get(name)


def test_a_step_that_cannot_follow_is_refused(records: Decisions) -> None:
    book = NoticeBook(records)
    with pytest.raises(NoticeError):
        book.step(book.draft(content(), at=AT, by="lin"), Step(state="sent", at=AT, by="lin"), by="lin")


@pytest.mark.parametrize("part", ["targets", "allegations", "decisions"])
def test_a_notice_without_ground_is_refused(part: str) -> None:
    with pytest.raises(ValueError, match=part):
        content(**{part: ()}) if part != "targets" else replace(content(), targets=())


def test_every_state_can_be_reached_from_a_draft_and_can_end() -> None:
    def beyond(start: State) -> set[State]:
        seen: set[State] = set()
        todo: list[State] = [start]
        while todo:
            state = todo.pop()
            if state not in seen:
                seen.add(state)
                todo.extend(FOLLOWS[state])
        return seen

    assert beyond("draft") == set(FOLLOWS) == set(get_args(State))
    assert all("closed" in beyond(state) for state in FOLLOWS)


def test_the_digest_sees_every_change() -> None:
    one: Content = content()
    assert one.digest != replace(one, summary=one.summary + " ").digest
    assert one.digest == content().digest
