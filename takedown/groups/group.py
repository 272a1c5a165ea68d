"""A group of listings that probably one operator stands behind: members, ties in words, and what is not known.

A group accuses nobody: it says what belongs together and why, each tie can be cut, and what ties nobody is shown too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from index.messages import LANGUAGES, text
from index.ties import ALONE, STATED, TOGETHER, kind_of
from takedown.groups.joining import Reason
from takedown.groups.member import Member, Stake
from takedown.groups.worth import Why

_SKETCHED = frozenset({"text", "code", "template"})
"""Kinds of several values each, of which any one will do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTie:
    """What several members share."""

    kind: str
    value: str
    """'qq:123'; of what was sketched the first of `keys`, which names it in a cut."""
    keys: tuple[str, ...]
    """Tie keys; more than one for wording and code."""
    members: tuple[str, ...]
    """Ids of the listings in the group that carry it, oldest first."""
    joins: bool
    """Whether it holds the group together, by itself or with another one."""
    why_not: str
    """Where it does not: 'hub', 'genuine', 'marketplace', 'public', 'cut', or 'alone' (nothing else beside it)."""
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One operator group (关联组)."""

    id: str
    """'g1-' and 24 digits, made from the oldest member: it stays when others join."""
    members: tuple[Member, ...]
    """Suspected listings, oldest first."""
    beside: tuple[Member, ...]
    """Listings that nobody suspects and that share a tie of the group that counts alone; they hold nothing together."""
    ties: tuple[GroupTie, ...]
    """Those that join first, the most widely shared first."""
    marketplaces: dict[str, int]
    """Marketplace -> members there, most first; as are the next ones."""
    brands: dict[str, int]
    first_seen: str
    last_seen: str
    confirmed: int
    """Findings of members that a person confirmed; as are the next two."""
    dismissed: int
    open: int
    sampled: int
    """Members of which a sample was looked at: of the others no signer and no code is known."""
    unseen: dict[str, int]
    """Message id of what could not be seen -> findings that say so."""


def group_id(oldest: str) -> str:
    """From the id of a listing."""
    return "g1-" + blake2b(oldest.encode(), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrying:
    """Who carries what."""

    of: Mapping[str, Sequence[str]]
    """Listing -> its tie keys."""
    dead: Mapping[str, Why]
    totals: Mapping[str, int]
    """Tie key -> listings that carry it, in the whole index."""


def make(members: Sequence[Member], beside: Sequence[Member], reasons: Iterable[Reason], carrying: Carrying) -> Group:
    """The group of `members`, oldest first; `reasons`: what joins any of them."""
    held = [stake for member in members for stake in member.stakes]
    said = Counter(_said(stake) for stake in held)
    return Group(
        id=group_id(members[0].listing_id),
        members=tuple(members),
        beside=tuple(beside),
        ties=tuple(_ties([member.listing_id for member in members], reasons, carrying)),
        marketplaces=_most(member.marketplace for member in members),
        brands=_most(stake.brand for stake in held if stake.brand and stake.counts),
        first_seen=members[0].first_seen,
        last_seen=max(member.last_seen for member in members),
        confirmed=said["confirm"],
        dismissed=said["dismiss"],
        open=said["open"],
        sampled=sum(any(stake.sampled for stake in member.stakes) for member in members),
        unseen=_most(name for stake in held for name in stake.unseen),
    )


def _said(stake: Stake) -> str:
    return stake.answer or ("open" if stake.counts else "benign")


def standing_of(member: Member) -> str:
    """'confirmed', 'suspected' (violation or lead, nobody said yet), 'dismissed', or 'none'."""
    answers = {stake.answer for stake in member.stakes}
    if "confirm" in answers:
        return "confirmed"
    if member.suspected:
        return "suspected"
    return "dismissed" if "dismiss" in answers else "none"


def _most(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items(), key=lambda one: (-one[1], one[0])))


def _ties(names: Sequence[str], reasons: Iterable[Reason], carrying: Carrying) -> list[GroupTie]:
    holders: dict[str, list[str]] = {}
    for name in names:
        for key in carrying.of[name]:
            holders.setdefault(key, []).append(name)
    common = {key: held for key, held in holders.items() if len(held) > 1}
    joining = {key for reason in reasons for key in reason}
    made = []
    for keys in _together(common):
        held = {name for key in keys for name in common[key]}
        why = (
            ""
            if joining.intersection(keys)
            else next((carrying.dead[key] for key in keys if key in carrying.dead), "alone")
        )
        made.append(_tie(keys, [name for name in names if name in held], why, carrying.totals))
    rank = {kind: place for place, kind in enumerate((*ALONE, *TOGETHER))}
    made.sort(key=lambda tie: (not tie.joins, rank.get(tie.kind, len(rank)), -len(tie.members), tie.value))
    return list(_without_echoes(made))


def _without_echoes(made: Iterable[GroupTie]) -> Iterator[GroupTie]:
    """One certificate has several digests as stores state them; where it was verified, they say nothing new."""
    verified: list[set[str]] = []
    for tie in made:
        if tie.kind == STATED and any(known.issuperset(tie.members) for known in verified):
            continue
        if tie.kind in {"signer", STATED}:
            verified.append(set(tie.members))
        yield tie


def _together(common: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Keys of one tie: several bands of one wording or code that share a holder."""
    found: list[list[str]] = []
    of: dict[tuple[str, str], list[str]] = {}
    for key in sorted(common):
        kind = kind_of(key)
        if kind not in _SKETCHED:
            found.append([key])
            continue
        known = next((of[kind, name] for name in common[key] if (kind, name) in of), None)
        if known is None:
            known = []
            found.append(known)
        known.append(key)
        of.update(((kind, name), known) for name in common[key])
    return found


def short(value: str) -> str:
    """A value as it stands in a sentence: the beginning of a digest, and whatever else whole."""
    return f"{value[:16]}…" if re.fullmatch(r"(hex-md5:)?[0-9a-f]{32,64}", value) else value


def _tie(keys: Sequence[str], members: Sequence[str], why: str, totals: Mapping[str, int]) -> GroupTie:
    kind, _, value = keys[0].partition(":")
    places = {"count": len(members), "value": short(value)}
    words = {lang: text(f"groups.tie.{kind}", lang, **places) for lang in LANGUAGES}
    total = max(totals.get(key, 0) for key in keys)
    for lang in LANGUAGES:
        if why:
            words[lang] += text(f"groups.not.{why}", lang, total=total)
        elif kind in TOGETHER:
            words[lang] += text("groups.together", lang)
    return GroupTie(
        kind=kind, value=value, keys=tuple(keys), members=tuple(members), joins=not why, why_not=why, **words
    )
