"""What people decide about findings that belong together (a unit).

Read from outside only through `index.reading.read`, which turns a ValueError of these types into an error that names
the place. Decisions are append-only records under the unit's id: a later version answers an earlier one, an 'undo'
names the version it takes back, none is rewritten. Times are ISO 8601 strings in UTC with second precision.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

from index.allowed import Scope, ScopeKind

__all__ = ["ANSWERS", "SAYS_WHAT_IT_IS", "Decision", "DecisionKind", "DismissReason", "Scope", "ScopeKind"]

DecisionKind = Literal["confirm", "dismiss", "wait", "escalate", "assign", "note", "undo"]
"""confirm: a person agrees. dismiss: no case. wait: a day or a fact must come first. escalate: somebody else must
decide. assign: who looks at it. note: words for whoever comes next. undo: takes an earlier version back."""
ANSWERS: frozenset[DecisionKind] = frozenset({"confirm", "dismiss", "wait", "escalate"})
"""Kinds that answer a finding; the others only stand beside."""
SAYS_WHAT_IT_IS: frozenset[DecisionKind] = frozenset({"confirm", "dismiss"})

DismissReason = Literal[
    "own",  # the brand's own: official
    "licensed",  # the brand, or whoever has the right, allowed it
    "lawful_third_party",  # independent, and says so
    "discussion",  # news, a warning, research, teaching
    "wrong_brand",
    "not_ai",  # the words mean something else here
    "duplicate",
    "gone",  # not there any more before anybody did anything
    "insufficient",  # shows too little for a case
]
"""Countable, so that the rules can be improved where they are wrong most often."""

Material = dict[str, str]
"""Field (`takedown.material`) -> its value when it was decided; '' where nobody knew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A person's answer to one or more findings of a unit: one version of the unit's record."""

    unit: str
    finding_ids: tuple[str, ...]
    """The findings it is about; at least one."""
    kind: DecisionKind
    decided_by: str
    """Account name of the person. Never a program."""
    decided_at: str
    scope: Scope | None = None
    """How far an answer reaches; None for what is no answer."""
    reason: DismissReason | None = None
    """Why there is no case; for dismissals only, and always there."""
    note: str = ""
    """Free words; required for 'escalate' (why) and 'note'."""
    until: str = ""
    """wait: the day on which it opens again, ISO 8601."""
    fact: str = ""
    """wait: what must come first: 'change', 'gone', or what could not be seen so far ('sample', 'pictures')."""
    to: str = ""
    """assign, escalate: account name; empty where an escalation goes to any reviewer, and an assignment is lifted."""
    excluded: tuple[str, ...] = ()
    """Members of the unit that it is expressly not about."""
    evidence: str = ""
    """SHA-256 over the findings' evidence and captures as they were seen (`takedown.material.evidence_hash`)."""
    material: dict[str, Material] = field(default_factory=dict)
    """Finding -> its material fields as they were. When one changes the answer reopens, and the difference is shown."""
    undoes: int | None = None
    """undo: the version of this unit that it takes back."""

    def __post_init__(self) -> None:
        """Raises ValueError for an answer that explains too little."""
        if not self.finding_ids:
            raise ValueError("a decision needs at least one finding")
        if not self.decided_by.strip():
            raise ValueError("a decision needs the person who made it")
        if (self.kind == "dismiss") != (self.reason is not None):
            raise ValueError(
                f"a reason out of {', '.join(get_args(DismissReason))} goes with 'dismiss' and only with it"
            )
        if self.kind in {"escalate", "note"} and not self.note.strip():
            raise ValueError(f"{self.kind!r} needs a note")
        if (self.kind == "wait") != bool(self.until or self.fact):
            raise ValueError("a day or a fact goes with 'wait' and only with it")
        if self.until:
            date.fromisoformat(self.until)
        if (self.kind == "undo") != (self.undoes is not None):
            raise ValueError("the version that is taken back goes with 'undo' and only with it")
        if (self.kind in ANSWERS) != (self.scope is not None):
            raise ValueError("a scope goes with an answer and only with it")
