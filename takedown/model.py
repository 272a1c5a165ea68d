"""What people decide about findings, and what is asked of whom: the types every part of the takedown work shares.

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

NoticeState = Literal[
    "draft",
    "reviewed",
    "exported",
    "sent",
    "acknowledged",
    "actioned",
    "partially_actioned",
    "rejected",
    "counter_notice",
    "relisted",
    "withdrawn",
    "closed",
]

NoticeBasis = Literal[
    "ip_trademark",
    "ip_copyright",
    "impersonation",
    "platform_policy",
    "illegal_product",
    "administrative_referral",
    "malware",
    "victim_ncii",
]
"""In what right the sender writes. A regulator's referral needs no proof of ownership; ip_* does."""

RequestedAction = Literal["remove", "disable", "unlink", "suspend_account", "suspend_app", "label", "refer"]

FOLLOWS: dict[NoticeState, tuple[NoticeState, ...]] = {
    "draft": ("reviewed", "withdrawn"),
    "reviewed": ("draft", "exported", "withdrawn"),
    "exported": ("sent", "withdrawn"),
    "sent": ("acknowledged", "actioned", "partially_actioned", "rejected", "withdrawn", "closed"),
    "acknowledged": ("actioned", "partially_actioned", "rejected", "counter_notice", "withdrawn", "closed"),
    "actioned": ("counter_notice", "relisted", "closed"),
    "partially_actioned": ("actioned", "rejected", "counter_notice", "relisted", "withdrawn", "closed"),
    "rejected": ("counter_notice", "withdrawn", "closed"),
    "counter_notice": ("actioned", "rejected", "withdrawn", "closed"),
    "relisted": ("closed",),
    "withdrawn": ("closed",),
    "closed": ("relisted",),
}
"""State -> states that may come next."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeStep:
    """One step in the life of a notice."""

    state: NoticeState
    at: str
    by: str
    """Account name, or 'recipient'."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A takedown request to one recipient for one or more confirmed findings, with its life after sending."""

    id: str
    recipient: str
    """Id of the recipient's file in takedown/recipients."""
    basis: NoticeBasis
    action: RequestedAction
    jurisdiction: str
    """ISO 3166 code, or 'EU'."""
    language: Literal["zh", "en"]
    finding_ids: tuple[str, ...]
    decision_ids: tuple[str, ...]
    """The confirmations it rests on; at least one: nothing leaves the house on the machine's word alone."""
    urls: tuple[str, ...]
    """Exact addresses of what shall go."""
    steps: tuple[NoticeStep, ...]
    """Oldest first; begins with a draft."""
    due_at: str | None = None
    """When an answer is due by rule; None where the rule says 'without delay'."""

    @property
    def state(self) -> NoticeState:
        """Where it stands now."""
        return self.steps[-1].state

    def __post_init__(self) -> None:
        """Raises ValueError for a notice without ground, or with a life that cannot have happened."""
        for name in ("finding_ids", "decision_ids", "urls", "steps"):
            if not getattr(self, name):
                raise ValueError(f"a notice needs {name}")
        if self.steps[0].state != "draft":
            raise ValueError(f"a notice begins as a draft, not as {self.steps[0].state!r}")
        for before, after in zip(self.steps, self.steps[1:], strict=False):
            if after.state not in FOLLOWS[before.state]:
                raise ValueError(f"a notice that is {before.state!r} cannot become {after.state!r}")
            if after.at < before.at:
                raise ValueError(f"step {after.state!r} lies before {before.state!r}")
