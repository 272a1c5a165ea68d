"""A takedown request: what leaves the house (`Content`), and its life (`Step`). Frozen; read from outside only through
`index.reading.read`.

The content is one record ('notice'), its life another ('step'), both by the notice's id: an approval names the digest
of the content it saw, so that any later edit voids it, and a step does not store five thousand targets again. Every
text that came from a page is raw: exporters escape it. Times are ISO 8601 in UTC with second precision.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

from index.model import ObservationState
from index.party import Party
from index.reading import encode

Basis = Literal[
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
RIGHTS: dict[str, str] = {"ip_trademark": "trademark", "ip_copyright": "copyright"}
"""Basis -> the one kind of right such a notice rests on."""
Action = Literal["remove", "disable", "unlink", "suspend_account", "suspend_app", "label", "preserve_evidence", "refer"]
TargetKind = Literal["app", "listing", "site", "post", "account", "mini_program", "bot", "file"]
AttachmentKind = Literal[
    "screenshot", "page", "wacz", "fingerprint", "comparison", "certificate", "paper", "custody", "letter", "other"
]
Language = Literal["zh", "en"]
State = Literal[
    "draft",
    "approved",
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
_ANSWERS: tuple[State, ...] = ("actioned", "partially_actioned", "rejected", "counter_notice", "relisted")
FOLLOWS: dict[State, tuple[State, ...]] = {
    "draft": ("approved", "withdrawn"),
    "approved": ("draft", "exported", "withdrawn"),
    "exported": ("draft", "exported", "sent", "withdrawn"),
    "sent": ("sent", "acknowledged", *_ANSWERS, "withdrawn", "closed"),
    "acknowledged": ("acknowledged", *_ANSWERS, "withdrawn", "closed"),
    "actioned": ("actioned", "counter_notice", "relisted", "withdrawn", "closed"),
    "partially_actioned": (*_ANSWERS, "withdrawn", "closed"),
    "rejected": ("acknowledged", *_ANSWERS, "withdrawn", "closed"),
    "counter_notice": (*_ANSWERS, "withdrawn", "closed"),
    "relisted": (*_ANSWERS, "withdrawn", "closed"),
    "withdrawn": ("withdrawn", "closed"),
    "closed": ("closed", "relisted", "withdrawn"),
}
"""State -> states that may come next. An edit leads back to 'draft', as long as nothing was sent. From then on a state
may follow itself: another receipt, another target. What is closed can still turn out to be wrong: it is withdrawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """One right the notice rests on."""

    kind: Literal["trademark", "copyright", "patent", "design"]
    title: str
    """The mark, or the title of the work."""
    number: str = ""
    """Registration number."""
    jurisdiction: str = ""
    """ISO 3166-1 alpha-2, or 'EU'."""
    classes: tuple[int, ...] = ()
    """Nice classes of a mark."""
    owner: str = ""
    valid_from: str = ""
    valid_to: str = ""
    """Dates; empty where unknown."""
    paper: str = ""
    """Id of the paper that proves it (`takedown.papers`)."""
    original_url: str = ""
    """Where the genuine app, site or work is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The newest look at a target's address."""

    at: str
    state: ObservationState
    by: str = ""
    """Empty: a run of ours. Else the named person who states what they saw where the machine is blocked."""
    statement: str = ""
    """That person's words."""
    picture_sha256: str = ""
    """Of that person's picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A verified signing identity."""

    sha256: str
    sha1: str = ""
    md5: str = ""
    public_key_sha256: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One address that shall go, as it was observed."""

    finding_id: str
    listing_id: str
    kind: TargetKind
    marketplace: str
    url: str
    title: str
    native_id: str = ""
    """What the marketplace calls it: item id, package name."""
    seller: str = ""
    price: str = ""
    package_name: str = ""
    version: str = ""
    version_code: int | None = None
    sample_sha256: str = ""
    sample_sha1: str = ""
    sample_md5: str = ""
    sample_size: int | None = None
    signers: tuple[Signer, ...] = ()
    domain: str = ""
    """ASCII host, for sites."""
    filings: tuple[str, ...] = ()
    """Filing numbers the page or package states (ICP, algorithm, generative AI)."""
    first_seen: str = ""
    last_seen: str = ""
    look: Look | None = None
    custody: str = "crawled"
    """'crawled', or who supplied it and how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Words of the page, exactly, and where they stand."""

    finding_id: str
    field: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """A provision, as the taxonomy names it."""

    id: str
    """'cn-ecommerce'."""
    article: str = ""
    title_zh: str = ""
    title_en: str = ""
    unverified: bool = False
    """Whether nobody compared it with the text in force: never quoted in a letter, only listed to the drafter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allegation:
    """One violation, for some or all targets."""

    violation: str
    """Short taxonomy id."""
    title_zh: str
    title_en: str
    observability: Literal["direct", "lead", "none"]
    probability: float
    """The machine's, of the strongest target; 0..1. Never printed as if it were proof."""
    reasons_zh: tuple[str, ...] = ()
    reasons_en: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()
    laws: tuple[Law, ...] = ()
    targets: tuple[str, ...] = ()
    """Finding ids; empty: all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One line of observed against genuine."""

    finding_id: str
    part: Literal["name", "package", "signer", "developer", "icon", "domain", "filing", "code"]
    observed: str
    genuine: str | None
    """None: not collected; said so on the comparison sheet, and never in a letter."""
    differs: bool | None
    """None where it cannot be said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One file that goes along."""

    kind: AttachmentKind
    name: str
    """File name, safe on every system."""
    sha256: str
    size: int
    """Bytes."""
    media_type: str
    captured_at: str = ""
    source_url: str = ""
    finding_id: str = ""
    note: str = ""
    personal: bool = False
    """Whether it holds personal data: formats that forbid these leave it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """What the sender declares; nothing is declared unless somebody signed."""

    good_faith: bool = False
    accuracy: bool = False
    perjury: bool = False
    """Accuracy, and authority to act, under penalty of perjury (17 U.S.C. 512(c)(3))."""
    liability: bool = False
    """条例 14, 电商法 42: the sender answers for the truth of the notice."""
    signed_by: str = ""
    signed_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What leaves the house, and nothing else."""

    recipient: str
    """Id of the recipient's file."""
    form: str
    """Id of one of its forms."""
    form_version: str
    basis: Basis
    jurisdiction: str
    """ISO 3166-1 alpha-2, or 'EU'."""
    language: Language
    action: Action
    targets: tuple[Target, ...]
    allegations: tuple[Allegation, ...]
    decisions: tuple[str, ...]
    """Records ('u1-...:3': unit and version) it rests on: nothing leaves the house on the machine's word alone."""
    brand: str | None = None
    brand_name: str = ""
    summary: str = ""
    """Facts in the sender's own words, in `language`; drafted, to be edited."""
    reporter: Party = field(default_factory=Party)
    principal: Party | None = None
    """For whom the reporter acts; None where it acts for itself."""
    authorization: str = ""
    """Id of the paper that lets it act for the principal."""
    rights: tuple[Right, ...] = ()
    comparison: tuple[Compared, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    statements: Statements = field(default_factory=Statements)
    fields: dict[str, str] = field(default_factory=dict)
    """Further fields of the recipient's form, by their id."""
    resubmits: str = ""
    """Receipt number of the earlier submission it continues."""
    overrides: dict[str, str] = field(default_factory=dict)
    """Gate -> 'reviewer: reason', where a reviewer lets it pass."""
    tlp: Literal["clear", "green", "amber", "red"] = "amber"

    def __post_init__(self) -> None:
        """Raises ValueError for a notice without ground."""
        for name in ("targets", "allegations", "decisions"):
            if not getattr(self, name):
                raise ValueError(f"a notice needs {name}")

    @property
    def digest(self) -> str:
        """SHA-256 of the content: what an approval is about."""
        return sha256(encode(self)).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step in the life of a notice. Append-only."""

    state: State
    at: str
    by: str
    """Account name, or 'recipient'."""
    digest: str = ""
    """Of the content this step is about: drafted, approved, exported, sent."""
    note: str = ""
    receipt: str = ""
    """The recipient's number."""
    reason: str = ""
    """The recipient's reason, or ours for a withdrawal."""
    due_at: str = ""
    """When an answer is due from here on; empty where the rule says 'without delay'."""
    due_rule: str = ""
    """How `due_at` was counted: '7 working_days, Asia/Shanghai'; with the years for which no holidays were known."""
    channel: str = ""
    """How it went or came: 'portal', 'email', 'letter', 'api', 'other'."""
    to: str = ""
    """Whom it was sent to, as an address of that channel."""
    targets: dict[str, str] = field(default_factory=dict)
    """Finding id -> what became of that target (`takedown.lifecycle.outcome.Became`), where it is not the same for
    all or where looks prove it."""
    looks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Finding id -> the looks that prove it, as 'time run'."""
    files: dict[str, str] = field(default_factory=dict)
    """Name -> SHA-256 of pictures and papers of this step, and of what was exported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A takedown request to one recipient, with its life."""

    id: str
    version: int
    """Of the content record."""
    content: Content
    steps: tuple[Step, ...]
    """Oldest first; begins with a draft."""

    @property
    def state(self) -> State:
        """Where it stands now."""
        return self.steps[-1].state

    def __post_init__(self) -> None:
        """Raises ValueError for a life that cannot have happened."""
        if not self.steps or self.steps[0].state != "draft":
            raise ValueError("a notice begins as a draft")
        for before, after in zip(self.steps, self.steps[1:], strict=False):
            if after.state not in FOLLOWS[before.state]:
                raise ValueError(f"a notice that is {before.state!r} cannot become {after.state!r}")
