"""Joining what shares a tie: union by values, except across cuts. Knows nothing of listings; linear in what is carried.

Two nodes are joined by one value of a kind that ties alone, or by two values that both carry, of kinds that are about
different things (`index.ties`). Values that tie nobody have been taken out before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from index.ties import ALONE, TOGETHER, kind_of
from takedown.cuts import Pair

MOST_ALIKE = 8
"""Values about one thing that count of one node: a page may state hundreds of certificates."""

Reason = tuple[str, ...]
"""The value that joins, or the two that do together."""


def joined(carried: Mapping[str, Sequence[str]], apart: Iterable[Pair] = ()) -> list[list[str]]:
    """The sets of at least two nodes, each in the order of `carried`, as are the sets themselves.

    `carried`: node -> its values, oldest node first. Of two sides that were cut, the stronger tie, then the older
    member, decides where the others go.
    """
    forest = _Forest(apart)
    for holders in shared(carried).values():
        forest.join(holders)
    found: dict[str, list[str]] = defaultdict(list)
    for node in carried:
        found[forest.root(node)].append(node)
    return [nodes for nodes in found.values() if len(nodes) > 1]


def shared(carried: Mapping[str, Sequence[str]]) -> dict[Reason, list[str]]:
    """Reason -> the nodes that it joins, at least two; strongest first, then in order of value."""
    holders: dict[Reason, list[str]] = defaultdict(list)
    for node, values in carried.items():
        for value in dict.fromkeys(values):
            holders[value,].append(node)
    common = {reason: nodes for reason, nodes in holders.items() if len(nodes) > 1}
    alone = {reason: nodes for reason, nodes in common.items() if kind_of(reason[0]) in ALONE}
    together: dict[Reason, list[str]] = defaultdict(list)
    for node, values in carried.items():
        for reason in _pairs(value for value in values if (value,) in common):
            together[reason].append(node)
    pairs = {reason: nodes for reason, nodes in together.items() if len(nodes) > 1}
    strength = {kind: place for place, kind in enumerate(ALONE)}
    return {
        **dict(sorted(alone.items(), key=lambda one: (strength[kind_of(one[0][0])], one[0]))),
        **dict(sorted(pairs.items())),
    }


def _pairs(values: Iterable[str]) -> Iterator[Reason]:
    """Every two values that are about different things."""
    about: dict[str, list[str]] = defaultdict(list)
    for value in sorted(dict.fromkeys(values)):
        thing = TOGETHER.get(kind_of(value))
        if thing and len(about[thing]) < MOST_ALIKE:
            about[thing].append(value)
    for one, other in combinations(sorted(about), 2):
        yield from ((first, second) for first in about[one] for second in about[other])


class _Forest:
    """Union-find whose sets refuse to meet across a cut."""

    def __init__(self, apart: Iterable[Pair]) -> None:
        self._parent: dict[str, str] = {}
        self._size: dict[str, int] = {}
        self._enemies: dict[str, set[str]] = defaultdict(set)
        """Root -> nodes that may not come into its set; for few roots any."""
        for one, other in apart:
            self._enemies[one].add(other)
            self._enemies[other].add(one)

    def root(self, node: str) -> str:
        top = node
        while (above := self._parent.get(top, top)) != top:
            top = above
        while (above := self._parent.get(node, node)) != top:
            self._parent[node] = top
            node = above
        return top

    def join(self, nodes: Sequence[str]) -> None:
        """Joins them all; where a cut forbids it, each goes to the first of the sets so far that takes it."""
        tops: list[str] = []
        for node in nodes:
            own = self.root(node)
            place = next((at for at, top in enumerate(tops) if self._may(top, own)), None)
            if place is None:
                tops.append(own)
            else:
                tops[place] = self._unite(tops[place], own)

    def _may(self, one: str, other: str) -> bool:
        if not self._enemies:
            return True
        one, other = self.root(one), self.root(other)
        few, many = sorted((one, other), key=lambda top: len(self._enemies.get(top, ())))
        return not any(self.root(enemy) == many for enemy in self._enemies.get(few, ()))  # each side knows the other

    def _unite(self, one: str, other: str) -> str:
        large, small = sorted((self.root(one), self.root(other)), key=lambda top: -self._size.get(top, 1))
        if large != small:
            self._parent[small] = large
            self._size[large] = self._size.get(large, 1) + self._size.get(small, 1)
            if small in self._enemies:
                self._enemies[large] |= self._enemies.pop(small)
        return large
