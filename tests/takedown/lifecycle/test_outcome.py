"""Removed is told from off the shelf, moved, blocked and unseen; only sure looks and named persons move a notice."""

from collections.abc import Sequence

import pytest

from index.model import Observation
from index.records import Decisions
from takedown.lifecycle.outcome import Became, Looks, Outcome, outcomes, proposal
from takedown.lifecycle.said import Said
from takedown.lifecycle.withdrawal import whole, withdraw
from takedown.notice import Notice, State, Target
from takedown.notices import NoticeBook
from tests.takedown.lifecycle.lives import NOW, desk, healthy, look, looks, sent
from tests.takedown.objects import AT, target

F1, F2 = (target(number).finding_id for number in (1, 2))
BEFORE, T1, T2, T3 = "2026-11-25T08:30:00Z", "2026-11-26T01:00:00Z", "2026-11-26T03:00:00Z", "2026-11-27T01:00:00Z"


@pytest.mark.parametrize(
    ("seen", "last_seen", "wanted"),
    [
        ((), AT, "unseen"),
        ((), "", "unseen"),
        ((), T1, "up"),  # a crawl saw it again and left no observation
        ((look("seen", T1),), AT, "up"),
        ((look("gone", T1),), AT, "unsure"),
        ((look("gone", T1, "r1"), look("gone", T2, "r1")), AT, "unsure"),  # one run that looked twice
        ((look("gone", T1), look("gone", "2026-11-26T01:30:00Z")), AT, "unsure"),  # half an hour apart
        ((look("gone", T1), look("gone", T2)), AT, "removed"),
        ((look("gone", T1), look("blocked", T2), look("gone", T3)), AT, "removed"),
        ((look("gone", T1), look("gone", T2), look("blocked", T3)), AT, "removed"),
        ((look("gone", T1), look("seen", T2), look("gone", T3)), AT, "unsure"),
        ((look("gone", T1), look("gone", T2)), T3, "relisted"),  # a crawl found it after that
        ((look("gone", T1), look("gone", T2), look("seen", T3)), AT, "relisted"),  # though nobody wrote it down
        ((look("gone", T1), look("seen", T2)), AT, "up"),
        ((look("gone", AT), look("gone", BEFORE), look("seen", T1)), AT, "up"),
        ((look("moved", T1), look("moved", T2), look("seen", T3)), AT, "up"),
        ((look("off_shelf", T1), look("off_shelf", T2)), AT, "off_shelf"),
        ((look("moved", T1), look("moved", T2)), AT, "moved"),
        ((look("gone", BEFORE), look("gone", T1)), AT, "before"),
        ((look("blocked", T1), look("blocked", T2)), AT, "blocked"),
        ((look("seen", T1), look("blocked", T2)), AT, "blocked"),
        ((look("blocked", T1), look("seen", T2)), AT, "up"),
        ((look("blocked", BEFORE),), AT, "unseen"),
        ((look("error", T1), look("error", T2)), AT, "unseen"),
        ((look("gone", T1), look("blocked", T2), look("blocked", T3)), AT, "blocked"),
    ],
)
def test_what_looks_show(seen: Sequence[Observation], last_seen: str, wanted: Became, records: Decisions) -> None:
    (found,) = outcomes(sent(records), lambda _: looks(*seen, last_seen=last_seen), healthy)
    assert found.became == wanted
    assert bool(proposal(sent(records), [found], now=NOW)) == (wanted in {"removed", "off_shelf", "before", "relisted"})


def test_absence_that_an_unhealthy_run_saw_counts_for_nothing(records: Decisions) -> None:
    seen = looks(look("gone", T1, "good"), look("gone", T3, "bad"))
    (found,) = outcomes(sent(records), lambda _: seen, lambda run: run == "good")
    assert found.became == "unsure"
    (found,) = outcomes(sent(records), lambda _: seen, lambda _: False)
    assert found.became == "unsure" and proposal(sent(records), [found], now=NOW) is None
    (found,) = outcomes(sent(records), lambda _: looks(look("seen", T1, "bad")), lambda _: False)
    assert found.became == "up", "that it is there, any run can see"


