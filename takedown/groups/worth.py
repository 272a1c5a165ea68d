"""Which values tie nobody together, and why: what hundreds carry, what is the genuine side's own, what a marketplace
puts on every page, what a person cut.

Counterfeits copy the genuine app's icon, text and even its service number: without this, all counterfeits of one brand
would be one operator, and its owner with them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from index.hosts import registered
from index.profiles import Profile
from index.ties import ALONE, HUB, PUBLIC, STATED, TOGETHER, kind_of
from takedown.cuts import ALL, Pair, pair
from takedown.groups.member import Member

Why = Literal["cut", "public", "marketplace", "genuine", "hub"]
"""Why a value ties nobody; the first that applies is told."""

OWN_REASONS = frozenset({"own", "licensed"})
"""Reasons for a dismissal that say: this is the genuine side."""
OF_SAMPLE = frozenset({"sample", "signer", STATED, "icon", "code"})
"""Kinds that come with the package: what a genuine package carries is genuine, whoever offers it."""
COMMON, MANY_SELLERS = 0.5, 5
"""Share of those listings of a marketplace that nobody suspects, and sellers of them, from which a value is the
marketplace's own: what an operator puts on his offers does not stand on everybody else's."""
_BY_PAGE = frozenset({"contact", "domain", "signer", STATED})

Carried = Mapping[str, Sequence[str]]
"""Listing -> the tie keys it carries."""


def worthless(
    members: Mapping[str, Member],
    carried: Carried,
    profiles: Iterable[Profile],
    apart: Iterable[Pair],
    unsuspected: Mapping[str, int] | None = None,
) -> dict[str, Why]:
    """Tie key -> why it ties nobody, of all keys that more than one listing carries.

    `unsuspected`: marketplace -> listings there that nobody suspects, where `members` are not all.
    """
    holders: dict[str, list[str]] = defaultdict(list)
    for listing, keys in carried.items():
        for key in keys:
            holders[key].append(listing)
    common = {key: listings for key, listings in holders.items() if len(listings) > 1}
    why: dict[str, Why] = {key: "hub" for key, listings in common.items() if len(listings) >= HUB}
    why |= dict.fromkeys(_genuine(members, carried, tuple(profiles)) & common.keys(), "genuine")
    sizes = unsuspected or Counter(one.marketplace for one in members.values() if not one.suspected)
    why |= dict.fromkeys(_of_marketplaces(members, common, sizes), "marketplace")
    why |= {key: "public" for key in common if kind_of(key) == PUBLIC}
    why |= {key: "cut" for one, other in apart if ALL in (one, other) for key in (one, other) if key in common}
    return why


def _genuine(members: Mapping[str, Member], carried: Carried, profiles: Sequence[Profile]) -> set[str]:
    """Values of the profiles, and of listings that are the genuine side's own."""
    own, domains, packages = owned_keys(profiles), _domains(profiles), _packages(profiles)
    signed = {key for key in own if kind_of(key) == "signer"}
    found = set(own)
    for listing, keys in carried.items():
        member = members[listing]
        verified = not signed.isdisjoint(keys)
        if verified:
            found.update(key for key in keys if kind_of(key) in OF_SAMPLE)
        if any(stake.reason in OWN_REASONS for stake in member.stakes) or (verified and not member.suspected):
            found.update(keys)
        elif not member.suspected and member.package_name in packages:
            # Anybody can state a package's name: it takes away what is easily copied, and nothing else.
            found.update(key for key in keys if kind_of(key) in TOGETHER)
        found.update(key for key in keys if _mail_domain(key) in domains)
    return found


def owned_keys(profiles: Iterable[Profile]) -> frozenset[str]:
    """Signers and domains of the genuine side, as tie keys. A signer that is pinned without SHA-256 has stated ones."""
    keys: set[str] = set()
    for profile in profiles:
        for pin in profile.signers:
            keys |= {f"signer:{pin.sha256}"} if pin.sha256 else set()
            digests = (pin.sha256, pin.sha1, pin.md5, f"hex-md5:{pin.hex_md5}" if pin.hex_md5 else None)
            keys |= {f"{STATED}:{digest}" for digest in digests if digest}
        for partner in profile.partners:
            keys |= {key for signer in partner.signers for key in (f"signer:{signer}", f"{STATED}:{signer}")}
        keys |= {f"domain:{domain}" for domain in map(registered, profile.domains) if domain}
    return frozenset(keys)


def _domains(profiles: Iterable[Profile]) -> frozenset[str]:
    return frozenset(d for profile in profiles for d in map(registered, profile.domains) if d)


def _packages(profiles: Iterable[Profile]) -> frozenset[str]:
    return frozenset(package.id for profile in profiles for package in profile.packages)


def _mail_domain(key: str) -> str | None:
    return registered(key.rpartition("@")[2]) if key.startswith("contact:mail:") else None


def _of_marketplaces(
    members: Mapping[str, Member], common: Mapping[str, Sequence[str]], sizes: Mapping[str, int]
) -> set[str]:
    """Values that stand on the pages of a marketplace whoever sells, and mail at its own domain."""
    found: set[str] = set()
    for key, listings in common.items():
        kind = kind_of(key)
        if kind not in _BY_PAGE:
            continue
        mail = _mail_domain(key)
        if mail and any(m.source_kind != "site" and registered(m.url) == mail for m in map(members.get, listings) if m):
            found.add(key)
            continue
        by_market: dict[str, list[Member]] = defaultdict(list)
        for member in map(members.__getitem__, listings):
            if not member.suspected:
                by_market[member.marketplace].append(member)
        for market, there in by_market.items():
            sellers = {member.seller for member in there if member.seller}
            if len(sellers) >= MANY_SELLERS and len(there) >= COMMON * sizes.get(market, 0):
                found.add(key)
    return found


def told(carried: Carried, apart: frozenset[Pair]) -> dict[str, list[str]]:
    """`carried` without kinds that nobody knows here, and without what was cut for one listing."""
    known = {*ALONE, *TOGETHER, PUBLIC}
    return {
        listing: [key for key in keys if kind_of(key) in known and not (apart and pair(key, listing) in apart)]
        for listing, keys in carried.items()
    }
