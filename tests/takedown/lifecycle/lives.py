"""Notices that were sent, and looks at their targets, made for tests."""

from __future__ import annotations

from typing import Any

from index.model import Observation, ObservationState
from index.records import Decisions
from takedown.lifecycle.outcome import Looks
from takedown.lifecycle.said import Said
from takedown.lifecycle.steps import AfterSending
from takedown.lifecycle.workdays import workdays
from takedown.notice import Notice, Step, Target
from takedown.notices import NoticeBook
from takedown.recipients.model import Deadline, Field, Form, Recipient
from tests.takedown.objects import AT, content, target

SENT_AT = "2026-11-25T09:00:00Z"
NOW = "2026-11-28T09:00:00Z"


def recipient(name: str = "huawei_appgallery", **given: Any) -> Recipient:
    form = Form(
        id="complaint",
        title_zh="投诉",
        title_en="Complaint",
        version="1",
        verified_at="2026-11-25",
        source="invented",
        bases=("impersonation",),
        fields=(Field(id="url", path="targets.url", label_zh="网址", label_en="Address"),),
    )
    said: dict[str, Any] = {
        "name_zh": "示例商店",
        "name_en": "Example Store",
        "country": "CN",
        "channel": "portal",
        "address": "https://store.example.com/complain",
        "forms": (form,),
        "deadline": Deadline(unit="working_days", number=7),
    }
    return Recipient(id=name, **{**said, **given})


def desk(records: Decisions, *recipients: Recipient) -> AfterSending:
    known = {each.id: each for each in recipients or (recipient(),)}
    return AfterSending(records, known, workdays())


def exported(records: Decisions, *targets: Target, at: str = AT, **given: Any) -> Notice:
    book = NoticeBook(records)
    made = content(*targets, **given)
    notice = book.draft(made, at=at, by="lin")
    for state in ("approved", "exported"):
        notice = book.step(notice, Step(state=state, at=at, by="wang", digest=made.digest), by="wang")
    return notice


def sent(records: Decisions, *targets: Target, at: str = SENT_AT, **given: Any) -> Notice:
    notice = exported(records, *targets, at=min(AT, at), **given)
    desk_of = desk(records, recipient(notice.content.recipient))
    return desk_of.sent(notice, Said(), now=at, by="lin")


def look(state: ObservationState, at: str, run: str = "", number: int = 1) -> Observation:
    return Observation(listing_id=target(number).listing_id, at=at, state=state, run_id=run or f"r-{at}")


def looks(*seen: Observation, last_seen: str = AT) -> Looks:
    return Looks(observations=seen, last_seen=last_seen)


def healthy(_run: str) -> bool:
    return True
