"""What a person confirmed before, so that it is recognised when it comes again: the listings, their tie keys, and which
of these tie nobody.

Read with a few questions to the index, not by walking through it: a single new listing is told while somebody waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from index.profiles import Profile
from index.protocol import Index, Stored
from index.records import Decisions
from index.ties import ALONE, HUB, TOGETHER, kind_of
from takedown.answers import Answers, all_answers
from takedown.cuts import ALL, cuts, pair
from takedown.groups.member import Member, Stake, member
from takedown.groups.worth import OWN_REASONS, owned_keys, worthless

_PACKAGES = 40
"""Package names in one question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A listing that a person confirmed."""

    listing_id: str
    finding_ids: tuple[str, ...]
    decision: str
    """The record: 'u1-…:3'."""
    confirmed_at: str
    """When it was first confirmed, of all that still stand."""


class Earlier:
    """The confirmed listings of an index, with the keys by which they are recognised."""

    def __init__(
        self,
        index: Index,
        records: Decisions,
        profiles: Mapping[str, Profile],
        only: Iterable[str] | None = None,
        answers: Answers | None = None,
    ) -> None:
        """`only`: listings that will be asked about: then only what lies near them is read; None for any. `answers`:
        those of the records, where they were read already. Raises IndexUnavailable, ReadError.
        """
        self._index = index
        self._answers = answers or all_answers(records)
        self.confirmed: dict[str, Confirmed] = {}
        self.dismissed: dict[str, str] = {}
        """Listing -> why a person said that it is no case."""
        self.apart = cuts(records)
        asked = {key for name, keys in index.ties(only or ()).items() for key in self.telling(name, keys)}
        if only is None:
            self._read(index.get(name) for name in sorted(self._answers.findings()))
        else:
            near = index.neighbours(asked)
            self._read(self._findings({*only, *(name for names in near.values() for name in names)}))
        carried = {name: self.telling(name, keys) for name, keys in index.ties(self.confirmed).items()}
        self.keys = {n: tuple(k for k in keys if only is None or k in asked) for n, keys in carried.items()}
        counts = index.tie_counts({key for keys in self.keys.values() for key in keys})
        self.near: dict[str, list[str]] = index.neighbours(key for key, count in counts.items() if count < HUB)
        """Tie key of a confirmed listing -> listings that carry it, newest first, as many as the index tells."""
        dead = self._dead(profiles) | {key for key, count in counts.items() if count >= HUB}
        self.holders: dict[str, list[str]] = {}
        """Tie key that ties somebody -> the confirmed listings that carry it."""
        for name, keys in self.keys.items():
            for key in keys:
                if key not in dead:
                    self.holders.setdefault(key, []).append(name)

    def telling(self, name: str, keys: Iterable[str]) -> tuple[str, ...]:
        """The keys of a listing that can tie it, without those that a person cut."""
        known = (key for key in keys if kind_of(key) in {*ALONE, *TOGETHER})
        return tuple(key for key in known if not self.apart.intersection((pair(key, name), pair(key, ALL))))

    def _findings(self, listings: Iterable[str]) -> Iterator[Stored]:
        for name in sorted(listings):
            yield from sorted(self._index.search(f'listing_id:"{name}"', limit=50), key=lambda hit: hit.id)

    def _read(self, findings: Iterable[Stored | None]) -> None:
        """Which of these somebody confirmed or dismissed."""
        for hit in findings:
            said = self._answers.verdict(hit.id) if hit is not None and hit.kind == "findings" else None
            if hit is None or said is None:
                continue
            listing = str(hit.value["listing_id"])
            if said.decision.kind == "dismiss":
                self.dismissed[listing] = said.decision.reason or ""
                continue
            known = self.confirmed.get(listing)
            first = known and known.confirmed_at <= said.decision.decided_at
            self.confirmed[listing] = Confirmed(
                listing_id=listing,
                finding_ids=tuple(sorted((*(known.finding_ids if known else ()), hit.id))),
                decision=known.decision if known and first else said.id,
                confirmed_at=known.confirmed_at if known and first else said.decision.decided_at,
            )
        for listing in self.confirmed:
            self.dismissed.pop(listing, None)

    def _dead(self, profiles: Mapping[str, Profile]) -> frozenset[str]:
        """Values of the genuine side and of marketplaces, as far as listings beside the confirmed ones tell."""
        index, own = self._index, owned_keys(profiles.values())
        signed = index.neighbours(key for key in own if kind_of(key) == "signer")
        around = {name for names in (*self.near.values(), *signed.values()) for name in names}
        around |= {name for name, reason in self.dismissed.items() if reason in OWN_REASONS}
        members = {name: held for name in sorted({*around, *self.confirmed}) if (held := self.member(name))}
        members |= {held.listing_id: held for held in self._stating(profiles)}
        carried = {name: self.telling(name, keys) for name, keys in index.ties(members).items()}
        sizes = {
            market: index.count(f'marketplace:"{market}" AND verdict:benign', kind="listings")
            for market in {held.marketplace for held in members.values() if not held.suspected}
            if '"' not in market
        }
        return frozenset(worthless(members, carried, profiles.values(), self.apart, sizes)) | own

    def _stating(self, profiles: Mapping[str, Profile]) -> Iterator[Member]:
        """Unsuspected listings under a genuine package's name."""
        packages = sorted({p.id for one in profiles.values() for p in one.packages if '"' not in p.id})
        for start in range(0, len(packages), _PACKAGES):
            named = " OR ".join(f'package_name:"{one}"' for one in packages[start : start + _PACKAGES])
            for hit in self._index.search(f"verdict:benign AND ({named})", kind="listings", limit=500):
                yield self.held(hit)

    def member(self, name: str) -> Member | None:
        """A listing as far as its own record and the answers tell."""
        hit = self._index.get(name)
        return self.held(hit) if hit is not None and hit.kind == "listings" else None

    def held(self, hit: Stored) -> Member:
        """The same of what was read already."""
        value: dict[str, Any] = hit.value
        answer = "confirm" if hit.id in self.confirmed else "dismiss" if hit.id in self.dismissed else ""
        reason = self.dismissed.get(hit.id, "")
        return member(hit, (Stake(finding_id="", verdict=value["judgement"]["verdict"], answer=answer, reason=reason),))
