"""Papers: what proves who one is, what one owns, and for whom one may act. Kept as records; the files lie beside them.

Days are ISO 8601 ('2026-11-25') and end in China, where most of these papers are issued: a paper is over eight hours
earlier than in UTC, never later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import uuid4

from index.messages import t
from index.reading import read
from index.records import Decisions, Record

PaperKind = Literal["licence", "identity", "mark", "work", "authorisation"]
"""licence: 营业执照. identity: of a natural person. mark: certificate of a trademark. work: proof of
a copyright. authorisation: by which somebody acts for somebody else."""
State = Literal["valid", "expiring", "expired", "not_yet"]
WARNING = timedelta(days=30)
"""Before a paper expires."""
EU = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905 - a list of codes
)


class PaperError(ValueError):
    """What was asked cannot be done with this paper; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper and what it says."""

    id: str
    kind: PaperKind
    title: str
    """The mark, the work's title, or what the paper is called."""
    brand: str = ""
    """Id of the brand profile it is about; empty: of no brand in particular."""
    number: str = ""
    """Registration number, 统一社会信用代码, or the number of the document."""
    classes: tuple[int, ...] = ()
    """Nice classes of a mark."""
    regions: tuple[str, ...] = ()
    """Where it holds: ISO 3166-1 alpha-2, or 'EU'; empty: everywhere, for papers that know no region."""
    owner: str = ""
    """Who holds the right, or gives the authorisation."""
    agent: str = ""
    """Of an authorisation: who may act."""
    valid_from: str = ""
    valid_to: str = ""
    """Last day; empty: without end, or not known."""
    original_url: str = ""
    """Where the genuine app, site or work is."""
    file_name: str = ""
    sha256: str = ""
    """Of the file in the home's `papers/`."""
    size: int = 0
    media_type: str = ""
    removed: bool = False
    """Whether somebody took it out; notices that rest on it are refused."""

    def __post_init__(self) -> None:
        """Raises ValueError for a paper that says too little or something impossible."""
        if not self.title.strip():
            raise ValueError("a paper needs a title")
        days = [date.fromisoformat(day) for day in (self.valid_from, self.valid_to) if day]
        if len(days) == 2 and days[0] > days[1]:
            raise ValueError(f"it would end ({self.valid_to}) before it begins ({self.valid_from})")
        if not all(1 <= one <= 45 for one in self.classes):
            raise ValueError("Nice classes are numbers from 1 to 45")

    def state(self, now: str) -> State:
        """Where it stands at that moment."""
        today = day_of(now)
        if self.valid_from and today < date.fromisoformat(self.valid_from):
            return "not_yet"
        if not self.valid_to:
            return "valid"
        last = date.fromisoformat(self.valid_to)
        return "expired" if last < today else "expiring" if last - today < WARNING else "valid"

    def holds_in(self, region: str) -> bool:
        """Whether it is good there: a mark of the Union in each member, a national one never in the whole Union."""
        return not self.regions or region in self.regions or ("EU" in self.regions and region in EU)


def day_of(now: str) -> date:
    """The day it is in China at a moment in UTC."""
    return (datetime.fromisoformat(now) + timedelta(hours=8)).date()


class PaperBook:
    """Papers in a store of records."""

    def __init__(self, records: Decisions) -> None:
        self._records = records

    def add(self, paper: Paper, *, at: str, by: str) -> Paper:
        """Keeps a paper under an id of its own, whatever id it came with."""
        made = replace(paper, id=f"p1-{uuid4().hex[:12]}", removed=False)
        self._records.append("paper", made.id, made, at=at, by=by)
        return made

    def get(self, name: str) -> Paper:
        """By id. Raises PaperError and ReadError."""
        record = self._records.latest("paper", name)
        if record is None or not record.value:
            raise PaperError(t("papers.unknown", id=name))
        return _paper(record)

    def every(self) -> Iterator[Paper]:
        """All papers as they are now, those that were taken out as well; in the order in which they came."""
        newest: dict[str, Record] = {}
        for record in self._records.every("paper"):
            newest[record.id] = record
        yield from (_paper(record) for record in newest.values() if record.value)

    def remove(self, name: str, *, at: str, by: str) -> Paper:
        """Takes a paper out; it stays readable for the notices that went out with it. Raises PaperError, Overtaken."""
        paper = self.get(name)
        if paper.removed:
            raise PaperError(t("papers.removed", id=name))
        gone = replace(paper, removed=True)
        version = len(self._records.versions("paper", name))
        self._records.append("paper", name, gone, at=at, by=by, after=version)
        return gone


def _paper(record: Record) -> Paper:
    return read(Paper, record.value, f"paper {record.id}")
