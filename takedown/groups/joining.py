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
from takedown.units.forest import Forest

MOST_ALIKE = 8
"""Values about one thing that count of one node: a page may state hundreds of certificates."""

Reason = tuple[str, ...]
"""The value that joins, or the two that do together."""


def joined(carried: Mapping[str, Sequence[str]], apart: Iterable[Pair] = ()) -> list[list[str]]:
    """The sets of at least two nodes, each in the order of `carried`, as are the sets themselves.

    `carried`: node -> its values, oldest node first. Of two sides that were cut, the stronger tie decides where the
    others go, then who was cut from fewer, then who is older.
    """
    names = list(carried)
    numbers = {name: number for number, name in enumerate(names)}
    forest = Forest(len(names), [(numbers[a], numbers[b]) for a, b in apart if a in numbers and b in numbers])
    for holders in shared(carried).values():
        forest.join_all([numbers[name] for name in holders])
    found: dict[int, list[str]] = defaultdict(list)
    for number, name in enumerate(names):
        found[forest.find(number)].append(name)
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
