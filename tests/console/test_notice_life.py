"""Notices after sending, as people work with them at the command line; the looks lie in a real index."""

import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from index.home import Home
from index.model import Observation, ObservationState, Run
from index.open import open_decisions, open_index
from index.protocol import Index
from index.records import Decisions
from index.times import utc
from takedown.notice import Notice, Step, Target
from takedown.notices import NoticeBook
from tests.console.conftest import Answer
from tests.takedown.objects import content, target
from tests.takedown.stored import counterfeit, put

Call = Callable[..., Answer]
STORE = """
id: own_store
name_zh: 示例商店
name_en: Example Store
country: CN
channel: portal
address: https://store.example.com/complain
deadline: {unit: working_days, number: 7, source: invented}
forms:
  - id: complaint
    title_zh: 投诉
    title_en: Complaint
    version: "2"
    verified_at: "2026-11-25"
    source: invented
    bases: [impersonation, ip_trademark]
    fields:
      - {id: url, path: targets.url, label_zh: 网址, label_en: Address, required: true}
"""


def ago(**given: float) -> str:
    return utc(datetime.now(UTC) - timedelta(**given))


@dataclass
class Shop:
    """A home with three counterfeit listings and whatever notices a test makes."""

    home: Home
    index: Index
    records: Decisions
    targets: list[Target]

    def notice(self, *numbers: int, state: str = "exported", **given: Any) -> Notice:
        made = content(*(self.targets[each] for each in numbers or (0,)), **{"recipient": "own_store", **given})
        book = NoticeBook(self.records)
        notice = book.draft(made, at=ago(days=4), by="lin")
        for each in ("approved", "exported", "sent")[: ("draft", "approved", "exported", "sent").index(state)]:
            notice = book.step(notice, Step(state=each, at=ago(days=3), by="wang", digest=made.digest), by="wang")
        return notice

    def look(self, number: int, state: ObservationState, hours: float, *, outcome: str = "healthy") -> None:
        name = f"run-{number}-{hours}"
        run = Run(
            id=name,
            marketplace="recheck:apps.example.org",
            spider="fdroid_repo",
            started_at=ago(hours=hours),
            finished_at=ago(hours=hours),
            outcome=outcome,  # type: ignore[arg-type] # one of the literals, or refused
        )
        self.index.record_run(run)
        listing = self.targets[number].listing_id
        self.index.observe([Observation(listing_id=listing, at=ago(hours=hours), state=state, run_id=name)])


@pytest.fixture
def shop(own_home: Path) -> Iterator[Shop]:
    home = Home(own_home).prepare()
    (own_home / "recipients").mkdir()
    (own_home / "recipients/own_store.yml").write_text(STORE, "utf-8")
    with closing(open_index(home)) as index, closing(open_decisions(home)) as records:
        judged = [counterfeit(number) for number in (1, 2, 3)]
        put(index, *judged, at=ago(days=5))
        targets = [
            target(
                number,
                finding_id=each.findings[0].id,
                listing_id=each.findings[0].listing_id,
                url=each.listing.url,
                first_seen=ago(days=5),
            )
            for number, each in enumerate(judged, 1)
        ]
        yield Shop(home, index, records, targets)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    out = BytesIO()
    Image.new("RGB", (40, 30)).save(out, "PNG")
    (tmp_path / "receipt.png").write_bytes(out.getvalue())
    return tmp_path / "receipt.png"


def test_a_notice_lives_from_sending_to_its_end(copycatch: Call, shop: Shop, picture: Path) -> None:
    name = shop.notice().id
    (sent,) = copycatch("notice", "sent", name[:12], "--as", "lin", "--at", ago(days=2), "--json").fits("notice_step")
    assert (sent["state"], sent["step"]["channel"], sent["step"]["by"]) == ("sent", "portal", "lin")
    assert sent["step"]["due_rule"].startswith("7 working_days, Asia/Shanghai") and sent["remarks"]
    said = copycatch("notice", "acknowledged", name, "--receipt", "TX-1", "--file", picture, "--json")
    (known,) = said.fits("notice_step")
    assert known["receipt"] == "TX-1" and known["step"]["due_at"] == sent["step"]["due_at"]
    kept = shop.home.path / "receipts" / f"{known['step']['files']['receipt.png']}.png"
    assert kept.read_bytes() == picture.read_bytes() and stat.S_IMODE(kept.stat().st_mode) == 0o600
    (asked,) = copycatch("notice", "rejected", name, "--reason", "材料不足", "--asked", "商标注册证", "--json").fits(
        "notice_step"
    )
    assert asked["state"] == "rejected"
    (closed,) = copycatch("notice", "closed", name, "--reason", "转交律师", "--json").fits("notice_step")
    assert closed["state"] == "closed" and NoticeBook(shop.records).get(name).state == "closed"


