"""What the allow-list covers right now: the few entries are looked up in the index, not every finding in the list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from crawler.rejudge import as_listing
from index.allowed import Allowed, AllowedList, Scopes, covers, scopes
from index.model import AllowedHit
from index.protocol import Index, QueryError, Stored

MOST = 10_000
"""Listings that one entry is looked up among."""


def covered(index: Index, entries: AllowedList, day: str) -> frozenset[str]:
    """Findings that an entry covers on that day. Raises IndexUnavailable."""
    found: set[str] = set()
    for entry in entries.entries.values():
        if entry.allowed.counts(day):
            found |= {hit.id for hit in _findings(index, entry.allowed)}
    return frozenset(found)


def allowing(index: Index, entries: AllowedList, finding: Stored, day: str) -> tuple[AllowedHit, ...]:
    """The entries that cover one finding on that day. Raises IndexUnavailable."""
    value: dict[str, Any] = finding.value
    listing = index.get(value["listing_id"])
    hits = entries.hits(scopes_of(index, listing, finding), day) if listing else ()
    return tuple(hit for hit in hits if covers(hit, value["group"], value.get("brand")))


def _findings(index: Index, allowed: Allowed) -> Iterator[Stored]:
    for hit in _candidates(index, allowed):
        value: dict[str, Any] = hit.value
        if not allowed.covers(value["group"], value.get("brand")):
            continue
        listing = index.get(value["listing_id"])
        if listing and allowed.scope.value in scopes_of(index, listing, hit).get(allowed.scope.kind, ()):
            yield hit


def _candidates(index: Index, allowed: Allowed) -> Iterator[Stored]:
    """Findings that the scope may reach; looked at closely afterwards."""
    kind, value = allowed.scope.kind, allowed.scope.value
    if kind in {"offer", "page"}:
        query = f"listing_id:{_quoted(value)}"
    elif kind == "seller":
        marketplace, _, seller = value.partition("/")
        query = f"marketplace:{_quoted(marketplace)} AND seller:{_quoted(seller)}"
    elif kind == "app":
        how, _, rest = value.partition(":")
        name = "sample_sha256" if how == "sample" else "signer_sha256"
        query = f"{name}:{_quoted(rest.partition('/')[0])}"
    else:
        escaped = re.sub(r"([^a-z0-9])", r"\\\1", value)
        query = f"url:*{escaped}*"
    try:
        yield from index.search(query, limit=MOST)
    except QueryError:  # a seller whose name has no word in it
        yield from index.search(f"marketplace:{_quoted(value.partition('/')[0])}", limit=MOST)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def scopes_of(index: Index, listing: Stored, finding: Stored) -> Scopes:
    """Everything that the finding's listing falls under."""
    raw: dict[str, Any] = finding.value
    told = as_listing(listing)
    sample, signer = raw.get("sample_sha256"), raw.get("signer_sha256")
    package = told.package_name
    if sample and (known := index.get(sample)) is not None:
        package = str(known.value.get("package") or package or "") or None
    return scopes(told, sample=sample, signers=(signer,) if signer else (), package=package)
