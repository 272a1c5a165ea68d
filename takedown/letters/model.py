"""A letter, before it becomes a file: blocks of harmless text in reading order. What draws it adds no words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from takedown.notice import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The heading of a section."""

    text: str
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A paragraph. quote: words of a page; strong: what the following paragraphs belong to; small: a remark."""

    text: str
    style: Literal["body", "strong", "quote", "small"] = "body"
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one thing, label by label."""

    title: str
    rows: tuple[tuple[str, str], ...]
    kind: Literal["facts"] = "facts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under a head."""

    head: tuple[str, ...]
    widths: tuple[float, ...]
    """Shares of the width of the page."""
    rows: tuple[tuple[str, ...], ...]
    kind: Literal["table"] = "table"


Block = Heading | Text | Facts | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Everything that stands in the letter, in one language."""

    language: Language
    sender: str
    on_behalf: str
    """Empty where the sender acts for itself."""
    reference: str
    to: str
    subject: str
    date: str
    blocks: tuple[Block, ...]
    signature: tuple[str, ...]
    small: str
    """Small print below everything."""
    needs_annex: bool
    """Whether something was left out or cut, so that the annex has to go along."""
