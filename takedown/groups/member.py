"""Listings as members of operator groups, with what was found and decided about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from index.protocol import Index, Stored
from takedown.answers import Answers

_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Stake:
    """One finding of a member."""

    finding_id: str
    verdict: str
    """The machine's proposal: 'violation', 'lead', 'benign'."""
    brand: str | None = None
    answer: str = ""
    """'confirm' or 'dismiss' where a person said so; empty while it is open."""
    reason: str = ""
    """Why it was dismissed."""
    sampled: bool = False
    """Whether a sample was looked at."""
    unseen: tuple[str, ...] = ()
    """Message ids of what could not be seen."""

    @property
    def counts(self) -> bool:
        """Whether somebody or something still suspects it."""
        return self.answer == "confirm" or (self.answer != "dismiss" and self.verdict != "benign")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One listing."""

    listing_id: str
    marketplace: str
    url: str
    title: str
    source_kind: str
    seller: str | None
    package_name: str | None
    first_seen: str
    last_seen: str
    stakes: tuple[Stake, ...] = ()

    @property
    def suspected(self) -> bool:
        """Whether any of its findings counts. Only such listings make groups."""
        return any(stake.counts for stake in self.stakes)


def stakes(index: Index, answers: Answers) -> dict[str, tuple[Stake, ...]]:
    """Listing -> its findings. Raises IndexUnavailable."""
    found: dict[str, tuple[Stake, ...]] = {}
    for stored in index.scan("*", kind="findings"):
        stake = _stake(stored, answers)
        listing = str(stored.value["listing_id"])
        found[listing] = (*found.get(listing, ()), stake)
    return found


def _stake(stored: Stored, answers: Answers) -> Stake:
    value: dict[str, Any] = stored.value
    said = answers.verdict(stored.id)
    return Stake(
        finding_id=stored.id,
        verdict=value["verdict"],
        brand=value.get("brand"),
        answer=said.decision.kind if said else "",
        reason=(said.decision.reason or "") if said else "",
        sampled=bool(value.get("sample_sha256")),
        unseen=tuple(value.get("unseen") or ()),
    )


def members(index: Index, of: dict[str, tuple[Stake, ...]]) -> Iterator[tuple[Member, tuple[str, ...]]]:
    """All listings with the tie keys they carry, in order of id. Raises IndexUnavailable."""
    listings = index.scan("*", kind="listings")
    while chunk := list(islice(listings, _BATCH)):
        carried = index.ties(stored.id for stored in chunk)
        for stored in chunk:
            yield member(stored, of.get(stored.id, ())), carried.get(stored.id, ())


def member(stored: Stored, held: tuple[Stake, ...] = ()) -> Member:
    """A stored listing with its findings."""
    value: dict[str, Any] = stored.value
    return Member(
        listing_id=stored.id,
        marketplace=value["marketplace"],
        url=value["url"],
        title=value["title"],
        source_kind=value["source_kind"],
        seller=value.get("seller"),
        package_name=value.get("package_name"),
        first_seen=stored.first_seen,
        last_seen=stored.last_seen,
        stakes=held,
    )
