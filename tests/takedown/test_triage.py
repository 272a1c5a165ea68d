"""Answers are written once, over others' words only with open eyes, and taken back only while nothing was sent."""

import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from index.home import Home
from index.open import open_decisions
from index.records import Decisions, Overtaken
from index.times import utc
from takedown import triage
from takedown.answers import all_answers
from takedown.decision import Decision
from takedown.leases import LASTS, Lease, holder, holders, take
from takedown.notice import Step
from takedown.notices import NoticeBook
from takedown.triage import TriageError, undo, write
from tests.conftest import ROOT
from tests.takedown.answers import AT, decision
from tests.takedown.objects import content, target

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
U = "u1-aa"


def confirm(*about: str, **given: Any) -> Decision:
    return decision(U, "confirm", *(about or ("f1-a", "f1-b")), evidence="e", **given)


def test_the_same_command_again_finds_it_written(records: Decisions) -> None:
    first = write(records, confirm(), now=NOW)
    again = write(records, confirm(at="2026-11-25T09:00:00Z"), now=NOW)
    assert first.made and not again.made and again.answer.id == first.answer.id == "u1-aa:1"
    assert len(records.versions("decision", U)) == 1
    for kind in ("note", "assign"):
        said = decision(U, kind, "f1-a", "f1-b", to="chen" if kind == "assign" else "")
        assert [write(records, said, now=NOW).made for _ in range(2)] == [True, False]


def test_a_second_person_of_the_same_mind_makes_no_second_decision(records: Decisions) -> None:
    write(records, confirm(), now=NOW)
    assert not write(records, confirm(by="chen"), now=NOW).made
    assert write(records, confirm(by="chen", note="the page says so itself"), now=NOW).made  # words are not lost


def test_more_members_or_other_evidence_are_a_decision_of_their_own(records: Decisions) -> None:
    write(records, confirm(), now=NOW)
    assert write(records, confirm("f1-a", "f1-b", "f1-c"), now=NOW).answer.version == 2
    assert write(records, decision(U, "confirm", "f1-a", "f1-b", evidence="other"), now=NOW).answer.version == 3


def test_what_somebody_said_is_not_overruled_unseen(records: Decisions) -> None:
    write(records, confirm(by="chen"), now=NOW)
    no = decision(U, "dismiss", "f1-b", reason="licensed")
    with pytest.raises(TriageError, match=r"chen.*--version 1"):
        write(records, no, now=NOW)
    with pytest.raises(TriageError, match="version 1"):
        write(records, no, now=NOW, version=4)
    assert write(records, no, now=NOW, reopened=["f1-b"]).made
    known = all_answers(records)
    assert (known.of("f1-a").decision.kind, known.of("f1-b").decision.kind) == ("confirm", "dismiss")
    assert write(records, confirm(), now=NOW, version=2).answer.version == 3


def test_taking_back_restores_exactly_and_once(records: Decisions) -> None:
    with pytest.raises(TriageError, match="nothing"):
        undo(records, U, at=AT, by="li")
    write(records, confirm(), now=NOW)
    write(records, decision(U, "dismiss", "f1-b"), now=NOW, version=1)
    before = [all_answers(records).of(name).id for name in ("f1-a", "f1-b")]
    assert before == ["u1-aa:1", "u1-aa:2"]
    assert undo(records, U, at=AT, by="li").made and not undo(records, U, at=AT, by="li").made
    assert [all_answers(records).of(name).id for name in ("f1-a", "f1-b")] == ["u1-aa:1", "u1-aa:1"]
    assert undo(records, U, at=AT, by="li", version=1).made and not undo(records, U, at=AT, by="li", version=1).made
    assert all_answers(records).of("f1-a") is None
    assert len(records.versions("decision", U)) == 4  # nothing was rewritten


def test_somebody_elses_answer_is_taken_back_by_its_number_only(records: Decisions) -> None:
    write(records, confirm(by="chen"), now=NOW)
    with pytest.raises(TriageError):
        undo(records, U, at=AT, by="li")
    assert undo(records, U, at=AT, by="li", version=1).made


def test_once_a_notice_was_sent_it_is_a_withdrawal(records: Decisions) -> None:
    about = target(1).finding_id
    write(records, confirm(about), now=NOW)
    book = NoticeBook(records)
    notice = book.draft(content(), at=AT, by="li")
    for state in ("approved", "exported"):
        notice = book.step(notice, Step(state=state, at=AT, by="wang"), by="wang")
    write(records, decision(U, "note", about), now=NOW)
    assert undo(records, U, at=AT, by="li").made  # a note leaves nothing behind
    book.step(notice, Step(state="sent", at=AT, by="li"), by="li")
    with pytest.raises(TriageError, match=rf"{notice.id}.*notice withdraw"):
        undo(records, U, at=AT, by="li", version=1)
    assert all_answers(records).of(about) is not None


