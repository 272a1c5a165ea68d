"""What the shipped text model says of itself: version, kinds, and how its margin joins the rules. Needs no NumPy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


ENOUGH, KNOWN = 20, 0.5
"""Characters from which a text says what it is, and share of its pairs of characters that the model must know: of a
shorter text, or one in a language that it has not read, its opinion counts in proportion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """How a text's margin and the rules' evidence become log-odds; no weight is below 0, so more is never less."""

    text: float
    """Weight of the text model's margin, for a text that is long enough."""
    bias: float
    """What is added to it; without a text only the prior holds."""
    rules: float
    """Weight of the evidence that speaks for the violation."""
    against: float
    """Weight of the evidence that speaks against it."""

    def text_strength(self, margin: float, trust: float) -> float:
        """What the text adds to the log-odds, signed; `trust` as `trust_in` says."""
        return trust * (self.text * margin + self.bias)


def trust_in(length: int, known: float) -> float:
    """How far a text of that many characters, of whose pairs that share is known, can be judged, 0..1."""
    return round(min(1.0, length / ENOUGH) * min(1.0, known / KNOWN), 4)


@cache
def mixture() -> Mixture:
    """The shipped one."""
    return Mixture(**described()["mixture"])


def version() -> str:
    """Of the model: the day it was trained and a hash of what it was trained on."""
    return str(described()["version"])


@cache
def described() -> dict[str, Any]:
    """`weights.json`."""
    content: dict[str, Any] = json.loads((FOLDER / "weights.json").read_text("utf-8"))
    return content
