"""Signature algorithms of schemes v2 and later, by their number in the signing block."""

from __future__ import annotations

from dataclasses import dataclass

STRENGTH = {"sha256": 0, "verity": 1, "sha512": 2}
"""Forms of the content digest, weakest first."""


@dataclass(frozen=True, slots=True)
class Algorithm:
    """What one number stands for."""

    family: str
    hash_name: str
    content: str
    """Form of the content digest."""
    since: int = 24
    """First Android version that knows it."""


ALGORITHMS = {
    0x0101: Algorithm("pss", "sha256", "sha256"),
    0x0102: Algorithm("pss", "sha512", "sha512"),
    0x0103: Algorithm("rsa", "sha256", "sha256"),
    0x0104: Algorithm("rsa", "sha512", "sha512"),
    0x0201: Algorithm("ec", "sha256", "sha256"),
    0x0202: Algorithm("ec", "sha512", "sha512"),
    0x0301: Algorithm("dsa", "sha256", "sha256"),
    0x0421: Algorithm("rsa", "sha256", "verity", since=28),
    0x0423: Algorithm("ec", "sha256", "verity", since=28),
    0x0425: Algorithm("dsa", "sha256", "verity", since=28),
}


def to_verify(present: list[int], oldest: int, newest: int) -> list[int]:
    """Of the numbers in `present`, those that some Android version from `oldest` to `newest` would verify.

    Each version takes the strongest it knows. Empty when the oldest version knows none.
    """
    best: dict[int, int] = {}
    for number in present:
        algorithm = ALGORITHMS.get(number)
        if algorithm is None or algorithm.since > newest:
            continue
        rival = best.get(algorithm.since)
        if rival is None or STRENGTH[algorithm.content] > STRENGTH[ALGORITHMS[rival].content]:
            best[algorithm.since] = number
    return sorted(best.values()) if best and min(best) <= oldest else []
