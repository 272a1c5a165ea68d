"""What a cut of groups is about, from what somebody typed: two listings, a listing and its group, or a value."""

from __future__ import annotations

from console.exits import CommandError
from console.group_desk import Desk, named
from index.messages import t
from index.ties import ALONE, TOGETHER, kind_of
from takedown.cuts import ALL, Of, Pair, pair, standing_cuts


def pairs_of(held: Desk, first: str, second: str | None) -> tuple[Of, list[Pair]]:
    """What is to be cut (or mended) and of which kind. Raises CommandError.

    `first` and `second`: listings or findings by id; 'g1-…' and a listing, which leaves the group; a tie key, alone or
    with the listing that it does not tie. Of wording and code all keys of the tie are meant.
    """
    if _is_key(first) or (second is not None and _is_key(second)):
        key, other = (first, second) if _is_key(first) else (str(second), first)
        side = ALL if other in {None, ALL} else held.listing(str(other))
        return "tie", [pair(each, side) for each in _keys(held, key)]
    if second is None:
        raise CommandError(t("groups.two_needed"))
    if first.startswith("g1-") or second.startswith("g1-"):
        group, listing = (first, second) if first.startswith("g1-") else (second, first)
        found, out = named(held.groups(), group), held.listing(listing)
        inside = {member.listing_id for member in (*found.members, *found.beside)}
        if out not in inside:
            raise CommandError(t("groups.not_inside", id=listing, group=found.id))
        return "listing", [pair(out, member.listing_id) for member in found.members if member.listing_id != out]
    return "listing", [pair(held.listing(first), held.listing(second))]


def cut_with(held: Desk, wanted: list[Pair]) -> list[Pair]:
    """The cuts among these that stand, and those that were made with them for the same reason: a wording has several
    keys, and is in no group any more after it was cut. What was never cut stays, and will be refused.
    """
    standing = {pair(one.a, one.b): one for one in standing_cuts(held.records)}
    found = [each for each in wanted if each in standing]
    alike = {_wording(each, standing[each].reason) for each in found} - {None}
    also = [each for each, one in standing.items() if _wording(each, one.reason) in alike]
    return list(dict.fromkeys((*found, *also))) or wanted[:1]


def _wording(cut: Pair, reason: str) -> tuple[str, str, str] | None:
    """What cuts of one wording, or other copied thing, have in common; None for others."""
    key, other = cut if _is_key(cut[0]) else cut[::-1]
    return (kind_of(key), other, reason) if kind_of(key) in TOGETHER else None


def _is_key(given: str) -> bool:
    return kind_of(given) in {*ALONE, *TOGETHER} and ":" in given


def _keys(held: Desk, key: str) -> list[str]:
    """The key with all that belong to the same tie of a group: near-identical wording has several."""
    if kind_of(key) not in TOGETHER:
        return [key]
    ties = [tie for group in held.groups().groups for tie in group.ties if key in tie.keys]
    return list(dict.fromkeys((key, *(each for tie in ties for each in tie.keys))))
