"""Union-find over numbered things, some of which must never come together."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence


class Forest:
    """Sets of numbers 0..size-1. `apart`: pairs that somebody took apart; no set ever holds both."""

    def __init__(self, size: int, apart: Iterable[tuple[int, int]] = ()) -> None:
        self._parent = array("q", range(size))
        self._size = array("q", [1]) * size
        self._enemies: dict[int, set[int]] = {}
        for one, other in apart:
            self._enemies.setdefault(one, set()).add(other)
            self._enemies.setdefault(other, set()).add(one)
        self.cuts = {number: len(held) for number, held in self._enemies.items()}
        """Number -> from how many others it was taken apart."""

    def find(self, number: int) -> int:
        """The root of its set."""
        parent = self._parent
        while parent[number] != number:
            parent[number] = number = parent[parent[number]]
        return number

    def join(self, one: int, other: int) -> bool:
        """Whether both are in one set afterwards."""
        one, other = self.find(one), self.find(other)
        if one == other:
            return True
        if self._size[one] < self._size[other]:
            one, other = other, one
        theirs = self._enemies.get(other, set())
        if any(self.find(enemy) == one for enemy in theirs):
            return False
        self._parent[other] = one
        self._size[one] += self._size[other]
        if theirs:
            self._enemies.setdefault(one, set()).update(theirs)
        return True

    def join_all(self, numbers: Sequence[int]) -> list[list[int]]:
        """Joins what may come together; the sets of those that did, each with at least two of `numbers`.

        Who was never taken apart comes first, and who was taken from many comes last: the body of a set keeps together,
        and what was cut out of it stays outside.
        """
        if len(numbers) > 1 and not self._enemies:
            for number in numbers[1:]:
                self.join(numbers[0], number)
            return [list(numbers)]
        sides: list[list[int]] = []
        for number in sorted(numbers, key=lambda one: (self.cuts.get(one, 0), one)):
            side = next((side for side in sides if self.join(side[0], number)), None)
            if side is None:
                sides.append([number])
            else:
                side.append(number)
        return [side for side in sides if len(side) > 1]