def test_a_unit_that_somebody_works_on_is_left_to_them(records: Decisions) -> None:
    held = take(records, U, by="chen", now=NOW, evidence="e")
    assert held and take(records, U, by="li", now=NOW, evidence="e") is None
    with pytest.raises(TriageError, match="chen"):
        write(records, confirm(), now=NOW)
    assert write(records, decision(U, "note", "f1-a", by="li"), now=NOW).made  # words hold nobody up
    write(records, confirm(by="chen"), now=NOW)
    assert holders(records, NOW) == {}  # given back with the answer
    assert take(records, U, by="li", now=NOW, evidence="e")


def test_a_lease_runs_out_and_a_clock_that_jumps_locks_nobody_out(records: Decisions) -> None:
    take(records, U, by="chen", now=NOW, evidence="e")
    last = records.latest("lease", U)
    assert holder(last, NOW + LASTS - timedelta(seconds=1)) and not holder(last, NOW + LASTS)
    assert not holder(last, NOW - timedelta(days=900))  # taken while the clock stood in the future
    assert holder(last, NOW - timedelta(minutes=1))  # clocks differ a little
    forever = Lease(taken_at=utc(NOW), until="2999-01-01T00:00:00Z")
    assert not holder(records.append("lease", U, forever, at=AT, by="chen", after=1), NOW)
    assert take(records, U, by="li", now=NOW - timedelta(days=900), evidence="e")


@pytest.mark.parametrize("reader", ["answers_about", "latest"])
def test_an_answer_that_comes_in_between_two_reads_is_not_overlooked(
    home: Home, monkeypatch: pytest.MonkeyPatch, reader: str
) -> None:
    records, others = open_decisions(home), open_decisions(home)
    owner: Any = triage if reader == "answers_about" else records
    read = getattr(owner, reader)
    rival = [decision(U, "confirm", "f1-a", by="li")]

    def overtaken(*asked: Any) -> Any:
        seen = read(*asked)
        if rival:
            others.append("decision", U, rival.pop(), at=AT, by="li", after=0, about=("f1-a",))
        return seen

    monkeypatch.setattr(owner, reader, overtaken)
    with pytest.raises(TriageError):
        write(records, decision(U, "dismiss", "f1-a", by="chen"), now=NOW)
    assert len(records.versions("decision", U)) == 1


def test_of_two_that_answer_at_once_one_is_written(home: Home) -> None:
    open_decisions(home).close()
    start = threading.Barrier(2, timeout=60)
    outcomes: list[object] = []

    def decide(kind: str, by: str) -> None:
        records = open_decisions(home)
        start.wait()
        try:
            outcomes.append(write(records, decision(U, kind, "f1-a", by=by), now=NOW).made)
        except (TriageError, Overtaken) as error:
            outcomes.append(type(error))
        records.close()

    people = [threading.Thread(target=decide, args=each) for each in (("confirm", "li"), ("dismiss", "chen"))]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert outcomes.count(True) == 1 and TriageError in outcomes
    with_records = open_decisions(home)
    assert len(with_records.versions("decision", U)) == 1
    with_records.close()


PROGRAM = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from index.home import Home
from index.open import open_decisions
from takedown.triage import write
from tests.takedown.answers import decision
records = open_decisions(Home(Path(sys.argv[1])))
done = write(records, decision("u1-aa", "confirm", "f1-a", by=sys.argv[2]), now=datetime(2026, 11, 25, 8, tzinfo=UTC))
if len(sys.argv) > 3:
    os.kill(os.getpid(), signal.SIGKILL)
print(done.made)
"""


def process(home: Path, *argv: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM, str(home), *argv]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True)


def test_two_processes_make_one_decision(home: Home) -> None:
    both = [process(home.path, by) for by in ("li", "chen")]
    said = sorted(one.communicate(timeout=120)[0].strip() for one in both)
    assert said == ["False", "True"]


def test_a_process_killed_between_writing_and_answering_has_decided_exactly_once(home: Home) -> None:
    killed = process(home.path, "li", "kill")
    killed.communicate(timeout=120)
    assert killed.returncode == -signal.SIGKILL
    assert process(home.path, "li").communicate(timeout=120)[0].strip() == "False"
    records = open_decisions(home)
    assert [record.version for record in records.every("decision")] == [1]
    records.close()