def by_number(**seen: Looks) -> "dict[str, Looks]":
    return {target(int(name.removeprefix("n"))).finding_id: each for name, each in seen.items()}


def judged(notice: Notice, **seen: Looks) -> list[Outcome]:
    known = by_number(**seen)
    return outcomes(notice, lambda each: known.get(each.finding_id, Looks(last_seen=AT)), healthy)


GONE = looks(look("gone", T1, "r1"), look("gone", T2, "r2"))


def test_a_step_by_the_program_names_the_looks_that_prove_it(records: Decisions) -> None:
    notice = sent(records, target(1), target(2))
    step = proposal(notice, judged(notice, n1=GONE), now=NOW)
    assert step is not None and (step.state, step.by, step.at) == ("partially_actioned", "copycatch", NOW)
    assert step.targets == {F1: "removed"} and step.looks == {F1: (f"{T1} r1", f"{T2} r2")}
    assert step.due_at == notice.steps[-1].due_at, "the rest is still due"
    notice = NoticeBook(records).step(notice, step, by="copycatch")
    assert proposal(notice, judged(notice, n1=GONE), now=NOW) is None, "nothing new"
    blocked = looks(look("blocked", T3))
    assert [each.became for each in judged(notice, n1=blocked)] == ["removed", "unseen"], "what was proven stays"
    step = proposal(notice, judged(notice, n1=GONE, n2=GONE), now=NOW)
    assert step is not None and (step.state, step.due_at) == ("actioned", "")


def test_blocked_never_counts_as_removed(records: Decisions) -> None:
    notice = sent(records, target(1), target(2))
    step = proposal(notice, judged(notice, n1=GONE, n2=looks(look("blocked", T1), look("blocked", T3))), now=NOW)
    assert step is not None and step.state == "partially_actioned" and F2 not in step.targets


def test_what_comes_back_at_the_same_address_is_relisted_and_may_go_again(records: Decisions) -> None:
    book, notice = NoticeBook(records), sent(records)
    for seen, wanted in (
        (GONE, "actioned"),
        (looks(*GONE.observations, look("seen", "2026-11-29T01:00:00Z")), "relisted"),
    ):
        step = proposal(notice, judged(notice, n1=seen), now="2026-11-28T10:00:00Z")
        assert step is not None and step.state == wanted
        notice = book.step(notice, step, by="copycatch")
    back = looks(*GONE.observations, look("seen", "2026-11-29T01:00:00Z"))
    assert proposal(notice, judged(notice, n1=back), now=NOW) is None
    again = looks(*back.observations, look("gone", "2026-11-30T01:00:00Z"), look("gone", "2026-11-30T05:00:00Z"))
    step = proposal(notice, judged(notice, n1=again), now="2026-11-30T06:00:00Z")
    assert step is not None and step.state == "actioned"
    assert step.looks[F1][0].startswith("2026-11-30T01"), "the newest time that it went counts"


def test_a_relisting_that_nobody_saw_come_is_proven_by_all_its_looks(records: Decisions) -> None:
    notice = sent(records)
    seen = looks(*GONE.observations, look("seen", T3, "r3"))
    (found,) = judged(notice, n1=seen)
    assert (found.down_at, found.since, found.proof) == (T1, T3, (f"{T1} r1", f"{T2} r2", f"{T3} r3"))
    step = proposal(notice, [found], now=NOW)
    assert step is not None and (step.state, step.targets) == ("relisted", {F1: "relisted"})
    assert NoticeBook(records).step(notice, step, by="copycatch").state == "relisted"