def test_two_sure_looks_move_a_notice_and_blocked_ones_do_not(copycatch: Call, shop: Shop) -> None:
    name = shop.notice(0, 1, 2, state="sent").id
    for hours in (30, 20):
        shop.look(0, "gone", hours)
        shop.look(1, "blocked", hours)
        shop.look(2, "gone", hours, outcome="unhealthy")
    (found,) = copycatch("notice", "outcomes", "--json").fits("notice_outcomes")
    assert [each["became"] for each in found["targets"]] == ["removed", "blocked", "unsure"]
    assert (found["state"], found["proposed"], found["applied"]) == ("sent", "partially_actioned", False)
    assert NoticeBook(shop.records).get(name).state == "sent"
    (found,) = copycatch("notice", "outcomes", "--apply", "--json").fits("notice_outcomes")
    step = NoticeBook(shop.records).get(name).steps[-1]
    assert found["applied"] and (step.state, step.by) == ("partially_actioned", "copycatch")
    assert list(step.looks) == [shop.targets[0].finding_id]
    assert shop.records.versions("step", name)[-1].by == "copycatch"
    (found,) = copycatch("notice", "outcomes", name, "--json").fits("notice_outcomes")
    assert found["proposed"] is None
    shop.look(0, "seen", 1)
    answer = copycatch("notice", "outcomes", name, "--apply")
    assert answer.code == 0 and "relisted" in answer.out
    assert NoticeBook(shop.records).get(name).state == "relisted"


def test_the_word_of_a_recipient_is_no_proof_but_looks_that_are_there_are(
    copycatch: Call, shop: Shop, picture: Path
) -> None:
    one, other, third = (shop.notice(number, state="sent").id for number in (0, 1, 2))
    for hours in (30, 20):
        shop.look(1, "gone", hours)
    states = []
    for name, more in ((one, ()), (other, ()), (third, ("--saw", "页面已不存在", "--file", picture))):
        (found,) = copycatch("notice", "actioned", name, *more, "--json").fits("notice_step")
        states.append(found["state"])
    assert states == ["acknowledged", "actioned", "actioned"]
    assert copycatch("notice", "actioned", one, "--saw", "页面已不存在").code == 2, "a picture is missing"


def test_a_counter_notice_says_until_when_we_must_act(copycatch: Call, shop: Shop) -> None:
    marked = shop.notice(basis="ip_trademark", state="sent").id
    answer = copycatch("notice", "counter", marked, "--reason", "对方称已获授权")
    assert answer.code == 0 and "we must have complained or sued by" in answer.out
    (due,) = copycatch("notice", "due", "--ours", "--json").fits("notice_due")
    assert (due["duty"], due["ours"], due["overdue"]) == ("counter", True, False)
    other = shop.notice(1, state="sent").id
    (found,) = copycatch("notice", "counter", other, "--reason", "否", "--due", "2099-01-02", "--json").fits(
        "notice_step"
    )
    assert found["step"]["due_rule"] == "stated" and found["step"]["due_at"].startswith("2099-01-0")


def test_what_is_due_stands_in_a_list(copycatch: Call, shop: Shop) -> None:
    assert "nothing is due" in copycatch("notice", "due").err
    shop.notice()
    late = shop.notice(1).id
    copycatch("notice", "sent", late, "--at", ago(days=2), "--due", ago(hours=5))
    first, second = copycatch("notice", "due", "--json").fits("notice_due")
    assert (first["id"], first["overdue"], second["duty"]) == (late, True, "send")
    answer = copycatch("notice", "due")
    assert "overdue" in answer.out and "exported, not recorded" in " ".join(answer.out.split())
    assert len(copycatch("notice", "due", "--overdue", "--json").fits("notice_due")) == 1


def test_submitting_again_cites_the_receipt_and_leaves_out_what_is_gone(copycatch: Call, shop: Shop) -> None:
    name = shop.notice(0, 1, state="sent").id
    for hours in (30, 20):
        shop.look(0, "gone", hours)
    copycatch("notice", "rejected", name, "--reason", "材料不足", "--receipt", "R-7", "--asked", "商标注册证")
    (made,) = copycatch("notice", "resubmit", name, "--as", "lin", "--json").fits("notice_resubmit")
    assert (made["resubmits"], made["first"], made["left_out"], made["targets"]) == ("R-7", name, 1, 1)
    assert made["asks"][0]["asked"] == ["商标注册证"]
    drafted = NoticeBook(shop.records).get(made["id"])
    assert drafted.content.form_version == "2", "the form as it is now"
    assert copycatch("notice", "resubmit", drafted.id).code == 2


