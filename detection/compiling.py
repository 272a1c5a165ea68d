"""Brand profiles made ready for looking things up: once for the very same profiles, not for each listing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TypeVar

from index.profiles import Profile

T = TypeVar("T")
Profiles = Mapping[str, Profile]
_KEPT = 4
"""Sets of profiles: the shipped ones, edited ones beside them, those of a file."""


def once(make: Callable[[Profiles], T]) -> Callable[[Profiles], T]:
    """`make`, which keeps what it made of the last few sets of profiles. Told apart by identity: they never change."""
    made: list[tuple[Profiles, T]] = []

    @wraps(make)
    def kept(profiles: Profiles) -> T:
        for known, result in tuple(made):
            if known is profiles:
                return result
        result = make(profiles)
        made.insert(0, (profiles, result))
        del made[_KEPT:]
        return result

    return kept
