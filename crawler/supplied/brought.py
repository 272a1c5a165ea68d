"""One thing that somebody brought (a row, a message, a page, a sample), and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from apk_analysis.fingerprint import Problem
from index.messages import t, text
from index.model import Listing

State = Literal["new", "known", "duplicate", "unreadable", "needs_capture"]
"""'needs_capture': taken in, but nothing of it was seen beyond an address or a share text. Every row has one state."""
STATES: tuple[State, ...] = ("new", "known", "duplicate", "unreadable", "needs_capture")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why something could not be taken: the kind of the problem and its particulars."""

    kind: str
    values: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return t(f"intake.why.{self.kind}", **self.values)

    @property
    def problem(self) -> Problem:
        """The same for the counts of a run."""
        return Problem(
            part="supplied", kind=self.kind, detail=text(f"intake.why.{self.kind}", "en", **self.values)[:500]
        )


class UnreadableError(ValueError):
    """Raised where nothing (more) can be read of a file; carries the reason."""

    def __init__(self, kind: str, **values: object) -> None:
        self.why = Unreadable(kind, values)
        super().__init__(str(self.why))


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPage:
    """A page as somebody saved it, without what belongs to that person."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    taken_at: str
    """When it was saved, as the file says; when it was received where the file says nothing."""
    cut: tuple[Cut, ...] = ()
    media: tuple[str, ...] = ()
    """SHA-256 of the media that stood in the page itself and were cut out (`index.media`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Something that belongs to the person who saved a page, and was cut out before anything was kept."""

    kind: Literal["account", "avatar", "cookie", "authorization", "token", "contact"]
    where: str
    """'header Set-Cookie', 'meta', 'element', 'text': never what stood there."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """One row, message, page or sample. Has a listing, a sample, or the reason why it has neither."""

    place: str
    """Where in the file: '7', 'Sheet1:7', the address of a page."""
    sheet: str = ""
    cells: tuple[str, ...] = ()
    """The row as it stood."""
    listing: Listing | None = None
    why: Unreadable | None = None
    notes: tuple[str, ...] = ()
    """What a person should know of how it was read, in the reader's language."""
    page: SavedPage | None = None
    """What was seen; None where only somebody's words are there."""
    sample: Path | None = None
    only_address: bool = False
    """Nothing to judge: the page must be seen first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A row of a sheet that is no listing: a title above the table, or the headings."""

    sheet: str
    cells: tuple[str, ...]
    heading: bool = False


Entry = Brought | Kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one thing."""

    state: State
    note: str = ""
    """Why, in the reader's language."""
    id: str | None = None
    """The finding's, else the listing's."""
    listing_id: str | None = None
    verdict: str | None = None
    """The machine's proposal."""
    decision: str | None = None
    """What a person decided: 'confirm', 'dismiss', 'wait', 'escalate', or 'undecided'."""
