"""What one scheme says about a sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from apk_analysis.fingerprint import Problem
from apk_analysis.signature.keys import Certificate

State = Literal["valid", "invalid", "absent", "unknown"]
NEWEST = 2**31 - 1
"""Stands for every later Android version."""
MOST_SIGNERS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One scheme, verified by its own rules only; `verify` says what it means beside the others."""

    state: State
    signers: tuple[Certificate, ...] = ()
    """In file order; empty unless valid."""
    lineage: tuple[Certificate, ...] = ()
    """Verified rotation, oldest first (v3 and v3.1 only)."""
    covers: tuple[int, int] = (0, NEWEST)
    """First and last Android version the signers stand for (v3 and v3.1 only)."""
    promises: frozenset[str] = field(default_factory=frozenset)
    """Schemes this one says were there when the sample was signed: protection against stripping."""
    rotates_from: int | None = None
    """Android version from which the v3 signer says that v3.1 takes over."""
    digests: Mapping[str, bytes] = field(default_factory=dict)
    """What a source stamp or a v4 signature vouches for. 'manifest': SHA-256 of MANIFEST.MF (v1). Content digests by
    their form, as signed, of all signers together (later schemes)."""
    problems: tuple[Problem, ...] = ()


ABSENT = Outcome(state="absent")
UNTOLD = Outcome(state="unknown")
"""There, but not looked at."""
