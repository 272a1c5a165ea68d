"""What became of the targets of a notice: what looks show, and what people said. Pure; looks are given by the caller.

Removed is told from off the shelf, moved and blocked. Absence counts only where two looks of healthy runs agree, an
hour apart (`index.standing`); nothing ever follows from a look that was refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from index.model import Observation
from index.standing import ABSENT, SILENT, Standing, standing
from takedown.notice import FOLLOWS, Notice, State, Step, Target

Became = Literal[
    "removed",  # surely not there any more, since after the notice was sent
    "off_shelf",  # its page is there, but the thing cannot be had
    "witnessed",  # a named person saw that it is gone, where machines are not let in
    "relisted",  # was down, and is there again
    "up",
    "moved",  # its address leads elsewhere: whether it is listed there, nobody knows
    "before",  # was down before the notice was sent
    "unsure",  # looked gone, but only once, or to runs that were not healthy
    "blocked",  # the newest look was refused
    "unseen",  # nobody looked since the notice was sent
    "said",  # the recipient says it acted; no look shows it yet
    "refused",  # the recipient refused to act on this one
    "withdrawn",  # we took the request back
]
DOWN: frozenset[str] = frozenset({"removed", "off_shelf", "witnessed"})
SENT: frozenset[State] = frozenset(
    {"sent", "acknowledged", "actioned", "partially_actioned", "rejected", "counter_notice", "relisted"}
)
"""States in which a recipient has the notice, and its targets are watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What is known of one listing."""

    observations: Sequence[Observation] = ()
    """Oldest first."""
    last_seen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One target of one notice, as of the newest look."""

    finding_id: str
    became: Became
    since: str = ""
    """First look that found it so; empty where that means nothing."""
    down_at: str = ""
    """First look (or person) that found it down after the notice was sent; empty where none did."""
    looked_at: str = ""
    """Newest look that told anything; empty where there was none."""
    proof: tuple[str, ...] = ()
    """The looks that prove it, as 'time run'."""


def sent_at(notice: Notice) -> str:
    """When it was sent first; empty before."""
    return next((step.at for step in notice.steps if step.state == "sent"), "")


def told(notice: Notice) -> dict[str, tuple[str, Step]]:
    """Finding id -> what was last written down of that target, and in which step; what was withdrawn stays so."""
    found: dict[str, tuple[str, Step]] = {}
    for step in notice.steps:
        named = dict(step.targets)
        if step.state == "withdrawn" and not named:
            named = dict.fromkeys((each.finding_id for each in notice.content.targets), "withdrawn")
        for name, became in named.items():
            if name not in found or found[name][0] != "withdrawn":
                found[name] = became, step
    return found


def outcomes(notice: Notice, looks: Callable[[Target], Looks], healthy: Callable[[str], bool]) -> list[Outcome]:
    """What became of each target. `healthy`: whether the run of that id was."""
    start, known = sent_at(notice), told(notice)
    return [
        _outcome(
            notice, each.finding_id, known.get(each.finding_id), _seen(each.finding_id, looks(each), start, healthy)
        )
        for each in notice.content.targets
    ]


def _outcome(notice: Notice, name: str, said: tuple[str, Step] | None, seen: Outcome) -> Outcome:
    """What looks show, and what was written down before."""
    became: Any = said[0] if said else ""
    step = said[1] if said else None
    if became == "withdrawn" and step:
        return Outcome(finding_id=name, became="withdrawn", since=step.at)
    if step is None or seen.became in {"removed", "off_shelf", "before"}:
        return seen
    later = seen.became in {"up", "relisted"} and seen.looked_at > _last(step, name)
    was_down, first = became in {*DOWN, "before"}, _first_down(notice, name)
    if was_down and not later:
        proof = step.looks.get(name, ())
        return replace(seen, became=became, since=_first(step, name), down_at=first, proof=proof)
    if was_down or became == "relisted":
        return replace(seen, became="relisted", since=max(seen.since, step.at), down_at=first or seen.down_at)
    if seen.became not in {"moved", "relisted"} and (became == "refused" or (became == "said" and not later)):
        return replace(seen, became=became, since=step.at)
    return seen


