"""What notices achieved: per recipient and marketplace, how many targets came down, how fast, and how many came back.

One target of several notices (submitted again; sent to a store and to its host) is one case of each recipient and one
of its marketplace: its time runs from the first notice. What nobody could measure is None and is shown as 未测得.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Literal, get_args

from takedown.lifecycle.medians import Share, Span, share, span, survival
from takedown.lifecycle.outcome import DOWN, Became, Outcome, sent_at
from takedown.notice import Notice, Step, Target

By = Literal["all", "recipient", "marketplace"]
STILL: frozenset[str] = frozenset({"up", "refused", "said", "blocked"})
"""Up when it was last seen: its time has not ended."""
SETTLED: frozenset[str] = frozenset({*DOWN, "relisted", "up", "refused", "said", "moved"})
"""What a success is counted among: all where somebody could look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One target at one recipient, or at its marketplace."""

    finding_id: str
    recipient: str
    marketplace: str
    detected_at: str
    """First time it was seen; empty where unknown."""
    sent_at: str
    """First time a notice about it was sent."""
    became: Became
    down_at: str
    """First look that found it down; empty where none did."""
    looked_at: str
    measurable: bool
    """False where a clock jumped between the steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of all, of one recipient, or of one marketplace."""

    by: By
    key: str
    notices: int
    """That were sent."""
    silent: int
    """Of these: the recipient said nothing, and nothing came down."""
    rejected: int
    """Of these: refused as a whole, as they stand now."""
    targets: int
    became: dict[str, int]
    """Every `Became` -> targets."""
    success: Share | None
    """Came down after the notice, of those where somebody could look; what came back later is among them."""
    relisted: Share | None
    """Came back at the same address, of those that came down."""
    elsewhere: Share | None
    """Of those that came down: the same operator or sample was recognised in a listing first seen later
    (`takedown.relisting`). None where nobody asked."""
    detect_to_notice: Span | None
    notice_to_removal: Span | None
    """Hours until the first look that found it down: it was down at some time since the look before that."""


def cases(known: Iterable[tuple[Notice, Sequence[Outcome]]]) -> list[Case]:
    """One for each target of each notice that was sent."""
    return [
        _case(notice, target, outcome)
        for notice, found in known
        if sent_at(notice)
        for target, outcome in zip(notice.content.targets, found, strict=True)
    ]


def _case(notice: Notice, target: Target, outcome: Outcome) -> Case:
    return Case(
        finding_id=target.finding_id,
        recipient=notice.content.recipient,
        marketplace=target.marketplace,
        detected_at=target.first_seen,
        sent_at=sent_at(notice),
        became=outcome.became,
        down_at=outcome.down_at,
        looked_at=outcome.looked_at,
        measurable=_in_order(notice.steps),
    )


def _in_order(steps: Sequence[Step]) -> bool:
    return all(one.at <= other.at for one, other in pairwise(steps))


def figures(
    known: Iterable[tuple[Notice, Sequence[Outcome]]], elsewhere: Collection[str] | None = None
) -> list[Figures]:
    """Of all together, of each recipient, of each marketplace; in this order, then by name. `elsewhere`: ids of
    findings whose operator or sample was recognised in another, later listing; None where nobody asked.
    """
    every = [(notice, found) for notice, found in known if sent_at(notice)]
    found = cases(every)
    groups = [_figures("all", "", [notice for notice, _ in every], _once(found), elsewhere)]
    for name, theirs in _grouped(found, lambda case: case.recipient).items():
        notices = [notice for notice, _ in every if notice.content.recipient == name]
        groups.append(_figures("recipient", name, notices, _once(theirs), elsewhere))
    by_marketplace: dict[str, list[Notice]] = {}
    for notice, _ in every:
        for name in {target.marketplace for target in notice.content.targets}:
            by_marketplace.setdefault(name, []).append(notice)
    for name, theirs in _grouped(found, lambda case: case.marketplace).items():
        groups.append(_figures("marketplace", name, by_marketplace[name], _once(theirs), elsewhere))
    return groups


def _grouped(found: Iterable[Case], key: Callable[[Case], str]) -> dict[str, list[Case]]:
    """By name."""
    groups: dict[str, list[Case]] = {}
    for each in found:
        groups.setdefault(key(each), []).append(each)
    return dict(sorted(groups.items()))


def _once(found: Iterable[Case]) -> list[Case]:
    """Each finding once: from its first notice on, with what the newest one says of it."""
    merged: dict[str, Case] = {}
    for each in sorted(found, key=lambda one: one.sent_at):
        first = merged.get(each.finding_id)
        merged[each.finding_id] = each if first is None else _merged(first, each)
    return list(merged.values())


def _merged(first: Case, later: Case) -> Case:
    """A later notice that was withdrawn, or came too late, does not hide what the first one achieved."""
    keep = later.became in {"withdrawn", "before"} or (first.became in DOWN and later.became not in {*DOWN, "relisted"})
    newest = first if keep else later
    down = min(filter(None, (first.down_at, newest.down_at)), default="")
    return replace(newest, sent_at=first.sent_at, down_at=down, measurable=first.measurable and later.measurable)


def _figures(
    by: By, key: str, notices: Sequence[Notice], found: Sequence[Case], elsewhere: Collection[str] | None
) -> Figures:
    became: Counter[str] = Counter(each.became for each in found)
    down = sum(became[name] for name in (*DOWN, "relisted"))
    return Figures(
        by=by,
        key=key,
        notices=len(notices),
        silent=sum(each.state == "sent" for each in notices),
        rejected=sum(each.state == "rejected" for each in notices),
        targets=len(found),
        became={name: became[name] for name in get_args(Became)},
        success=share(down, sum(each.became in SETTLED for each in found)),
        relisted=share(became["relisted"], down),
        elsewhere=None if elsewhere is None else share(_elsewhere(found, elsewhere), down),
        detect_to_notice=span([hours for each in found if (hours := _hours(each.detected_at, each)) is not None]),
        notice_to_removal=survival([time for each in found if (time := _until_down(each)) is not None]),
    )


def _elsewhere(found: Iterable[Case], elsewhere: Collection[str]) -> int:
    return sum(each.finding_id in elsewhere for each in found if each.became in {*DOWN, "relisted"})


def _hours(start: str, case: Case) -> float | None:
    """From `start` until the notice; None where that cannot be measured."""
    return _between(start, case.sent_at) if case.measurable else None


def _until_down(case: Case) -> tuple[float, bool] | None:
    """Hours since the notice, and whether it was down then. None where nobody looked since, or nothing follows."""
    if not case.measurable:
        return None
    if case.down_at:
        hours = _between(case.sent_at, case.down_at)
        return None if hours is None else (hours, True)
    hours = _between(case.sent_at, case.looked_at) if case.became in STILL else None
    return None if hours is None or not hours else (hours, False)


def _between(start: str, end: str) -> float | None:
    if not start or not end or end < start:
        return None
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() / 3600
