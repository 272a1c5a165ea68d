"""Operator groups (关联组): suspected listings that share what one operator would share, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from index.profiles import Profile
from index.protocol import Index
from index.records import Decisions
from index.ties import ALONE, PUBLIC, kind_of
from takedown.answers import all_answers
from takedown.cuts import Pair, cuts, pair
from takedown.groups.group import Carrying, Group, group_id, make
from takedown.groups.joining import joined, shared
from takedown.groups.member import Member, members, stakes
from takedown.groups.worth import told, worthless

__all__ = ["Group", "Groups", "group_id", "grouped", "groups"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """All groups of an index, the largest first."""

    groups: tuple[Group, ...]
    tie_nobody: dict[str, tuple[str, int]]
    """Tie key that suspected listings share and that joins nobody -> why, and how many listings carry it."""
    looked_at: int
    """Listings in the index."""

    def named(self, name: str) -> Group | None:
        """By its id, by the id it had before an older member was found, or by the id of a member; a beginning of 8
        characters or more will do where it names one.
        """
        found = {group.id: group for group in self.groups if _goes_by(group, name)}
        return next(iter(found.values())) if len(found) == 1 and len(name) >= 8 else None


def _goes_by(group: Group, name: str) -> bool:
    if name.startswith("g1-"):
        return group.id.startswith(name) or any(group_id(m.listing_id).startswith(name) for m in group.members)
    return any(m.listing_id.startswith(name) for m in (*group.members, *group.beside))


def groups(index: Index, records: Decisions, profiles: Mapping[str, Profile]) -> Groups:
    """All groups as the index and the records are now. Raises IndexUnavailable, ReadError."""
    held = stakes(index, all_answers(records))
    known: dict[str, Member] = {}
    carried: dict[str, tuple[str, ...]] = {}
    for member, keys in members(index, held):
        known[member.listing_id] = member
        carried[member.listing_id] = keys
    return grouped(known, carried, profiles.values(), cuts(records))


def grouped(
    known: Mapping[str, Member],
    carried: Mapping[str, Sequence[str]],
    profiles: Iterable[Profile],
    apart: frozenset[Pair] = frozenset(),
) -> Groups:
    """The groups among these listings. `carried`: listing -> tie keys."""
    said = told(carried, apart)
    dead = worthless(known, said, profiles, apart)
    carrying = Carrying(of=said, dead=dead, totals=Counter(key for keys in said.values() for key in keys))
    usable = {name: [key for key in keys if key not in dead and kind_of(key) != PUBLIC] for name, keys in said.items()}
    suspected = sorted((m for m in known.values() if m.suspected), key=lambda m: (m.first_seen, m.listing_id))
    sets = joined({member.listing_id: usable[member.listing_id] for member in suspected}, apart)
    others = _beside(known, usable, sets, apart)
    made = []
    for names in sets:
        reasons = shared({name: usable[name] for name in names})
        made.append(make([known[n] for n in names], [known[n] for n in others.get(names[0], ())], reasons, carrying))
    made.sort(key=lambda group: (-len(group.members), group.first_seen, group.id))
    seen = {key for member in suspected for key in said[member.listing_id]}
    nobody: dict[str, tuple[str, int]] = {key: (dead[key], carrying.totals[key]) for key in sorted(seen & dead.keys())}
    return Groups(groups=tuple(made), tie_nobody=nobody, looked_at=len(known))


def _beside(
    known: Mapping[str, Member],
    usable: Mapping[str, Sequence[str]],
    sets: Sequence[Sequence[str]],
    apart: frozenset[Pair],
) -> Mapping[str, list[str]]:
    """First member of a set -> unsuspected listings that share with this set, and no other, a tie that counts alone.

    A page that names the contacts of several operators (a warning, say) joins none of them.
    """
    of: dict[str, set[int]] = defaultdict(set)
    for number, names in enumerate(sets):
        for name in names:
            for key in usable[name]:
                if kind_of(key) in ALONE:
                    of[key].add(number)
    found: dict[str, list[str]] = {}
    for name in sorted((n for n, m in known.items() if not m.suspected), key=lambda n: (known[n].first_seen, n)):
        near = {number for key in usable[name] for number in of.get(key, ())}
        if len(near) == 1:
            (number,) = near
            if not apart or not any(pair(name, member) in apart for member in sets[number]):
                found.setdefault(sets[number][0], []).append(name)
    return found