def test_what_a_crawl_finds_again_after_the_end_reopens_the_notice(records: Decisions) -> None:
    notice = sent(records)
    step = proposal(notice, judged(notice, n1=GONE), now=T3)
    assert step is not None
    notice = NoticeBook(records).step(notice, step, by="copycatch")
    notice = desk(records).closed(notice, Said(reason="已处理"), now=NOW, by="lin")
    assert proposal(notice, judged(notice, n1=GONE), now=NOW) is None
    seen = looks(*GONE.observations, last_seen="2026-12-20T00:00:00Z")
    step = proposal(notice, judged(notice, n1=seen), now="2026-12-20T01:00:00Z")
    assert step is not None and step.state == "relisted"


def test_what_was_gone_before_it_was_sent_was_not_the_recipients_doing(records: Decisions) -> None:
    notice = sent(records)
    step = proposal(notice, judged(notice, n1=looks(look("gone", BEFORE), look("gone", T1))), now=NOW)
    assert step is not None and (step.state, step.targets) == ("closed", {F1: "before"})


def test_a_counter_notice_is_not_ended_by_a_look(records: Decisions) -> None:
    notice = desk(records).countered(sent(records), Said(reason="我方有授权"), now=T3, by="lin")
    assert proposal(notice, judged(notice, n1=GONE), now=NOW) is None


def test_what_is_said_is_told_from_what_is_seen(records: Decisions) -> None:
    notice = desk(records).acted(sent(records), Said(), now=T2, by="lin")
    assert [each.became for each in judged(notice)] == ["said"]
    assert [each.became for each in judged(notice, n1=looks(look("seen", T1)))] == ["said"]
    assert [each.became for each in judged(notice, n1=looks(look("seen", T3)))] == ["up"], "it is there after that"
    assert [each.became for each in judged(notice, n1=GONE)] == ["removed"]
    refused = desk(records).rejected(sent(records), Said(reason="否"), now=T2, by="lin")
    assert [each.became for each in judged(refused, n1=looks(look("seen", T3)))] == ["refused"]
    step = proposal(refused, judged(refused, n1=GONE), now=NOW)
    assert step is not None and step.state == "actioned", "it went although they refused"


def test_a_person_counts_where_machines_are_not_let_in_until_a_look_shows_it_is_there(records: Decisions) -> None:
    saw = Said(note="我看到页面已不存在", files={"a.png": "ab" * 32})
    notice = desk(records).acted(sent(records), saw, now=T2, by="lin", witness=True)
    (found,) = judged(notice, n1=looks(look("blocked", T3)))
    assert (found.became, found.since) == ("witnessed", T2)
    (found,) = judged(notice, n1=looks(look("seen", T3)))
    assert found.became == "relisted"


@pytest.mark.parametrize("state", ["draft", "approved", "exported", "withdrawn"])
def test_what_no_recipient_has_is_moved_by_no_look(state: State, records: Decisions) -> None:
    notice = sent(records)
    if state == "withdrawn":
        (notice,) = withdraw(records, [w] if (w := whole(notice)) else [], reason="错误", now=NOW, by="lin")
        assert [each.became for each in judged(notice, n1=GONE)] == ["withdrawn"]
    else:
        steps = notice.steps[: {"draft": 1, "approved": 2, "exported": 3}[state]]
        notice = Notice(id=notice.id, version=1, content=notice.content, steps=steps)
    assert proposal(notice, judged(notice, n1=GONE), now=NOW) is None


def test_five_thousand_targets_are_judged_in_one_go(records: Decisions) -> None:
    targets: list[Target] = [target(number) for number in range(1, 5001)]
    notice = sent(records, *targets)
    found = outcomes(notice, lambda _: GONE, healthy)
    step = proposal(notice, found, now=NOW)
    assert step is not None and step.state == "actioned" and len(step.targets) == 5000
    assert NoticeBook(records).get(NoticeBook(records).step(notice, step, by="copycatch").id).state == "actioned"
