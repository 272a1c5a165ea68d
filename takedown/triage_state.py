"""Where a unit stands for the people who decide: what they said, and what has happened since."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from takedown.answers import Answer, Answers
from takedown.decision import Decision, Material
from takedown.leases import Held
from takedown.material import Difference, differences
from takedown.units.joining import Unit

State = Literal["reopened", "due", "joined", "open", "escalated", "waiting", "confirmed", "dismissed", "allowed"]
"""reopened: a material field changed since somebody decided. due: the day or fact that was waited for came. joined: new
members of a unit that was decided. open: nobody said anything. The first that is true of a member is the unit's."""
STATES: tuple[State, ...] = get_args(State)
WANTED: frozenset[State] = frozenset({"reopened", "due", "joined", "open"})
"""Those that wait for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """What is known of a finding that somebody decided about."""

    material: Material
    unseen: tuple[str, ...] = ()
    """Message ids of what could not be seen."""
    gone: bool = False
    """Whether it is surely not there any more (`index.standing`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberState:
    """Where one finding stands."""

    finding: str
    state: State
    answer: Answer | None = None
    """What stands, also where it is reopened."""
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitState:
    """Where a unit stands."""

    unit: Unit
    state: State
    members: tuple[MemberState, ...]
    version: int = 0
    """Of the unit's record; 0 before anybody said anything."""
    assigned: str = ""
    held: Held | None = None
    excluded: frozenset[str] = field(default_factory=frozenset)
    """Members that the last answer was expressly not about: they wait for one of their own."""

    @property
    def wanted(self) -> tuple[str, ...]:
        """The members that wait for a person."""
        return tuple(one.finding for one in self.members if one.state in WANTED)

    @property
    def proposed(self) -> Decision | None:
        """What was decided about the others, where the only ones that wait are new: the same is proposed, not done."""
        if self.state != "joined":
            return None
        said = [
            one.answer for one in self.members if one.answer is not None and one.state in {"confirmed", "dismissed"}
        ]
        return max(said, key=lambda answer: answer.seq).decision if said else None


def member_state(name: str, answer: Answer | None, now: Now | None, day: str, *, allowed: bool) -> MemberState:
    """Where a finding stands on that day. `now`: None where nothing is known that could have changed."""
    if answer is None:
        return MemberState(finding=name, state="allowed" if allowed else "open")
    said = answer.decision
    changed = differences(said.material[name], now.material) if now and name in said.material else ()
    if changed:
        return MemberState(finding=name, state="reopened", answer=answer, differences=changed)
    if said.kind == "wait":
        return MemberState(finding=name, state="due" if _came(said, now, day) else "waiting", answer=answer)
    state: State = {"confirm": "confirmed", "dismiss": "dismissed"}.get(said.kind, "escalated")  # type: ignore[assignment] # all three are states
    return MemberState(finding=name, state=state, answer=answer)


def _came(said: Decision, now: Now | None, day: str) -> bool:
    """Whether what was waited for is there."""
    if said.until and day >= said.until:
        return True
    if now is None or not said.fact:
        return False
    return now.gone if said.fact == "gone" else f"unseen.{said.fact}" not in now.unseen and said.fact != "change"


def unit_state(
    unit: Unit,
    answers: Answers,
    *,
    now: Mapping[str, Now],
    day: str,
    allowed: Collection[str] = (),
    held: Mapping[str, Held] | None = None,
    seen_at: str = "9999",
) -> UnitState:
    """Where the unit stands. `allowed`: findings that the allow-list covers on that day. `seen_at`: when `now` was
    known; it says nothing about what was decided later.
    """
    said = [(name, answers.of(name)) for name in unit.members]
    members = tuple(
        member_state(name, answer, _told(answer, now.get(name), seen_at), day, allowed=name in allowed)
        for name, answer in said
    )
    answered = [one.answer for one in members if one.answer is not None]
    last = max(answered, key=lambda answer: answer.seq, default=None)
    left_out = frozenset(last.decision.excluded if last else ()) & frozenset(unit.members)
    if any(one.state in {"confirmed", "dismissed"} for one in members):
        members = tuple(one if one.finding in left_out else _joined(one) for one in members)
    versions = answers.units.get(unit.id)
    return UnitState(
        unit=unit,
        state=min((one.state for one in members), key=STATES.index),
        members=members,
        version=versions[-1].version if versions else 0,
        assigned=next((to for name in unit.members if (to := answers.assigned(name))), ""),
        held=(held or {}).get(unit.id),
        excluded=left_out,
    )


def _told(answer: Answer | None, now: Now | None, seen_at: str) -> Now | None:
    return now if answer is not None and answer.decision.decided_at <= seen_at else None


def _joined(member: MemberState) -> MemberState:
    return MemberState(finding=member.finding, state="joined") if member.state == "open" else member
