"""What a person said is no case until a day: whom it covers, why, and which entries a listing meets.

An entry hides nothing. What it covers stays a finding with its evidence, and says who allowed it and how long; an entry
that is over counts no more, without anybody having to do anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Literal, Protocol
from urllib.parse import urlsplit

from index.ids import listing_id
from index.model import AllowedHit, Group
from index.reading import read
from index.records import Decisions

ScopeKind = Literal["offer", "seller", "app", "page", "domain"]
"""This offer; this seller at this marketplace; this app everywhere; this page; this domain."""
AllowedReason = Literal["own", "licensed", "lawful_third_party", "discussion", "not_ai"]
"""Those reasons for dismissing that stay true of what comes later."""
Scopes = Mapping[ScopeKind, tuple[str, ...]]
"""Kind -> the values under which something falls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """How far an answer reaches."""

    kind: ScopeKind
    value: str
    """offer, page: the listing's id. seller: 'marketplace/seller'. app: 'sample:<sha256>' or
    'signer:<sha256>/<package>'. domain: the host name in ASCII."""

    def __post_init__(self) -> None:
        """Raises ValueError for a scope that covers nothing."""
        if not self.value.strip():
            raise ValueError(f"a scope of kind {self.kind!r} needs a value")


class Seen(Protocol):
    """What an answer's reach goes by; a `Listing` is one."""

    @property
    def marketplace(self) -> str: ...  # noqa: D102 - as of a listing
    @property
    def native_id(self) -> str: ...  # noqa: D102 - as of a listing
    @property
    def url(self) -> str: ...  # noqa: D102 - as of a listing
    @property
    def source_kind(self) -> str: ...  # noqa: D102 - as of a listing
    @property
    def seller(self) -> str | None: ...  # noqa: D102 - as of a listing


def scopes(listing: Seen, *, sample: str | None, signers: Iterable[str] = (), package: str | None = None) -> Scopes:
    """Everything the listing falls under. `signers` are verified ones: what a store states allows nothing."""
    own = listing_id(listing.marketplace, listing.native_id)
    found: dict[ScopeKind, tuple[str, ...]] = {"offer": (own,), "page": (own,)}
    if listing.seller and listing.seller.strip():
        found["seller"] = (f"{listing.marketplace}/{listing.seller.strip()}",)
    apps = [f"sample:{sample}"] if sample else []
    apps += [f"signer:{signer}/{package}" for signer in signers if package]
    if apps:
        found["app"] = tuple(apps)
    if listing.source_kind == "site" and (host := host_of(listing.url)):
        found["domain"] = (host,)
    return found


def host_of(url: str) -> str:
    """The host in ASCII without 'www.'; empty where there is none."""
    try:
        host = urlsplit(url).hostname or ""
        return host.encode("idna").decode().removeprefix("www.")
    except ValueError:
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """One version of an entry."""

    scope: Scope
    reason: AllowedReason
    expires: str
    """Last day on which it counts, ISO 8601."""
    group: Group | None = None
    """Only for findings of this group; None: of any."""
    brand: str | None = None
    """Only for findings about this brand; None: about any or none."""
    note: str = ""
    ended: bool = False
    """Whether somebody took it back."""

    def __post_init__(self) -> None:
        """Raises ValueError for a day that is none."""
        date.fromisoformat(self.expires)

    def counts(self, day: str) -> bool:
        """Whether it counts on that day."""
        return not self.ended and day <= self.expires

    def covers(self, group: str, brand: str | None) -> bool:
        """Whether it says something about findings of that group and brand."""
        return covers(self, group, brand)


def covers(entry: Allowed | AllowedHit, group: str, brand: str | None) -> bool:
    """Whether an entry, or what is kept of it, says something about findings of that group and brand."""
    return entry.group in {None, group} and entry.brand in {None, brand}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry as it stands, with whoever made it."""

    id: str
    version: int
    by: str
    at: str
    allowed: Allowed


class AllowedList:
    """All entries as they stand."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries = {entry.id: entry for entry in entries}
        self._by_scope: dict[tuple[str, str], list[Entry]] = {}
        for entry in self.entries.values():
            self._by_scope.setdefault((entry.allowed.scope.kind, entry.allowed.scope.value), []).append(entry)

    @property
    def digest(self) -> str:
        """Changes with every version of every entry."""
        known = sorted((entry.id, entry.version) for entry in self.entries.values())
        return blake2b(repr(known).encode(), digest_size=8).hexdigest()

    def __bool__(self) -> bool:
        return bool(self.entries)

    def hits(self, reached: Scopes, day: str) -> tuple[AllowedHit, ...]:
        """The entries that count on `day` for something that falls under these scopes."""
        met = (entry for kind, values in reached.items() for value in values for entry in self._met(kind, value))
        return tuple(
            AllowedHit(
                id=entry.id,
                reason=entry.allowed.reason,
                expires=entry.allowed.expires,
                by=entry.by,
                group=entry.allowed.group,
                brand=entry.allowed.brand,
            )
            for entry in met
            if entry.allowed.counts(day)
        )

    def _met(self, kind: str, value: str) -> list[Entry]:
        return self._by_scope.get((kind, value), [])


def allowed_list(records: Decisions) -> AllowedList:
    """The entries of a store of records. Raises ReadError, IndexUnavailable."""
    newest = {record.id: record for record in records.every("allowed")}
    return AllowedList(
        Entry(
            id=record.id,
            version=record.version,
            by=record.by,
            at=record.at,
            allowed=read(Allowed, record.value, f"allowed {record.id}"),
        )
        for record in newest.values()
    )