def _seen(name: str, looks: Looks, start: str, healthy: Callable[[str], bool]) -> Outcome:
    """What looks alone show."""
    telling = [each for each in looks.observations if _counts(each, healthy)]
    stands = standing(telling, looks.last_seen)
    spoke = [each.at for each in telling if each.state not in SILENT]
    looked = max([*spoke[-1:], looks.last_seen])
    known = Outcome(finding_id=name, became="unseen", looked_at=looked)
    newest = looks.observations[-1] if looks.observations else None
    if stands.state in {"gone", "off_shelf", "moved"} and stands.sure:
        return _absent(replace(known, since=stands.since, proof=_proof(telling, stands)), stands, start)
    if newest and newest.state == "blocked" and newest.at >= max(looked, start):
        return replace(known, became="blocked", since=newest.at)
    doubtful = newest is not None and newest.at > max(looked, start) and newest.state in {*ABSENT, "off_shelf"}
    if looked <= start and not doubtful:
        return known
    if doubtful or stands.state != "seen":
        return replace(known, became="unsure", since=stands.since)
    proof = _proof(telling, stands)
    if (down := _was_down(telling)) and down.since > start:
        proof = (*_proof(telling, down), *proof[-1:])
        return replace(known, became="relisted", since=stands.since or looked, down_at=down.since, proof=proof)
    return replace(known, became="up", since=stands.since, proof=proof)


def _absent(known: Outcome, stands: Standing, start: str) -> Outcome:
    """What is surely not there as it was: moved, down before the notice, or since."""
    if stands.state == "moved":
        return replace(known, became="moved")
    if stands.since <= start:
        return replace(known, became="before")
    return replace(known, became="off_shelf" if stands.state == "off_shelf" else "removed", down_at=stands.since)


def _was_down(telling: Sequence[Observation]) -> Standing | None:
    """How it stood when it was last surely down, before it was seen again; None where it never was."""
    end = len(telling)
    while end and telling[end - 1].state not in {"gone", "off_shelf"}:
        end -= 1
    stands = standing(telling[:end])
    return stands if stands.sure and stands.state in {"gone", "off_shelf"} else None


def _counts(look: Observation, healthy: Callable[[str], bool]) -> bool:
    """That something is there, any run can see; that it is not, only a healthy one."""
    return look.state in {"seen", *SILENT} or healthy(look.run_id)


def _proof(looks: Iterable[Observation], stands: Standing) -> tuple[str, ...]:
    """The first and the last of the looks that agree."""
    alike = {stands.state} if stands.state not in ABSENT else ABSENT
    found = [
        f"{each.at} {each.run_id}" for each in looks if stands.since and each.at >= stands.since and each.state in alike
    ]
    return tuple(dict.fromkeys((*found[:1], *found[-1:])))


def _first_down(notice: Notice, finding_id: str) -> str:
    """When the first step that says so found a target down; empty where none does."""
    return next((_first(step, finding_id) for step in notice.steps if step.targets.get(finding_id) in DOWN), "")


def _first(step: Step, name: str) -> str:
    """Since when it was down, as the step says."""
    proof = step.looks.get(name, ())
    return proof[0].partition(" ")[0] if proof else step.at


def _last(step: Step, name: str) -> str:
    """The newest look that the step rests on; looks that came in late count by when they were made."""
    proof = step.looks.get(name, ())
    return proof[-1].partition(" ")[0] if proof else step.at


def proposal(notice: Notice, found: Sequence[Outcome], *, now: str) -> Step | None:
    """The step that follows from what became of the targets; None where nothing new does. Only sure looks and named
    persons move a notice, and while a counter-notice runs only the return of a target does.
    """
    live = [each for each in found if each.became != "withdrawn"]
    back = [each for each in live if each.became == "relisted"]
    down = [each for each in live if each.became in DOWN]
    rest = [each for each in live if each.became not in {*DOWN, "before"}]
    state: State | None = None
    if notice.state not in {*SENT, "closed"} or not live:
        return None
    if back:
        state = "relisted"
    elif notice.state in {"closed", "counter_notice"}:
        return None
    elif down:
        state = "partially_actioned" if rest else "actioned"
    elif not rest and all(each.became == "before" for each in live):
        state = "closed"
    if state is None or state not in FOLLOWS[notice.state] or not _news(notice, state, [*back, *down]):
        return None
    running = state == "partially_actioned"  # the rest is still due
    last = notice.steps[-1]
    named = live if state == "closed" else [*back, *down, *(each for each in live if each.became == "before")]
    return Step(
        state=state,
        at=now,
        by="copycatch",
        due_at=last.due_at if running else "",
        due_rule=last.due_rule if running else "",
        targets={each.finding_id: each.became for each in named},
        looks={each.finding_id: each.proof for each in named if each.proof},
    )


def _news(notice: Notice, state: State, found: Iterable[Outcome]) -> bool:
    """Whether the notice does not say all this already."""
    known: Mapping[str, tuple[str, Step]] = told(notice)
    return state != notice.state or any(known.get(each.finding_id, ("", None))[0] != each.became for each in found)
