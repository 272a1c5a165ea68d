"""The domain objects that walk through the house. Frozen; read from outside only through `index.reading`.

Times are ISO 8601 strings in UTC with second precision ('2026-11-25T08:00:00Z'): they sort as text in every store.
Raw text stays raw; what we derive from it stands beside it under another name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from msgspec import Struct

SourceKind = Literal[
    "app_store", "shop", "second_hand", "forum", "channel", "site", "mini_program", "bot", "official_account"
]
"""Kind of place. 小程序, 智能体 and 公众号 live inside a platform's client: they come by import."""
Group = Literal["counterfeit", "shell", "illegal_tool", "other"]
Verdict = Literal["violation", "lead", "benign"]
ObservationState = Literal["seen", "gone", "off_shelf", "blocked", "moved", "error"]
"""'off_shelf' (下架): the page is there, but what it offered cannot be had any more. Nothing follows from 'blocked' and
'error'; what follows from several looks together says `index.standing`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One offer, app page, post or channel message at one marketplace, as the public sees it."""

    marketplace: str
    """Spider name, and for engines the host as well: 'fdroid_repo:apps.example.org', 'discuz:bbs.example.org'."""
    native_id: str
    """What the marketplace itself calls it; each spider declares its rule. With `marketplace` it makes the id."""
    url: str
    """Canonical address, without session ids and tracking parameters."""
    title: str
    source_kind: SourceKind
    description: str = ""
    """Text without markup, line breaks kept."""
    seller: str | None = None
    """Display name of seller, developer or author, as shown."""
    price: str | None = None
    """As shown ('￥184元', '免费'); None when the page shows none."""
    package_name: str | None = None
    version: str | None = None
    version_code: int | None = None
    lang: str | None = None
    """BCP 47 tag the page declares; None when it does not."""
    platform_style: str | None = None
    """Free word for the kind of platform ('闲鱼类'); given by hand-made lists."""
    bio: str = ""
    """Seller's description of themselves."""
    options: tuple[str, ...] = ()
    """Names of variants that can be chosen."""
    reviews: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    notes: str = ""
    """Update and delivery notes."""
    image_text: tuple[str, ...] = ()
    """Of each picture that says something, its lines."""
    qr_text: tuple[str, ...] = ()
    image_urls: tuple[str, ...] = ()
    icon_url: str | None = None
    download_urls: tuple[str, ...] = ()
    """Where the sample can be fetched, best first."""
    came_from: tuple[str, ...] = ()
    """Addresses that led to `url` by themselves (redirects, pages that send on), first one first."""
    forms: tuple[Literal["login", "phone", "payment", "identity"], ...] = ()
    """What the page itself asks visitors to fill in; empty where nobody looked."""
    sample_sha256: str | None = None
    """What the marketplace says the sample's SHA-256 is; checked after the download."""
    sample_md5: str | None = None
    """The same of its MD5; several stores state nothing else."""
    sample_size: int | None = None
    """Bytes, as the marketplace says."""
    declared_signers: tuple[str, ...] = ()
    """Digests of the signing certificate that the marketplace states, lower-case hexadecimal: 64 digits are its
    SHA-256, 40 its SHA-1, 32 its MD5, 'hex-md5:' and 32 what Xiaomi shows (`index.digests`). Not verified by us until
    the sample is here."""
    published_at: str | None = None
    counters: dict[str, float] = field(default_factory=dict)
    """'rating', 'downloads', 'views', 'replies', 'sales'. Never material: a change keeps no history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What the picture at one address says. The picture itself is kept only where it is evidence."""

    url: str
    read_at: str
    """When it was last fetched, or tried."""
    sha256: str | None = None
    """Of the file; None when it could not be had."""
    text: str = ""
    """Its lines, from top to bottom; empty where there are none."""
    codes: tuple[str, ...] = ()
    """What the two-dimensional codes in it say. Hostile text, never followed."""
    icon: str | None = None
    """Descriptor (`detection.icons`), where it was read as the icon of an app or site."""
    problem: str | None = None
    """Kind of the problem that kept it from being read, or from being read to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """As whom a page was asked for: marketplaces show different pages to different visitors."""

    vantage: str = ""
    """Where from, in the operator's words ([crawl] vantage: '北京电信', 'office'); empty when nobody said."""
    lang: str = ""
    """Accept-Language as sent; empty when none was."""
    agent: str = ""
    """User agent as sent. Always ours: we never disguise."""
    session: bool = False
    """Whether the operator's own browser session was used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """How something that we did not collect ourselves came to us: a custody kind of its own, as against 'crawled'."""

    by: str
    """Person or office that handed it over."""
    channel: str
    """How: '12377 举报', 'e-mail', 'USB stick'."""
    received_at: str
    file: str
    """Its name, without folders."""
    file_sha256: str
    """Of the file as handed over. The file itself stays with whoever brought it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One archived response, by content."""

    sha256: str
    """Of the payload as archived (after `data:` media were cut out)."""
    url: str
    taken_at: str
    warc: str
    """File below the home's `archive/`."""
    offset: int
    """Byte offset of the record in that file."""
    status: int
    """HTTP status."""
    visitor: Visitor | None = None
    """As whom it was seen; None where that is not known (supplied by others, or kept by an earlier version)."""
    screenshot: str | None = None
    """SHA-256 of a picture of the rendered page in the home's `pictures/`: text and layout, grey boxes in place of
    media. None where the page was not rendered."""
    supplied: bool = False
    """Whether somebody else saved the page; `Supplied` of its listing says who. False: we fetched it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplied:
    """One listing that was brought to us."""

    listing_id: str
    run_id: str
    at: str
    """When it was taken in."""
    place: str
    """Where in the file: 'Sheet1:7', the address of a page."""
    supply: Supply
    capture: Capture | None = None
    """The page as it was handed over, without what belonged to whoever saved it; None where no page was."""


# Nothing is made as often: a struct takes a tenth of the time of a frozen dataclass (docs/decisions/0002).
class Evidence(Struct, frozen=True, kw_only=True, gc=False):
    """Why something is suspicious: what was observed, what was expected, and where."""

    detector: str
    violation: str
    """Short taxonomy id ('p2-6a')."""
    strength: float
    """Weight of evidence in log-odds units, by itself; negative speaks against. Combined by `detection.scoring`."""
    observed: str
    share: float = 0.0
    """What it adds to the log-odds of its violation, weighed together with the rest; the shares add up."""
    expected: str | None = None
    """What genuine would look like; None where nothing was expected or it is not collected."""
    field: str | None = None
    """Listing field ('title', 'reviews[2]') or part of the sample ('signature', 'classes.dex')."""
    quote: str = ""
    """Exact substring of the raw field: field_text[start:end] == quote. Empty for evidence from a sample."""
    start: int | None = None
    """Offset of the quote in code points."""
    end: int | None = None
    decode: tuple[str, ...] = ()
    """Steps from the raw text to what matched, e.g. ('zero_width', 'traditional')."""
    zh: str = ""
    """One sentence a person can quote."""
    en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One violation the product considered, with its probability, also below the verdict's threshold."""

    id: str
    group: Group
    probability: float
    """0..1."""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedHit:
    """An entry of the allow-list that counted when something was judged: shown beside the evidence, which it leaves as
    it is. Whether it counts today says `index.allowed`.
    """

    id: str
    reason: str
    """'own', 'licensed', 'lawful_third_party', 'discussion', 'not_ai'."""
    expires: str
    """Last day on which it counts."""
    by: str
    """Account name of whoever allowed it."""
    group: Group | None = None
    """Only for findings of this group; None: of any."""
    brand: str | None = None
    """Only for findings about this brand; None: about any or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What detection says about one subject."""

    verdict: Verdict
    violations: tuple[Violation, ...] = ()
    """Highest probability first."""
    brand: str | None = None
    """Profile id of the brand it imitates or concerns."""
    priority: float = 0.0
    """probability x harm x reach, 0..1."""
    unseen: tuple[str, ...] = ()
    """Message ids for what could not be seen ('unseen.sample', 'unseen.genuine_signer')."""
    allowed: tuple[AllowedHit, ...] = ()
    """Entries of the allow-list that the listing met."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A listing and its evidence for one violation group and brand: a proposal until a person confirmed it."""

    id: str
    listing_id: str
    marketplace: str
    url: str
    title: str
    group: Group
    verdict: Verdict
    probability: float
    priority: float
    brand: str | None = None
    violations: tuple[Violation, ...] = ()
    unseen: tuple[str, ...] = ()
    allowed: tuple[AllowedHit, ...] = ()
    """Entries of the allow-list that cover it. It stays a finding: nothing is dropped unsaid."""
    sample_sha256: str | None = None
    """The sample that was looked at; None when only text was judged."""
    signer_sha256: str | None = None
    """First verified signer of that sample."""
    capture: Capture | None = None
    """The page as it was when the finding was last judged."""
    first_seen: str = ""
    """Set by the index."""
    last_seen: str = ""
    """Set by the index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one look at a listing saw. Append-only."""

    listing_id: str
    at: str
    state: ObservationState
    run_id: str
    detail: str = ""
    capture: Capture | None = None
    """What was seen, where it was archived: a page that changed, or what stood in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a second, declared look at a listing showed: kept beside the listing, never in its place."""

    listing_id: str
    at: str
    run_id: str
    visitor: Visitor
    state: ObservationState
    """'seen' with `listing`; else what stood there instead."""
    listing: Listing | None = None
    capture: Capture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One crawl of one marketplace, and its health."""

    id: str
    marketplace: str
    spider: str
    started_at: str
    start: tuple[str, ...] = ()
    """Addresses it was told to start at; two runs are comparable when these are the same."""
    finished_at: str | None = None
    outcome: Literal["running", "healthy", "unhealthy", "blocked", "interrupted"] = "running"
    counts: dict[str, int] = field(default_factory=dict)
    """'pages', 'listings', 'new', 'changed', 'samples', 'findings', 'blocked', 'problems', ..."""
    problems: dict[str, int] = field(default_factory=dict)
    """Problem kind -> how often."""
    fills: dict[str, int] = field(default_factory=dict)
    """Listing field that the spider expects -> in how many listings it was filled."""
    seal: str | None = None
    """SHA-256 that seals the run's archive: the head of its chain of records. None where nothing was archived, or the
    run is not over."""
    supplied: Supply | None = None
    """Who brought what was taken in; None for crawls."""
    remarks: tuple[str, ...] = ()
    """Why unhealthy, and exemptions (robots, allowed hosts) with their written reason: each the id of a message in
    index/catalogue/crawl.yml, then its values as JSON."""
