"""What people decide about findings.

Read from outside only through `index.reading.read`, which turns a ValueError of these types into an error that names
place. Decisions are append-only: a later one (or one that `undoes` it) answers an earlier one, none is rewritten.
Times are ISO 8601 strings in UTC with second precision.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

DecisionKind = Literal["confirm", "dismiss", "wait", "escalate"]
"""confirm: a person agrees. dismiss: no case. wait: another look must settle it. escalate: someone else must decide."""

DismissReason = Literal[
    "genuine",  # the brand's own app, or one it authorised
    "lawful_third_party",  # independent, and says so
    "other_meaning",  # the words mean something else here
    "discussion",  # news, research, teaching, a warning
    "wrong_brand",
    "wrong_violation",
    "duplicate",
    "unreadable",  # the page shows too little for a case
    "other",  # the note says what
]
"""Countable, so that the rules can be improved where they are wrong most often."""

ScopeKind = Literal["offer", "seller", "app", "page", "domain"]
"""This offer; this seller at this marketplace; this app everywhere; this page; this domain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """How far one decision reaches."""

    kind: ScopeKind
    value: str
    """offer, page: the listing's id. seller: 'marketplace/seller'. app: 'sample:<sha256>' or
    'signer:<sha256>/<package>'. domain: the host name in ASCII."""

    def __post_init__(self) -> None:
        """Raises ValueError for a scope that covers nothing."""
        if not self.value.strip():
            raise ValueError(f"a scope of kind {self.kind!r} needs a value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A person's answer to one or more findings that belong together (the decision unit)."""

    id: str
    finding_ids: tuple[str, ...]
    """The findings that were looked at; at least one."""
    kind: DecisionKind
    scope: Scope
    decided_by: str
    """Account name of the person. Never a program."""
    decided_at: str
    reason: DismissReason | None = None
    """Why there is no case; for dismissals only, and always there."""
    note: str = ""
    """Free words; required for 'other', 'wait' (which look would settle it) and 'escalate' (to whom and why)."""
    material: dict[str, str] = field(default_factory=dict)
    """Material fields as they were: signer, package, developer, sample hash, name, brand, violations, price class,
    contact. When one of them changes the decision reopens, and the difference is shown."""
    undoes: str | None = None
    """Id of the earlier decision that this one takes back."""

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
        if (self.reason == "other" or self.kind in {"wait", "escalate"}) and not self.note.strip():
            raise ValueError(f"{self.reason or self.kind!r} needs a note")
