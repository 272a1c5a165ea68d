"""How long things are kept, and what no rule may delete: held things, open notices, findings that are not answered yet.

A rule that is not set deletes nothing. What was decided is kept until its own rule says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from index.protocol import Index
from index.records import Decisions, Entry, Record
from index.settings import RetentionSettings
from index.times import utc
from takedown.answers import Answers, all_answers
from takedown.decision import SAYS_WHAT_IT_IS
from takedown.holds import held
from takedown.notice import Notice
from takedown.notices import NoticeBook

OVER = frozenset({"closed", "withdrawn"})
"""States of notices that nothing is expected of any more."""
_TARGET = ("finding_id", "listing_id", "kind", "marketplace", "first_seen", "last_seen")
_ALLEGATION = ("violation", "title_zh", "title_en", "observability", "probability", "targets")
_CONTENT = (
    "recipient", "form", "form_version", "basis", "jurisdiction", "language", "action", "decisions", "brand", "tlp",
)  # fmt: skip
_STEP = ("state", "at", "by", "digest", "due_at", "due_rule", "channel", "targets", "looks")
"""What stays of a notice whose time is over: what statistics count, and nothing that people wrote or that names any."""


@dataclass(frozen=True, slots=True)
class Rules:
    """[retention] of the settings, at one moment."""

    settings: RetentionSettings
    now: str

    def before(self, kind: str) -> str:
        """Things of this kind from before this moment may go; '' where the rule is not set."""
        days: int = getattr(self.settings, kind)
        return utc(datetime.fromisoformat(self.now) - timedelta(days=days)) if days else ""


@dataclass(slots=True, kw_only=True)
class Kept:
    """What must not go."""

    held: set[str] = field(default_factory=set)
    """Listings that somebody put a hold on, by their own id, a finding's or a notice's: not even a person's demand
    moves them."""
    running: set[str] = field(default_factory=set)
    """Listings that an open notice is about."""
    needed: set[str] = field(default_factory=set)
    """Listings with a finding that is not answered, or was decided too recently to go."""
    notices: set[str] = field(default_factory=set)
    """Notices that are held or not over."""
    files: set[str] = field(default_factory=set)
    """SHA-256 of pictures and papers of these notices."""
    decided: set[str] = field(default_factory=set)
    """Listings that may go, since all that was found on them was decided long enough ago."""

    @property
    def listings(self) -> set[str]:
        """All of them."""
        return self.held | self.running | self.needed

    @property
    def bound(self) -> set[str]:
        """Those that a person's demand does not move either."""
        return self.held | self.running


def kept(index: Index, records: Decisions, rules: Rules) -> Kept:
    """What must not go now. Raises IndexUnavailable, ReadError."""
    found, names = Kept(), set(held(records))
    for notice in NoticeBook(records).every():
        _notice(found, notice, names)
    found.held |= {name for name in names if name.startswith("l1-")}
    answers = all_answers(records)
    before = rules.before("decided")
    open_: set[str] = set()
    old: set[str] = set()
    for hit in index.scan("*"):
        listing = str(hit.value["listing_id"])
        if hit.id in names:
            found.held.add(listing)
        decided = _decided(answers, hit.id)
        if decided:
            (old if decided < before else open_).add(listing)
        elif hit.value["verdict"] != "benign":
            open_.add(listing)
    found.needed |= open_
    found.decided |= old - open_ - found.held - found.running
    return found


def _notice(found: Kept, notice: Notice, names: set[str]) -> None:
    listings = {target.listing_id for target in notice.content.targets}
    over = notice.state in OVER
    on_hold = notice.id in names
    if on_hold:
        found.held |= listings
    if not over:
        found.running |= listings
    if on_hold or not over:
        found.notices.add(notice.id)
        found.files |= {one.sha256 for one in notice.content.attachments}
        found.files |= {digest for step in notice.steps for digest in step.files.values()}
        found.files |= {one.look.picture_sha256 for one in notice.content.targets if one.look}


def _decided(answers: Answers, finding: str) -> str:
    """When somebody confirmed or dismissed it; never, while somebody waits for more; '' where nobody said anything."""
    answer = answers.of(finding)
    if answer is None:
        return ""
    return answer.decision.decided_at if answer.decision.kind in SAYS_WHAT_IT_IS else "9999"


def old_listings(index: Index, rules: Rules, spared: set[str]) -> Iterator[str]:
    """Listings on which nothing was found, last seen too long ago."""
    before = rules.before("listings")
    if before:
        query = f'verdict:benign AND last_seen:[* TO "{before}"}}'
        yield from (hit.id for hit in index.scan(query, kind="listings") if hit.id not in spared)


def old_notices(records: Decisions, rules: Rules, spared: set[str]) -> Iterator[Notice]:
    """Notices that were over too long ago, and still say more than what stays."""
    before = rules.before("notices")
    if before:
        for notice in NoticeBook(records).every():
            if notice.id not in spared and notice.state in OVER and notice.steps[-1].at < before and _says_more(notice):
                yield notice


def _says_more(notice: Notice) -> bool:
    return bool(notice.content.summary or notice.content.reporter.org or any(t.url for t in notice.content.targets))


def reduce(records: Decisions, notices: Iterable[Notice], *, at: str, by: str, reason: str) -> int:
    """Leaves of notices what statistics count; says how many records were emptied. Raises Overtaken."""
    seqs = []
    for notice in list(notices):  # all of them, before the first record is added
        for record in (*records.versions("notice", notice.id), *records.versions("step", notice.id)):
            if record.chain:
                said = reduced(record.kind, record.value)
                records.append_all([instead(records, record, said)], at=at, by=by)
                seqs.append(record.seq)
    if seqs:
        records.remove(seqs, at=at, by=by, reason=reason, what="notices")
    return len(seqs)


def instead(records: Decisions, record: Record, value: object) -> Entry:
    """What stands in the place of a record's content."""
    last = records.latest("replaced", str(record.seq))
    return Entry(
        kind="replaced", id=str(record.seq), value=value, after=last.version if last else 0, about=record.about
    )


def reduced(kind: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """What stays of a version of a notice's content ('notice') or life ('step')."""
    if kind == "step":
        return {name: value[name] for name in _STEP if name in value}
    left = {name: value[name] for name in _CONTENT if name in value}
    left["targets"] = [
        {**{name: one[name] for name in _TARGET if name in one}, "url": "", "title": ""} for one in value["targets"]
    ]
    left["allegations"] = [{name: one[name] for name in _ALLEGATION if name in one} for one in value["allegations"]]
    return left
