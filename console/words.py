"""Verdicts, chances and names in words that accuse nobody before a person confirmed."""

from __future__ import annotations

from rich.text import Text

from index.messages import t

COLOURS = {"violation": "bold red", "lead": "yellow", "benign": "dim"}


def verdict(name: object) -> Text:
    """'suspected violation' or its like, coloured."""
    return Text(t(f"export.verdict.{name}"), style=COLOURS.get(str(name), ""))


def chance(probability: object) -> str:
    """'97%'; never 100% or 0%, which no detector can know."""
    share = float(probability) if isinstance(probability, int | float) else 0.0
    return f"{min(max(share, 0.01), 0.99):.0%}"
