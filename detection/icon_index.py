"""Which of many icons an icon copies: by the bands they share, then exactly, by all parts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from detection.icons import Descriptor, Distance, bands, distance, structures

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Near(Generic[K]):
    """An icon that was found, and how far it is."""

    key: K
    distance: Distance


class IconIndex(Generic[K]):
    """Icons under keys of the caller's. The same bands serve as keywords in a search engine."""

    def __init__(self, icons: Iterable[tuple[K, Descriptor]] = ()) -> None:
        self._keys: list[K] = []
        self._icons: list[Descriptor] = []
        self._bands: dict[str, list[int]] = defaultdict(list)
        for key, icon in icons:
            self.add(key, icon)

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, key: K, icon: Descriptor) -> None:
        """Several icons may have the same key."""
        for band in bands(icon):
            self._bands[band].append(len(self._keys))
        self._keys.append(key)
        self._icons.append(icon)

    def candidates(self, icon: Descriptor) -> list[int]:
        """Numbers of the icons that share a band, those with most first."""
        counted = Counter(number for band in bands(icon) for number in self._bands.get(band, ()))
        return [number for number, _ in counted.most_common()]

    def find(self, icon: Descriptor) -> list[Near[K]]:
        """The near ones, nearest first."""
        return self._checked(icon, self.candidates(icon))

    def exhaustive(self, icon: Descriptor) -> list[Near[K]]:
        """The same by comparing with all: the reference."""
        return self._checked(icon, range(len(self._keys)))

    def _checked(self, icon: Descriptor, numbers: Iterable[int]) -> list[Near[K]]:
        numbers = list(numbers)
        if not numbers:
            return []
        apart = structures(icon.views, np.array([self._icons[number].views for number in numbers]))
        found = []
        for at in np.flatnonzero(apart < 1):
            exact = distance(icon, self._icons[numbers[at]])
            if exact.near:
                found.append(Near(self._keys[numbers[at]], exact))
        return sorted(found, key=lambda near: near.distance.structure)
