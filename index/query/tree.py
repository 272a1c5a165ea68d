"""What a query means, free of any syntax and any engine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """All there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The tokens stand one after the other in one of the fields."""

    fields: tuple[str, ...]
    """Text fields of the kind; never empty."""
    tokens: tuple[str, ...]
    prefix: bool = False
    """The last token may go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Equals:
    """A keyword (folded) or number is exactly this."""

    field: str
    value: str | float


class Wild(Enum):
    """A place in a pattern."""

    ONE = "?"
    MANY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A keyword looks like this."""

    field: str
    parts: tuple[str | Wild, ...]
    """Literal pieces (folded) and wild places, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A number or date lies between two bounds; None is no bound."""

    field: str
    low: str | float | None
    high: str | float | None
    include_low: bool = True
    include_high: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Exists:
    """The field has a value."""

    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class And:
    """All of them hold."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Or:
    """One of them holds."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """It does not hold; a missing value does not either."""

    child: Node


Node: TypeAlias = Everything | Text | Equals | Pattern | Range | Exists | And | Or | Not