def test_one_command_takes_a_finding_back_everywhere_and_writes_the_letters(
    copycatch: Call, shop: Shop, tmp_path: Path
) -> None:
    alone = shop.notice(state="sent").id
    shared = shop.notice(0, 1, state="sent", recipient="huawei_appgallery").id
    draft = shop.notice(state="draft").id
    finding = shop.targets[0].finding_id
    call = ("notice", "withdraw", finding, "--out", tmp_path / "letters", "--json")
    would = copycatch(*call, "--dry-run").fits("notice_withdraw")
    assert len(would) == 3 and all(each["step"] is None for each in would)
    assert copycatch(*call).code == 2, "a reason is missing"
    done = {each["id"]: each for each in copycatch(*call, "--reason", "对方出示了授权书").fits("notice_withdraw")}
    assert {name: each["state"] for name, each in done.items()} == {
        alone: "withdrawn",
        shared: "sent",
        draft: "withdrawn",
    }
    assert done[shared]["step"]["targets"] == {finding: "withdrawn"}
    assert done[draft]["files"] == [] and all(Path(done[name]["files"][0]).exists() for name in (alone, shared))
    noted = [record.value for record in shop.records.every("audit")]
    assert {(each["what"], each["notice"]) for each in noted} == {
        ("notice.withdrawal", alone),
        ("notice.withdrawal", shared),
    }
    assert copycatch(*call, "--reason", "再来一次").code == 2, "nothing is left"
    again = copycatch("notice", "withdraw", alone, "--only-letters", "--letter", "pdf", "--out", tmp_path, "--json")
    assert Path(again.fits("notice_withdraw")[0]["files"][0]).read_bytes().startswith(b"%PDF")
    assert copycatch("notice", "withdraw", "f1-ffffffffffff", "--reason", "x").code == 2


def test_statistics_say_what_was_measured_and_what_was_not(copycatch: Call, shop: Shop) -> None:
    name = shop.notice().id
    copycatch("notice", "sent", name, "--at", ago(hours=48))
    shop.notice(1, state="sent", recipient="huawei_appgallery")
    for hours in (24, 20):
        shop.look(0, "gone", hours)
    (found,) = copycatch("notice", "statistics", "--json").fits("notice_statistics")
    groups = {(each["by"], each["key"]): each for each in found["groups"]}
    store = groups["recipient", "own_store"]
    assert (store["success"]["k"], store["success"]["n"]) == (1, 1)
    assert store["notice_to_removal"]["median"] == pytest.approx(24, abs=0.01)
    assert store["detect_to_notice"]["median"] == pytest.approx(72, abs=0.01)
    other = groups["recipient", "huawei_appgallery"]
    assert (other["success"], other["notice_to_removal"], other["became"]["unseen"]) == (None, None, 1)
    answer = copycatch("notice", "statistics")
    assert "not measured" in answer.out and "as of" in answer.err
    (none,) = copycatch("notice", "statistics", "--to", "2001-01-01", "--json").fits("notice_statistics")
    assert none["groups"][0]["targets"] == 0 and none["groups"][0]["success"] is None


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("sent", "n1-unknown"), "no notice"),
        (("acknowledged", "{id}"), "receipt number"),
        (("acknowledged", "{id}", "--receipt", "A\x1b[2J"), "invisible"),
        (("acknowledged", "{id}", "--receipt", "1", "--at", "tomorrow"), "no time"),
        (("acknowledged", "{id}", "--receipt", "1", "--at", "2999-01-01"), "after now"),
        (("acknowledged", "{id}", "--receipt", "1", "--at", "2001-01-01"), "before the step before"),
        (("acknowledged", "{id}", "--file", "{bad}"), "no whole picture"),
        (("acknowledged", "{id}", "--file", "/nowhere.png"), "nowhere.png"),
        (("rejected", "{id}"), "reason"),
        (("rejected", "{id}", "--reason", "x", "--target", "f1-none"), "no target"),
        (("withdraw", "{id}", "--reason", " "), "reason"),
        (("closed", "{id}"), "reason"),
    ],
)
def test_mistakes_are_one_clear_line_and_change_nothing(
    copycatch: Call, shop: Shop, tmp_path: Path, call: tuple[str, ...], said: str
) -> None:
    notice = shop.notice(state="sent")
    (tmp_path / "bad.png").write_bytes(b"<html>")
    words = [word.format(id=notice.id, bad=tmp_path / "bad.png") for word in call]
    answer = copycatch("notice", *words)
    assert answer.code == 2 and said in answer.err and "\x1b" not in answer.err
    assert NoticeBook(shop.records).get(notice.id) == notice


def test_who_may_not_send_writes_nothing_down(
    copycatch: Call, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "copycatch.toml").write_text('[[people]]\nname = "wang"\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    notice = shop.notice()
    assert copycatch("notice", "sent", notice.id, "--as", "mallory").code == 2
    assert copycatch("notice", "sent", notice.id, "--as", "wang").code == 0
