"""What one scheme says about a sample."""

from __future__ import annotations

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
    problems: tuple[Problem, ...] = ()


ABSENT = Outcome(state="absent")
